import type { Micros } from '../../kernel/time.ts'
import { NumberColumn } from './columns.ts'
import type { RegisterHistory } from './register-history.ts'

/** One wrong try that the Region evaluated. */
export interface Failure {
  readonly inv: Micros
  readonly end: Micros
  readonly operation: string
  /** Something had happened since the first that could have reset a counter. */
  readonly disturbed: boolean
}

/** Failures of all series in columns of numbers, about 12 bytes each. */
export class FailureLog {
  readonly #registers: RegisterHistory
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #operation = new NumberColumn()
  /** Distance to the failure before it in its series, twice; one more where it was disturbed. */
  readonly #link = new NumberColumn()

  constructor(registers: RegisterHistory) {
    this.#registers = registers
  }

  /** @param previous - Place of the one before it; −1 for the first. */
  push({ inv, end, operation, disturbed }: Failure, previous: number): number {
    const place = this.#inv.length
    this.#inv.push(inv)
    this.#end.push(end)
    this.#operation.push(this.#registers.operationKey(operation))
    const distance = previous < 0 ? 0 : place - previous
    this.#link.push(2 * distance + (disturbed ? 1 : 0))
    return place
  }

  endAt(place: number): Micros {
    return this.#end.at(place)
  }

  /** The failures of a series, from its last one. */
  seriesOf(last: number): readonly Failure[] {
    const failures: Failure[] = []
    let place = last
    while (place >= 0) {
      const link = this.#link.at(place)
      failures.push({
        inv: this.#inv.at(place),
        end: this.#end.at(place),
        operation: this.#registers.operationId(this.#operation.at(place)),
        disturbed: link % 2 === 1,
      })
      const distance = Math.floor(link / 2)
      place = distance === 0 ? -1 : place - distance
    }
    return failures.reverse()
  }
}

/**
 * The wrong tries of one user at one Region since the owner last got in. What a control user shows
 * of locks (how long one lasted at least, by the number of failures before it) tells which tries of
 * the attacker were admitted inside a lock.
 */
export class GuessSeries {
  readonly #log: FailureLog
  /** How many failures there are, and the place of the last. */
  count = 0
  #last = -1
  /** By number of failures: how long the lock after it lasted at least. */
  readonly locks = new Map<number, Micros>()
  /** Tries of which nobody knows whether they were evaluated. */
  unknown = 0
  #disturbed = false
  #lockedFrom: Micros = -Infinity

  constructor(log: FailureLog) {
    this.#log = log
  }

  /** A restart, a flap, a change of something else. */
  disturb(): void {
    if (this.count > 0) this.#disturbed = true
  }

  get disturbed(): boolean {
    return this.#disturbed
  }

  fail(inv: Micros, end: Micros, operation: string): void {
    // What overlaps an answer that it was locked may have been the failure that began the lock.
    if (inv <= this.#lockedFrom) this.locks.delete(this.count)
    const failure = { inv, end, operation, disturbed: this.#disturbed }
    this.#last = this.#log.push(failure, this.#last)
    this.count += 1
  }

  /** Answered as locked: the lock that the last failure began is still there. */
  lock(inv: Micros): void {
    this.#lockedFrom = Math.max(this.#lockedFrom, inv)
    const ended = this.count === 0 ? Infinity : this.#log.endAt(this.#last)
    // A try that nobody knows of may have begun another lock.
    if (this.unknown > 0 || inv <= ended) return
    const known = this.locks.get(this.count) ?? 0
    this.locks.set(this.count, Math.max(known, inv - ended))
  }

  /**
   * Tries that were admitted inside a lock that the control user shows, after a disturbance.
   *
   * @param locks - By number of failures, how long the lock after it lasts at least.
   */
  insideLocks(locks: ReadonlyMap<number, Micros>): readonly Failure[] {
    const failures = this.#log.seriesOf(this.#last)
    return failures.filter((failure, index) => {
      if (!failure.disturbed) return false
      for (const [count, lasts] of locks) {
        const start = count <= index ? failures[count - 1] : undefined
        if (start !== undefined && failure.end - start.inv <= lasts) return true
      }
      return false
    })
  }
}
