import {
  type Operation,
  type OperationId,
  parseRegister,
  type RegisterName,
  registerKind,
  registerName,
} from '../history/operation.ts'
import { by } from '../kernel/compare.ts'
import type { Completion } from './executor.ts'

/** A label of a password and whether its write was acknowledged. */
interface PasswordLabel {
  readonly label: OperationId
  acknowledged: boolean
}

/** What the workload knows of one user: what it intended and what was answered. */
export interface UserState {
  readonly name: string
  /** The sign-up: its label is the first password. */
  createdBy: OperationId | undefined
  /** Registers that some emitted operation writes, whatever becomes of it. */
  readonly intended: Set<RegisterName>
  /** Registers whose write was not refused. */
  readonly registers: Set<RegisterName>
  /** In the order of emission. */
  readonly passwords: PasswordLabel[]
  /** Sign-ins that were emitted, newest last: what refers to one that failed is not sent. */
  readonly sessions: OperationId[]
  /** Families whose revocation was asked for. */
  readonly revoked: OperationId[]
  readonly unusedAttributes: string[]
  /** Was a delete, a disable or a factor ever sent (with any outcome but a definite refusal)? */
  deleted: boolean
  disabled: boolean
  factor: boolean
}

/** Attributes that are written once per user: only these show a dropped change for sure. */
const writeOnceAttributes = [
  'picture',
  'website',
  'gender',
  'locale',
  'middle_name',
  'name',
  'given_name',
  'family_name',
  'address',
] as const

/** Every user of a run. */
export class Users {
  readonly #users = new Map<string, UserState>()
  readonly #active: string[] = []

  create(name: string): UserState {
    const user: UserState = {
      name,
      createdBy: undefined,
      intended: new Set(),
      registers: new Set(),
      passwords: [],
      sessions: [],
      revoked: [],
      unusedAttributes: [...writeOnceAttributes],
      deleted: false,
      disabled: false,
      factor: false,
    }
    this.#users.set(name, user)
    return user
  }

  get(name: string): UserState | undefined {
    return this.#users.get(name)
  }

  all(): readonly UserState[] {
    return [...this.#users.values()].sort(by((user) => user.name))
  }

  /** Users that traffic may use: neither disabled nor deleted by an operation that was emitted. */
  get active(): readonly string[] {
    return this.#active
  }

  activate(name: string): void {
    this.#active.push(name)
  }

  retire(name: string): void {
    const index = this.#active.indexOf(name)
    if (index >= 0) this.#active.splice(index, 1)
  }

  /** Takes an operation into account as it is emitted, before anybody knows its outcome. */
  intend(operation: Operation): void {
    const user = this.#users.get(operation.user)
    if (user === undefined) return
    if (isCreation(operation)) user.createdBy = operation.id
    if (operation.function === 'sign-in') user.sessions.push(operation.id)
    for (const { register } of operation.writes ?? []) user.intended.add(register)
  }

  /** Takes what was answered into account. */
  learn(completion: Completion): void {
    const { operation } = completion
    const user = this.#users.get(operation.user)
    if (user === undefined || completion.type === 'fail') return
    for (const write of operation.writes ?? []) {
      user.registers.add(write.register)
      const { kind, detail } = parseRegister(write.register)
      if (kind === 'existence' && write.value === 'deleted') user.deleted = true
      if (kind === 'enabled' && write.value === 'disabled') user.disabled = true
      if (kind === 'factor') user.factor = true
      if (kind === 'revoked' && detail !== undefined) user.revoked.push(detail)
      if (kind === 'password') {
        user.passwords.push({ label: operation.id, acknowledged: completion.type === 'ok' })
      }
    }
  }
}

/** Its label is the first password. */
function isCreation({ function: name, writes = [] }: Operation): boolean {
  if (name === 'sign-up') return true
  const writesPassword = writes.some(({ register }) => registerKind(register) === 'password')
  return name === 'admin-create-user' && writesPassword
}

/** The label of the newest acknowledged password. */
export function newestPassword(user: UserState): OperationId | undefined {
  return user.passwords.findLast((entry) => entry.acknowledged)?.label
}

/**
 * Labels to try in a read of the password register, best first: the newest acknowledged one, then
 * what else it may be (an unanswered later change, or the one before). At most one try is wrong.
 */
export function passwordCandidates(user: UserState): readonly OperationId[] {
  const newest = newestPassword(user)
  if (newest === undefined) return []
  const index = user.passwords.findIndex((entry) => entry.label === newest)
  const second = user.passwords[index + 1]?.label ?? user.passwords[index - 1]?.label
  return second === undefined ? [newest] : [newest, second]
}

/** Those of some registers of a user that one `read-user` shows. */
export function readableRegisters(
  user: UserState,
  registers: ReadonlySet<RegisterName> = user.registers,
): readonly RegisterName[] {
  const names: RegisterName[] = []
  for (const name of registers) {
    const kind = registerKind(name)
    if (kind === 'attribute' || kind === 'enabled' || kind === 'factor') names.push(name)
  }
  return [registerName(user.name, 'existence'), ...names.sort()]
}
