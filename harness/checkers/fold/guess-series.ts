import type { Micros } from '../../kernel/time.ts'

/** One wrong try that the Region evaluated. */
interface Failure {
  readonly inv: Micros
  readonly end: Micros
  readonly operation: string
  /** Something had happened since the first that could have reset a counter. */
  readonly disturbed: boolean
}

/**
 * The wrong tries of one user at one Region since the owner last got in. What a control user shows
 * of locks (how long one lasted at least, by the number of failures before it) tells which tries of
 * the attacker were admitted inside a lock.
 */
export class GuessSeries {
  readonly failures: Failure[] = []
  /** By number of failures: how long the lock after it lasted at least. */
  readonly locks = new Map<number, Micros>()
  /** Tries of which nobody knows whether they were evaluated. */
  unknown = 0
  #disturbed = false
  #lockedFrom: Micros = -Infinity

  /** A restart, a flap, a change of something else. */
  disturb(): void {
    if (this.failures.length > 0) this.#disturbed = true
  }

  get disturbed(): boolean {
    return this.#disturbed
  }

  fail(inv: Micros, end: Micros, operation: string): void {
    // What overlaps an answer that it was locked may have been the failure that began the lock.
    if (inv <= this.#lockedFrom) this.locks.delete(this.failures.length)
    this.failures.push({ inv, end, operation, disturbed: this.#disturbed })
  }

  /** Answered as locked: the lock that the last failure began is still there. */
  lock(inv: Micros): void {
    this.#lockedFrom = Math.max(this.#lockedFrom, inv)
    const last = this.failures.at(-1)
    // A try that nobody knows of may have begun another lock.
    if (last === undefined || this.unknown > 0 || inv <= last.end) return
    const known = this.locks.get(this.failures.length) ?? 0
    this.locks.set(this.failures.length, Math.max(known, inv - last.end))
  }

  /**
   * Tries that were admitted inside a lock that the control user shows, after a disturbance.
   *
   * @param locks - By number of failures, how long the lock after it lasts at least.
   */
  insideLocks(locks: ReadonlyMap<number, Micros>): readonly Failure[] {
    return this.failures.filter((failure, index) => {
      if (!failure.disturbed) return false
      for (const [count, lasts] of locks) {
        const start = count <= index ? this.failures[count - 1] : undefined
        if (start !== undefined && failure.end - start.inv <= lasts) return true
      }
      return false
    })
  }
}
