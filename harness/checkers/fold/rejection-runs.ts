import type { Micros } from '../../kernel/time.ts'
import type { Attempt } from './history-fold.ts'

/** A time in which something valid was rejected, as an interval in microseconds. */
export interface Rejection {
  readonly low: Micros
  readonly high: Micros
  /** The rejection that it began with. */
  readonly first: Attempt
}

interface Run {
  readonly from: Micros
  readonly first: Attempt
  readonly firstEnd: Micros
  lastInv: Micros
}

/**
 * Rejections of valid tokens of one kind by one application. A run begins with a rejection and ends
 * with the next acceptance: low runs from the first rejection to the last, high from the acceptance
 * before to the one after.
 */
export class RejectionRuns {
  #lastOk: Micros | undefined
  #run: Run | undefined
  longest: Rejection | undefined

  /** @param since - A moment from which on the token existed. */
  reject(attempt: Attempt, since: Micros): void {
    const { inv, end } = attempt
    const from = Math.min(this.#lastOk ?? since, inv)
    this.#run ??= { from, first: attempt, firstEnd: end, lastInv: inv }
    this.#run.lastInv = Math.max(this.#run.lastInv, inv)
  }

  accept({ inv, end }: Attempt): void {
    const run = this.#run
    if (run !== undefined && inv > run.lastInv) this.#close(run, end)
    this.#lastOk = Math.max(this.#lastOk ?? 0, inv)
  }

  finish(): void {
    if (this.#run !== undefined) this.#close(this.#run, Infinity)
  }

  #close({ from, first, firstEnd, lastInv }: Run, end: Micros): void {
    this.#run = undefined
    const low = Math.max(0, lastInv - firstEnd)
    const high = end - from
    const { longest } = this
    this.longest = {
      low: Math.max(longest?.low ?? 0, low),
      high: Math.max(longest?.high ?? 0, high),
      first: longest === undefined || low > longest.low ? first : longest.first,
    }
  }
}
