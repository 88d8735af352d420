import type { TokenObservation } from '../../history/line.ts'
import type {
  Argument,
  OperationFunction,
  OperationId,
  RegionName,
} from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import type { UserRegisters } from './register-history.ts'

/** An access token by the operation that minted it. */
export interface MintedToken {
  /** When it expires on the clock of the history; undefined if that is not known. */
  readonly expiresAt: Micros | undefined
  /** The sign-in that it goes back to. */
  readonly root: number
  /** The place of the first token of its family. */
  readonly first: number
  readonly region: RegionName
  /** When they were asked for and when they arrived. */
  readonly inv: Micros
  readonly end: Micros
}

/** Operations that answer with new tokens. */
export const mintingFunctions: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'answer-totp',
  'refresh',
  'rotate',
  'redeem-code',
  'answer-srp',
  'admin-sign-in',
  'answer-new-password',
  'answer-device',
  'replay-totp',
  'guess-password',
  'guess-code',
  'machine-sign-in',
])

/** True if new tokens were handed out. */
export function mintsTokens({ invoke, completion }: Attempt): boolean {
  return completion.type === 'ok' && mintingFunctions.has(invoke.function)
}

/** The operation that an argument refers to. */
export function referenceOf(argument: Argument | undefined): OperationId | undefined {
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
  return typeof argument.from === 'string' ? argument.from : undefined
}

/** The operation that the step before this one was: a refresh, or a further step of a sign-in. */
function earlierStep(given: Readonly<Record<string, Argument>>): OperationId | undefined {
  return (
    referenceOf(given.refreshToken) ??
    referenceOf(given.session) ??
    referenceOf(given.srp) ??
    referenceOf(given.code)
  )
}

/** Access tokens and the families that they belong to, kept in columns of numbers. */
export class MintedTokens {
  readonly #fold: HistoryFold
  readonly #byOperation = new IntegerColumn()
  readonly #named = new Map<number, number>()
  readonly #expiresAt = new NumberColumn()
  readonly #root = new NumberColumn()
  readonly #first = new IntegerColumn()
  readonly #region = new IntegerColumn()
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #regions: readonly RegionName[]

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  /** Keeps the access token that an answer brought, if it brought one. */
  take(attempt: Attempt): void {
    if (!mintsTokens(attempt)) return
    const access = attempt.completion.tokens?.find((token) => token.use === 'access')
    if (access !== undefined) this.#add(attempt, access)
  }

  #add(attempt: Attempt, access: TokenObservation): void {
    const { invoke, inv, end } = attempt
    const { expiresAt, seenAt } = access
    const key = this.#fold.registers.operationKey(invoke.operation)
    const isKnown =
      expiresAt !== undefined &&
      seenAt !== undefined &&
      !this.#fold.disturbances.skewed(invoke.region)
    const index = this.#expiresAt.length
    this.#expiresAt.push(isKnown ? end + (expiresAt - seenAt) + this.#fold.travelled : Number.NaN)
    const from = earlierStep(invoke.arguments)
    this.#root.push(from === undefined ? key : this.rootOf(from))
    const earlier = from === undefined ? -1 : this.indexOf(from)
    this.#first.set(index, earlier < 0 ? index : this.#first.at(earlier))
    this.#inv.push(inv)
    this.#end.push(end)
    this.#region.set(index, this.#regions.indexOf(invoke.region))
    if (key >= 0) this.#byOperation.set(key, index + 1)
    else this.#named.set(key, index)
  }

  get(operation: OperationId): MintedToken | undefined {
    const index = this.indexOf(operation)
    return index < 0 ? undefined : this.at(index)
  }

  /** The place of an operation's token; −1 if it minted none. */
  indexOf(operation: OperationId): number {
    return this.#indexOf(this.#fold.registers.operationKey(operation))
  }

  /** How many there are; the newest has the last place. */
  get count(): number {
    return this.#expiresAt.length
  }

  at(index: number): MintedToken {
    const expiresAt = this.#expiresAt.at(index)
    return {
      expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt - this.#fold.travelled,
      root: this.#root.at(index),
      first: this.#first.at(index),
      region: this.#regions[this.#region.at(index)] ?? '',
      inv: this.#inv.at(index),
      end: this.#end.at(index),
    }
  }

  /** The sign-in that an operation's tokens go back to: through refreshes and second steps. */
  rootOf(operation: OperationId): number {
    const key = this.#fold.registers.operationKey(operation)
    const index = this.#indexOf(key)
    return index < 0 ? key : this.#root.at(index)
  }

  /** True if the family may have been revoked: acknowledged, unknown or under way. */
  mayBeRevoked(user: UserRegisters, root: number): boolean {
    return user.registers.some(
      (register) =>
        register.kind === 'revoked' &&
        register.detail !== undefined &&
        (register.newest >= 0 || register.open.length > 0) &&
        this.rootOf(register.detail) === root,
    )
  }

  #indexOf(key: number): number {
    return key >= 0 ? this.#byOperation.at(key) - 1 : (this.#named.get(key) ?? -1)
  }
}
