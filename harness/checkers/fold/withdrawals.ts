import type { EventLine, FaultLine, InvokeLine } from '../../history/line.ts'
import type { OperationFunction } from '../../history/operation.ts'
import { IntegerColumn } from './columns.ts'
import { type FiledKind, FiledWithdrawals, isFiled } from './filed-withdrawals.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { nodeOf, type Places } from './places.ts'
import { isBefore } from './position.ts'
import { RefusedStops } from './refused-stops.ts'
import type { Register, Write } from './register.ts'
import { accountScope, Scopes, scopeOfRegister, scopeOfWithdrawal } from './scopes.ts'
import type { Sessions } from './sessions.ts'
import type { Use } from './uses.ts'
import { type Withdrawal, type WithdrawalKind, withdrawalKind } from './withdrawal.ts'

/** What is known of the changes of one user. */
interface UserChanges {
  /** Place of the user among all. */
  readonly place: number
  readonly scopes: Scopes
  /** Those in force, in their order. */
  withdrawals: Withdrawal[]
  /** Those that come before it ended with a former account. */
  since: number
  /** Writes of passwords that stand among them. */
  readonly passwords: Set<number>
}

/** They take a password and may be asked for a factor: their tokens come without one. */
const firstSteps: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
  'answer-new-password',
])

/** They prove a remembered device. */
const deviceSteps: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'start-device',
  'answer-device',
])

/** Attempts to take access away while the primary was unavailable. */
export interface WithoutPrimary {
  tried: number
  acknowledged: number
  unknown: number
}

/** Takes what one change came to; changes have the order of their ranks. */
export type Settle = (user: string, withdrawal: Withdrawal, rank: number) => void

/** Above the number of changes. */
const rankStep = 2 ** 31

/**
 * The acknowledged changes that take access away, by user, for as long as nothing may have given it
 * back; then they are settled. Those of passwords are looked up when an older one is presented, and
 * those of sessions, secrets and devices wait in a file: there can be millions.
 */
export class Withdrawals {
  readonly #fold: HistoryFold
  readonly #places: Places
  readonly #sessions: Sessions
  readonly #users = new Map<string, UserChanges>()
  /** By write of a password: its Region and whether the primary was unavailable. */
  readonly #passwordRegion = new IntegerColumn()
  readonly #regions: readonly string[]
  readonly #settle: Settle
  readonly #filed = new FiledWithdrawals()
  #begun = 0
  readonly #outages = new Set<string>()
  /** Operations under way that were sent while the primary was unavailable. */
  readonly #tried = new Set<string>()
  readonly withoutPrimary: WithoutPrimary = { tried: 0, acknowledged: 0, unknown: 0 }
  /** What was refused while the primary was unavailable. */
  readonly refused = new RefusedStops()
  acknowledged = 0
  /** Kinds that were acknowledged. */
  readonly kinds = new Set<WithdrawalKind>()

  constructor(fold: HistoryFold, places: Places, settle: Settle) {
    this.#fold = fold
    this.#settle = settle
    this.#places = places
    this.#sessions = fold.sessions
    this.#regions = fold.header.regions.map(({ name }) => name)
  }

  /** Takes a line after the shared fold did. */
  step(line: EventLine): void {
    if (line.type === 'invoke') {
      this.#send(line)
    } else if (line.type === 'fault') this.#onFault(line)
    else {
      const { attempt, writes } = this.#fold
      if (attempt !== undefined && writes.length > 0) this.#answer(attempt)
    }
  }

  /** What was never answered is unknown. What nobody met came to nothing. */
  finish(): void {
    this.withoutPrimary.unknown += this.#tried.size
    this.withoutPrimary.tried += this.#tried.size
    this.#tried.clear()
    for (const [user, { place, withdrawals }] of this.#users) {
      for (const one of withdrawals) this.#settle(user, one, place * rankStep + one.order)
    }
  }

  /** Those that forbid a use, which began after each of them did. */
  forbidding(use: Use): readonly Withdrawal[] {
    const { invoke, inv } = use.attempt
    const changes = this.#users.get(invoke.user)
    if (changes === undefined) return []
    this.#fetch(use, changes)
    if (use.label !== undefined && use.way === 'sign-in') this.#lookUp(use, use.label, changes)
    return changes.withdrawals.filter((entry) => entry.inv < inv && this.#isForbidden(use, entry))
  }

  /** True while something is under way that would give back what was taken. */
  inDoubt(user: string, { kind, key }: Withdrawal): boolean {
    return this.#users.get(user)?.scopes.inDoubt(kind, key) ?? false
  }

  passwordOf(user: string): Register | undefined {
    return this.#fold.registers.user(user)?.registers.find(({ kind }) => kind === 'password')
  }

  #isForbidden(use: Use, { kind, key, root, inv }: Withdrawal): boolean {
    const { way, session } = use
    switch (kind) {
      case 'disable':
      case 'delete':
        return way !== 'machine'
      case 'group':
        return way !== 'machine' && use.mints && use.accepted !== false
      case 'secret':
        return way === 'machine' && use.label === key
      case 'password':
        return way === 'sign-in' && use.label !== undefined && this.#isOlder(use, use.label, inv)
      case 'mfa':
        return firstSteps.has(use.attempt.invoke.function)
      case 'revocation':
        return way === 'session' && session?.root === root
      case 'signOut':
        return way === 'session' && session !== undefined && session.begun < inv
      case 'device':
        // A sign-in that names the device opens nothing yet, but may be refused for it.
        if (use.device !== key) return false
        return deviceSteps.has(use.attempt.invoke.function) || use.accepted === false
    }
  }

  /** Puts among the changes in force what was filed of that which is presented. */
  #fetch({ way, session, label, device }: Use, changes: UserChanges): void {
    const { registers } = this.#fold
    if (way === 'session') this.#fetchOf('revocation', session?.root, changes)
    if (way === 'machine' && label !== undefined) {
      this.#fetchOf('secret', registers.knownKey(label), changes)
    }
    if (device !== undefined) this.#fetchOf('device', registers.knownKey(device), changes)
  }

  #fetchOf(kind: FiledKind, label: number | undefined, changes: UserChanges): void {
    if (label === undefined) return
    for (const filed of this.#filed.take(kind, label, changes.place)) {
      if (filed.order < changes.since) continue
      const { operation, inv, end, withoutPrimary, clear, order } = filed
      const isSession = kind === 'revocation'
      const later = changes.withdrawals.findIndex((other) => other.order > order)
      changes.withdrawals.splice(later < 0 ? changes.withdrawals.length : later, 0, {
        kind,
        order,
        operation,
        key: isSession ? '' : this.#fold.registers.operationId(label),
        root: isSession ? label : 0,
        region: this.#regions[filed.region] ?? '',
        inv,
        end,
        withoutPrimary,
        clear,
        tallies: [],
      })
    }
  }

  #isOlder(use: Use, label: string, inv: number): boolean {
    const register = this.passwordOf(use.attempt.invoke.user)
    const position = register && this.#fold.registers.position(register, label)
    return position !== undefined && position.latest < inv
  }

  /** Changes of the password that came after the one which was presented. */
  #lookUp(use: Use, label: string, changes: UserChanges): void {
    const { registers } = this.#fold
    const register = this.passwordOf(use.attempt.invoke.user)
    const position = register && registers.position(register, label)
    if (register === undefined || position === undefined) return
    for (const write of registers.acknowledgedSince(register, position.latest)) {
      if (!isBefore(position, write) || changes.passwords.has(write.index)) continue
      if (write.dataClass !== 'deauthorisation') continue
      const place = this.#passwordRegion.at(write.index)
      const region = this.#regions[(place >> 1) - 1]
      if (region === undefined) continue
      changes.passwords.add(write.index)
      this.#begin(changes, { ...write, region, withoutPrimary: (place & 1) === 1 }, 'password', '')
    }
  }

  #onFault({ phase, fault, effects }: FaultLine): void {
    if (phase === 'heal') this.#outages.delete(fault)
    if (phase !== 'verified') return
    const takesPrimary = effects.some(
      ({ effect, region }) => effect === 'region-unavailable' && region === this.#fold.primary,
    )
    if (takesPrimary) this.#outages.add(fault)
  }

  #send(line: InvokeLine): void {
    for (const { register, takes } of this.#fold.writes) {
      const scope = scopeOfRegister(register.kind, register.detail)
      if (scope !== undefined) this.#changesOf(register.user.name).scopes.send(scope, takes)
      if (takes && this.#outages.size > 0) this.#tried.add(line.operation)
    }
  }

  #answer(attempt: Attempt): void {
    const { invoke, completion, end } = attempt
    const { type } = completion
    const wasTried = this.#tried.delete(invoke.operation)
    for (const { register, takes } of this.#fold.writes) {
      const scope = scopeOfRegister(register.kind, register.detail)
      if (scope !== undefined) {
        const changes = this.#changesOf(register.user.name)
        if (type === 'fail') changes.scopes.refuse(scope, takes)
        else if (!takes && changes.scopes.give(scope, end)) {
          this.#endScope(register.user.name, changes, scope)
        }
        if (!takes) settleDoubts(changes)
      }
      if (takes && type === 'ok') this.#take(attempt, register, wasTried)
    }
    if (!wasTried) return
    this.withoutPrimary.tried += 1
    if (type === 'fail') this.refused.refuse(attempt)
    if (type === 'ok') this.withoutPrimary.acknowledged += 1
    if (type === 'info') this.withoutPrimary.unknown += 1
  }

  #take(attempt: Attempt, register: Register, withoutPrimary: boolean): void {
    const { invoke, inv, end } = attempt
    const { registers } = this.#fold
    const region = nodeOf(attempt)
    const kind = withdrawalKind(register.kind)
    if (kind === undefined || !this.#places.isRegion(region)) return
    this.acknowledged += 1
    this.kinds.add(kind)
    const changes = this.#changesOf(register.user.name)
    if (kind === 'password') {
      const place = ((this.#regions.indexOf(region) + 1) << 1) | (withoutPrimary ? 1 : 0)
      this.#passwordRegion.set(register.newest, place)
      return
    }
    const operation = registers.operationKey(invoke.operation)
    const made = { operation, inv, end, region, withoutPrimary }
    this.#begin(changes, made, kind, register.detail ?? '')
  }

  /** What was given back forbids nothing; with a new account nothing of the old one does. */
  #endScope(user: string, changes: UserChanges, scope: string): void {
    if (scope === accountScope) changes.since = this.#begun
    const kept: Withdrawal[] = []
    for (const withdrawal of changes.withdrawals) {
      const { kind, key, order, tallies } = withdrawal
      if (scope !== accountScope && scopeOfWithdrawal(kind, key) !== scope) {
        kept.push(withdrawal)
        continue
      }
      for (const tally of tallies) {
        if (!Number.isNaN(tally.heldStop)) tally.stoppedAt = tally.heldStop
      }
      this.#settle(user, withdrawal, changes.place * rankStep + order)
    }
    changes.withdrawals = kept
  }

  #begin(
    { place: user, scopes, withdrawals }: UserChanges,
    made: Pick<Write, 'operation' | 'inv' | 'end'> & Pick<Withdrawal, 'region' | 'withoutPrimary'>,
    kind: WithdrawalKind,
    key: string,
  ): void {
    const { operation, inv, end, region, withoutPrimary } = made
    if (scopes.mayBeUndone(kind, key, inv)) return
    const order = this.#begun
    this.#begun += 1
    const clear = scopes.isClear(kind, key)
    if (isFiled(kind)) {
      const label =
        kind === 'revocation' ? this.#sessions.of(key).root : this.#fold.registers.operationKey(key)
      const place = this.#regions.indexOf(region)
      const flags = { withoutPrimary, clear }
      this.#filed.file(kind, label, { order, operation, inv, end, user, region: place }, flags)
      return
    }
    withdrawals.push({
      kind,
      order,
      operation,
      key,
      root: 0,
      region,
      inv,
      end,
      withoutPrimary,
      clear,
      tallies: [],
    })
  }

  #changesOf(user: string): UserChanges {
    const known = this.#users.get(user)
    if (known !== undefined) return known
    const changes = {
      place: this.#users.size,
      scopes: new Scopes(),
      withdrawals: [],
      since: 0,
      passwords: new Set<number>(),
    }
    this.#users.set(user, changes)
    return changes
  }
}

/** What could have been given back was not: uses that were accepted meanwhile stay so. */
function settleDoubts({ scopes, withdrawals }: UserChanges): void {
  for (const { kind, key, tallies } of withdrawals) {
    if (scopes.inDoubt(kind, key)) continue
    for (const tally of tallies) tally.heldStop = Number.NaN
  }
}
