import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { GuessSeries } from './guess-series.ts'
import { admitted, type Guessed } from './guesses.ts'
import type { Attempt } from './history-fold.ts'
import { nodeOf } from './places.ts'

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
    readonly failure: GuessSeries['failures'][number]
  }[]
}

/** The counters of all Regions as their answers show them. */
export class GuessBook {
  readonly #pages = new Map<string, Page>()

  /** A restart, a flap; with a user: a change of something of that user. */
  disturb(user?: string): void {
    for (const page of this.#pages.values()) {
      if (user === undefined || page.user === user) page.series.disturb()
    }
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
      page.series = new GuessSeries()
    }
  }

  hasFailed(user: string, region: RegionName): boolean {
    const page = this.#find(user, region, 'password')
    return page !== undefined && page.series.failures.length + page.series.unknown > 0
  }

  /** Held against the locks that control users show. */
  resets(): Resets {
    const found: Resets['found'][number][] = []
    let excess = 0
    let samples = 0
    for (const page of this.#pages.values()) {
      const control = this.#controlOf(page.guessed)
      if (!page.isAttacked || control.longest === 0) continue
      samples += page.answersAfter
      for (const series of [...page.closed, page.series]) {
        if (!series.disturbed) continue
        const inside = series.insideLocks(control.locks)
        for (const failure of inside) found.push({ ...page, failure })
        const beyond = series.failures.length + series.unknown - control.longest
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
    for (const page of this.#pages.values()) {
      if (!page.isControl || page.guessed !== guessed) continue
      for (const series of [...page.closed, page.series]) {
        longest = Math.max(longest, series.failures.length)
        for (const [count, lasts] of series.locks) {
          locks.set(count, Math.max(locks.get(count) ?? 0, lasts))
        }
      }
    }
    return { locks, longest }
  }

  #find(user: string, region: RegionName, guessed: Guessed): Page | undefined {
    if (this.#pages.size === 0) return undefined
    return this.#pages.get(`${user} ${region} ${guessed}`)
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
      series: new GuessSeries(),
      closed: [],
      answersAfter: 0,
    }
    this.#pages.set(`${user} ${region} ${guessed}`, page)
    return page
  }
}
