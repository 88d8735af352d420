import type { AnswerMeaning } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { arrived } from './arrival.ts'
import type { HistoryFold } from './history-fold.ts'
import type { KnownAt } from './known-at.ts'
import type { Register } from './register.ts'
import { firstSecret, type Use } from './uses.ts'
import type { Withdrawal } from './withdrawal.ts'

/** Whether a refusal is owed to a change: it may, it certainly is, or it cannot be. */
export type Owed = 'no' | 'perhaps' | 'certainly'

/** Refusals that say nothing of what was presented. */
const silent: ReadonlySet<AnswerMeaning | undefined> = new Set<AnswerMeaning>([
  'locked',
  'gated',
  'throttled',
  'unavailable',
])

/** The session is refused, and its own words do not say why. */
const refusedSession: ReadonlySet<AnswerMeaning | undefined> = new Set<AnswerMeaning>([
  'token-refused',
  'reauthenticate',
  'revoked',
])

const refusedDevice: ReadonlySet<AnswerMeaning | undefined> = new Set<AnswerMeaning>([
  'absent',
  'factor-required',
  'revoked',
  'token-refused',
  'wrong-credentials',
])

/** True if the refusal says nothing of what was presented: nobody looked at it. */
export function isSilent(meaning: AnswerMeaning | undefined): boolean {
  return silent.has(meaning)
}

/**
 * Says whether a refusal is owed to a change. A Region that never had an account, a password or a
 * session refuses it too: such words count only where it had shown to know it, where it was there
 * by the declared lag before the first disturbance, or in the Region that took the change.
 */
export class Refusals {
  readonly #fold: HistoryFold
  readonly #known: KnownAt
  readonly #regions: ReadonlySet<RegionName>

  constructor(fold: HistoryFold, known: KnownAt) {
    this.#fold = fold
    this.#known = known
    this.#regions = new Set(fold.header.regions.map(({ name }) => name))
  }

  /** @param alone - No change of another kind forbids the use. */
  owedTo(withdrawal: Withdrawal, use: Use, alone: boolean): Owed {
    const owed = this.#byMeaning(withdrawal, use, alone)
    return owed === 'certainly' && !withdrawal.clear ? 'perhaps' : owed
  }

  #byMeaning(withdrawal: Withdrawal, use: Use, alone: boolean): Owed {
    const { meaning, way, node } = use
    const isSame = node === withdrawal.region
    switch (withdrawal.kind) {
      case 'disable':
        if (meaning === 'disabled') return 'certainly'
        return way === 'session' ? this.#session(use, alone) : 'no'
      case 'delete':
        if (way === 'session' && meaning !== 'absent') return this.#session(use, alone)
        if (meaning === 'absent') return certainIf(isSame || this.#accountArrived(use))
        if (meaning !== 'wrong-credentials') return 'no'
        return certainIf(this.#isOnlyPassword(use) && (isSame || this.#labelArrived(use)))
      case 'group':
        return certainIf(isSame || this.#groupArrived(withdrawal, use))
      case 'secret':
        if (meaning !== 'wrong-credentials') return 'no'
        return certainIf(isSame || this.#secretArrived(withdrawal, use))
      case 'password':
        if (meaning !== 'wrong-credentials' && meaning !== 'reset-required') return 'no'
        return certainIf(
          this.#isPredecessor(use, withdrawal) && (isSame || this.#labelArrived(use)),
        )
      case 'mfa':
        // A Region that serves no factors says so of who has one, and served the password before.
        if (meaning === 'gated') return certainIf(this.#servedPassword(withdrawal, use))
        return meaning === 'factor-required' || use.accepted === true ? 'certainly' : 'no'
      case 'revocation':
      case 'signOut':
        if (meaning === 'revoked') return certainIf(alone)
        return this.#session(use, alone)
      case 'device':
        if (!refusedDevice.has(meaning)) return 'no'
        return certainIf(isSame || this.#deviceArrived(withdrawal, use))
    }
  }

  /** A session that the node had accepted is refused, and nothing else can be the reason. */
  #session({ meaning, session, attempt, node }: Use, alone: boolean): Owed {
    const { user, function: fn } = attempt.invoke
    const isExpired = meaning === 'expired' && !this.#regions.has(node)
    if (!refusedSession.has(meaning) && !isExpired) return 'no'
    // A refresh token that was replaced is refused as well.
    if (meaning === 'reauthenticate' && fn === 'rotate') return 'perhaps'
    if (session === undefined) return 'perhaps'
    return certainIf(alone && this.#known.session(user, node, session.root, attempt.inv))
  }

  #servedPassword({ tallies }: Withdrawal, use: Use): boolean {
    const { node, attempt } = use
    const accepted = this.#known.label(attempt.invoke.user, node, attempt.inv)
    return accepted !== undefined || isKnownBy(tallies, use)
  }

  #accountArrived({ attempt, node }: Use): boolean {
    const { user } = attempt.invoke
    if (this.#known.user(user, node, attempt.inv)) return true
    const existence = this.#fold.registers.user(user)?.existence
    if (existence === undefined) return false
    return this.#fold.registers
      .writesOf(existence)
      .some((write) => write.key !== '' && arrived(this.#fold, write.end, attempt.inv))
  }

  /** The Region had the password that was presented, or a later one. */
  #labelArrived({ attempt, label, node }: Use): boolean {
    const { user } = attempt.invoke
    const register = this.#passwordOf(user)
    const position = register && this.#fold.registers.position(register, label ?? null)
    if (register === undefined || position === undefined) return false
    if (arrived(this.#fold, position.latest, attempt.inv)) return true
    const accepted = this.#known.label(user, node, attempt.inv)
    if (accepted === undefined) return false
    if (accepted === label) return true
    const shown = this.#fold.registers.position(register, accepted)
    return shown !== undefined && position.latest < shown.earliest
  }

  #groupArrived({ key, tallies }: Withdrawal, use: Use): boolean {
    const { user } = use.attempt.invoke
    if (isKnownBy(tallies, use)) return true
    const register = this.#registerOf(user, 'group', key)
    const last = register && this.#lastGiving(register)
    return (
      last !== undefined &&
      this.#regions.has(use.node) &&
      arrived(this.#fold, last, use.attempt.inv)
    )
  }

  #secretArrived({ key, tallies }: Withdrawal, use: Use): boolean {
    if (key === firstSecret || isKnownBy(tallies, use)) return true
    return this.#ownArrived(this.#registerOf(use.attempt.invoke.user, 'secret', key), use, key)
  }

  #deviceArrived({ key, tallies }: Withdrawal, use: Use): boolean {
    const { invoke, inv } = use.attempt
    if (isKnownBy(tallies, use)) return true
    if (this.#known.device(invoke.user, use.node, key, inv)) return true
    return this.#ownArrived(this.#registerOf(invoke.user, 'device', key), use, key)
  }

  #ownArrived(register: Register | undefined, { attempt }: Use, label: string): boolean {
    const position = register && this.#fold.registers.position(register, label)
    return position !== undefined && arrived(this.#fold, position.latest, attempt.inv)
  }

  /** `end` of the last addition to the group; undefined where none is known. */
  #lastGiving(register: Register): Micros | undefined {
    const given = this.#fold.registers
      .writesOf(register)
      .filter((write) => write.dataClass !== 'deauthorisation')
    return given.at(-1)?.end
  }

  /** Every other password was replaced before the one that was presented was written. */
  #isOnlyPassword(use: Use): boolean {
    return this.#othersAre(use, (_write, isBefore) => isBefore)
  }

  /** Every other password was replaced before it, or is set after the change. */
  #isPredecessor(use: Use, { operation, end }: Withdrawal): boolean {
    return this.#othersAre(
      use,
      (write, isBefore) => isBefore || write.operation === operation || write.inv > end,
    )
  }

  #othersAre(
    { attempt, label }: Use,
    allows: (write: { operation: number; inv: Micros }, isBefore: boolean) => boolean,
  ): boolean {
    const { registers } = this.#fold
    const register = this.#passwordOf(attempt.invoke.user)
    const position = register && registers.position(register, label ?? null)
    if (register === undefined || position === undefined) return false
    return [...registers.writesOf(register), ...register.open].every(
      (write) => write.key === label || allows(write, write.end < position.earliest),
    )
  }

  #passwordOf(user: string): Register | undefined {
    return this.#fold.registers.user(user)?.registers.find(({ kind }) => kind === 'password')
  }

  #registerOf(user: string, kind: 'group' | 'secret' | 'device', detail: string) {
    return this.#fold.registers.find(user, kind, detail)
  }
}

function isKnownBy(tallies: Withdrawal['tallies'], { attempt, node }: Use): boolean {
  const tally = tallies.find((entry) => entry.node === node)
  return tally !== undefined && tally.acceptedUntil < attempt.inv && tally.acceptedUntil > -Infinity
}

function certainIf(condition: boolean): Owed {
  return condition ? 'certainly' : 'perhaps'
}
