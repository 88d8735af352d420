import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { type Failure, FailureLog, GuessSeries } from './guess-series.ts'
import { admitted, type Guessed } from './guesses.ts'
import type { Attempt } from './history-fold.ts'
import { nodeOf } from './places.ts'
import type { RegisterHistory } from './register-history.ts'

/** Wrong tries of one kind at one user and Region, from one success to the next. */
interface Page {
  readonly user: string
  readonly region: RegionName
  readonly guessed: Guessed
  isControl: boolean
  /** Some try was an attacker's: the owner's own mistakes alone are no attack. */
  isAttacked: boolean
  series: GuessSeries
  readonly closed: GuessSeries[]
  /** Answers after a disturbance. */
  answersAfter: number
}

/** Guesses that were admitted inside a lock that had to hold. */
export interface Resets {
  readonly low: number
  readonly high: number
  readonly samples: number
  readonly found: readonly {
    readonly user: string
    readonly region: RegionName
    readonly failure: Failure
  }[]
}

/** The counters of all Regions as their answers show them. */
export class GuessBook {
  /** In the order in which they were begun. */
  readonly #pages: Page[] = []
  readonly #users = new Map<string, Page[]>()
  readonly #log: FailureLog

  constructor(registers: RegisterHistory) {
    this.#log = new FailureLog(registers)
  }

  /** A restart, a flap. */
  disturb(): void {
    for (const { series } of this.#pages) series.disturb()
  }

  /** A change of something of this user. */
  disturbUser(user: string): void {
    for (const { series } of this.#users.get(user) ?? []) series.disturb()
  }

  take(attempt: Attempt, guessed: Guessed, isControl: boolean): void {
    const { invoke, completion, inv, end } = attempt
    const { meaning } = completion.error ?? {}
    const { low, high } = admitted(completion)
    const isLocked = completion.type === 'fail' && meaning === 'locked'
    const isAttack = invoke.purpose.startsWith('guess') || invoke.function.startsWith('guess-')
    // The owner's own tries fill the same counter once somebody guesses.
    const page = isAttack
      ? this.#ensure(invoke.user, nodeOf(attempt), guessed)
      : this.#find(invoke.user, nodeOf(attempt), guessed)
    if (page === undefined) return
    page.isControl ||= isControl
    page.isAttacked ||= isAttack && !isControl
    const isAnswered = isLocked || (completion.type === 'fail' && low > 0)
    if (page.series.disturbed && isAnswered) page.answersAfter += 1
    if (isLocked) page.series.lock(inv)
    else if (completion.type === 'fail' && low > 0) page.series.fail(inv, end, invoke.operation)
    else if (high > low) page.series.unknown += 1
  }

  /** The owner got in: the counter starts anew. */
  succeed(user: string, attempt: Attempt): void {
    for (const guessed of ['password', 'code', 'reset-code'] as const) {
      const page = this.#find(user, nodeOf(attempt), guessed)
      if (page === undefined) continue
      page.closed.push(page.series)
      page.series = new GuessSeries(this.#log)
    }
  }

  hasFailed(user: string, region: RegionName): boolean {
    const page = this.#find(user, region, 'password')
    return page !== undefined && page.series.count + page.series.unknown > 0
  }

  /** Held against the locks that control users show. */
  resets(): Resets {
    const found: Resets['found'][number][] = []
    let excess = 0
    let samples = 0
    for (const page of this.#pages) {
      const control = this.#controlOf(page.guessed)
      if (!page.isAttacked || control.longest === 0) continue
      samples += page.answersAfter
      for (const series of [...page.closed, page.series]) {
        if (!series.disturbed) continue
        const inside = series.insideLocks(control.locks)
        for (const failure of inside) found.push({ ...page, failure })
        const beyond = series.count + series.unknown - control.longest
        excess += Math.max(inside.length, beyond, 0)
      }
    }
    return { low: found.length, high: Math.max(found.length, excess), samples, found }
  }

  /** How long locks last at least, and how many failures a control user was admitted. */
  #controlOf(guessed: Guessed): {
    readonly locks: ReadonlyMap<number, Micros>
    readonly longest: number
  } {
    const locks = new Map<number, Micros>()
    let longest = 0
    for (const page of this.#pages) {
      if (!page.isControl || page.guessed !== guessed) continue
      for (const series of [...page.closed, page.series]) {
        longest = Math.max(longest, series.count)
        for (const [count, lasts] of series.locks) {
          locks.set(count, Math.max(locks.get(count) ?? 0, lasts))
        }
      }
    }
    return { locks, longest }
  }

  #find(user: string, region: RegionName, guessed: Guessed): Page | undefined {
    return this.#users.get(user)?.find((page) => page.region === region && page.guessed === guessed)
  }

  #ensure(user: string, region: RegionName, guessed: Guessed): Page {
    const known = this.#find(user, region, guessed)
    if (known !== undefined) return known
    const page: Page = {
      user,
      region,
      guessed,
      isControl: false,
      isAttacked: false,
      series: new GuessSeries(this.#log),
      closed: [],
      answersAfter: 0,
    }
    this.#pages.push(page)
    const pages = this.#users.get(user)
    if (pages === undefined) this.#users.set(user, [page])
    else pages.push(page)
    return page
  }
}
