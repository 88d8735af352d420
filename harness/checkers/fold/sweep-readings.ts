import type { RegionName, RegisterValue } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt, HistoryFold, Reading } from './history-fold.ts'
import { initialPosition, type Position, widen } from './position.ts'
import { type Register, type UserRegisters, valueKey, type Write } from './register.ts'
import type { RegisterHistory } from './register-history.ts'

/** What one read of a register in a Region showed, and when. */
export interface Sighting {
  readonly value: RegisterValue
  readonly inv: Micros
  readonly end: Micros
}

/** What a sweep says of one register of one Region. */
export type Shown =
  | {
      readonly kind: 'shown'
      readonly position: Position
      readonly inv: Micros
      readonly end: Micros
    }
  /** The user is gone by a delete: nothing else of it is expected. */
  | { readonly kind: 'gone' }
  /** It was not read, or what was read cannot be placed. */
  | { readonly kind: 'unread' }

/**
 * Which of several writes with the same value a read showed. `plausible`: any that an acknowledged
 * write, replicated by declaration before the first disturbance, had not replaced. `latest`: the
 * last, for reads after which nothing is under way.
 */
export type Choice = 'plausible' | 'latest'

interface Refusals {
  readonly labels: Set<string>
  inv: Micros
  end: Micros
}

/** The code of a definite refusal that evaluated the password. */
const wrongPassword = 'wrong-password'

/** The readings of a sweep by Region and register: the first of each, or the last. */
export class SweepReadings {
  readonly #fold: HistoryFold
  readonly #keep: 'first' | 'last'
  /** By Region, then by the place of the register. */
  readonly #seen = new Map<RegionName, (Sighting | undefined)[]>()
  readonly #refused = new Map<RegionName, Map<string, Refusals>>()
  count = 0
  lastEnd: Micros = -Infinity

  constructor(fold: HistoryFold, keep: 'first' | 'last') {
    this.#fold = fold
    this.#keep = keep
  }

  clear(): void {
    this.#seen.clear()
    this.#refused.clear()
    this.count = 0
    this.lastEnd = -Infinity
  }

  has(region: RegionName): boolean {
    return this.#seen.has(region)
  }

  take(attempt: Attempt, readings: readonly Reading[]): void {
    const { invoke, completion, inv, end } = attempt
    if (completion.type === 'fail') this.#refuse(attempt)
    if (completion.type === 'ok') {
      this.count += 1
      this.lastEnd = Math.max(this.lastEnd, end)
      if (!this.#seen.has(invoke.region)) this.#seen.set(invoke.region, [])
    }
    if (readings.length === 0) return
    const seen = this.#seen.get(invoke.region) ?? []
    if (seen.length === 0) this.#seen.set(invoke.region, seen)
    for (const { register, value } of readings) {
      const isFirst = seen[register.place] === undefined
      if (this.#keep === 'last' || isFirst) seen[register.place] = { value, inv, end }
    }
  }

  sighting(register: Register, region: RegionName): Sighting | undefined {
    return register.place < 0 ? undefined : this.#seen.get(region)?.[register.place]
  }

  /** @param writes - The writes of the register. */
  shown(register: Register, writes: readonly Write[], region: RegionName, choice: Choice): Shown {
    const seen = this.sighting(register, region)
    const absent = this.#absence(register, region)
    if (absent !== undefined && (seen === undefined || seen.value === null)) {
      if (deletedBefore(this.#fold.registers, register.user, absent.end)) {
        return this.#mayNeverHaveBeen(register.user, absent, choice)
          ? { kind: 'unread' }
          : { kind: 'gone' }
      }
      return { kind: 'shown', position: initialPosition, inv: absent.inv, end: absent.end }
    }
    if (seen === undefined) return this.#allRefused(register, writes, region)
    const isInitial = seen.value === null && register.kind !== 'existence'
    if (isInitial && deletedBefore(this.#fold.registers, register.user, seen.end))
      return { kind: 'unread' }
    const position = this.#positionOf(register, writes, seen, choice)
    if (position === undefined) return { kind: 'unread' }
    return { kind: 'shown', position, inv: seen.inv, end: seen.end }
  }

  /** Nobody can tell a user who was deleted from one whose account did not arrive yet. */
  #mayNeverHaveBeen(user: UserRegisters, absent: Sighting, choice: Choice): boolean {
    const { existence } = user
    if (existence === undefined || choice === 'latest') return false
    const writes = this.#fold.registers.writesOf(existence)
    return this.#positionOf(existence, writes, absent, choice)?.earliest === -Infinity
  }

  /** An absent user has none of its other registers. */
  #absence(register: Register, region: RegionName): Sighting | undefined {
    const { existence } = register.user
    if (existence === undefined || existence === register) return undefined
    const seen = this.sighting(existence, region)
    return seen?.value === null ? seen : undefined
  }

  #positionOf(
    register: Register,
    writes: readonly Write[],
    seen: Sighting,
    choice: Choice,
  ): Position | undefined {
    const key = valueKey(register.kind, seen.value)
    const fitting = writes.filter((write) => write.key === key && write.inv <= seen.end)
    const initialFits = valueKey(register.kind, null) === key
    if (choice === 'latest') {
      const last = fitting.reduce<Write | undefined>(laterOf, undefined)
      return last === undefined
        ? initialFits
          ? initialPosition
          : undefined
        : widen(undefined, last)
    }
    const replaced = this.#replacedBefore(writes)
    const plausible = fitting.filter((write) => write.end >= replaced)
    const initialPlausible = initialFits && replaced === -Infinity
    const nothingLeft = plausible.length === 0 && !initialPlausible
    let position = initialPlausible || (nothingLeft && initialFits) ? initialPosition : undefined
    for (const write of nothingLeft ? fitting : plausible) position = widen(position, write)
    return position
  }

  /** Latest `inv` of an acknowledged write that was replicated before anything was disturbed. */
  #replacedBefore(writes: readonly Write[]): Micros {
    const { disturbances, header } = this.#fold
    const lag = header.declared.lagMillisMax * 1_000
    let latest = -Infinity
    for (const { inv, end } of writes) {
      if (end + lag < disturbances.firstStart) latest = Math.max(latest, inv)
    }
    return latest
  }

  #refuse({ invoke, completion, inv, end }: Attempt): void {
    const { password } = invoke.arguments
    if (invoke.function !== 'sign-in' || typeof password !== 'string') return
    if (completion.error?.code !== wrongPassword) return
    const regional = this.#refused.get(invoke.region) ?? new Map<string, Refusals>()
    this.#refused.set(invoke.region, regional)
    const refusals = regional.get(invoke.user) ?? { labels: new Set<string>(), inv, end }
    regional.set(invoke.user, refusals)
    refusals.labels.add(password)
    refusals.inv = Math.min(refusals.inv, inv)
    refusals.end = Math.max(refusals.end, end)
  }

  /** Only where every password that may have been set was refused, none of them is there. */
  #allRefused(register: Register, writes: readonly Write[], region: RegionName): Shown {
    const refusals = this.#refused.get(region)?.get(register.user.name)
    if (register.kind !== 'password' || refusals === undefined) return { kind: 'unread' }
    const { labels, inv, end } = refusals
    const possible = writes.filter((write) => write.inv <= end)
    const complete = possible.length > 0 && possible.every((write) => labels.has(write.key))
    if (!complete || restricted(this.#fold.registers, register.user, end)) return { kind: 'unread' }
    return { kind: 'shown', position: initialPosition, inv, end }
  }
}

function laterOf(a: Write | undefined, b: Write): Write {
  if (a === undefined || b.end > a.end) return b
  return b.end === a.end && b.inv > a.inv ? b : a
}

/** True if some delete of the user that is acknowledged or unknown began before `time`. */
export function deletedBefore(
  registers: RegisterHistory,
  { existence }: UserRegisters,
  time: Micros,
): boolean {
  const deletes = existence && registers.sharedPosition(existence, '')
  return deletes !== undefined && deletes.earliest <= time
}

/** A user who may be deleted or disabled is refused whatever the password is. */
function restricted(registers: RegisterHistory, user: UserRegisters, time: Micros): boolean {
  if (deletedBefore(registers, user, time)) return true
  const enabled = user.registers.find((register) => register.kind === 'enabled')
  const disables = enabled && registers.sharedPosition(enabled, 'disabled')
  return disables !== undefined && disables.earliest <= time
}
