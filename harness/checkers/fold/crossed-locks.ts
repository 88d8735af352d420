import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'

/** A try with the right password in another Region while a lock may be in force. */
interface Try {
  readonly region: RegionName
  readonly end: Micros
  readonly held: boolean
}

/** One lock of one Region, while it is answered. */
interface Lock {
  /** `end` of the first answer that said so. */
  readonly since: Micros
  readonly waiting: Try[]
  /** By Region: whether the lock held there each time that is certain. */
  readonly settled: Map<RegionName, boolean>
}

/**
 * Locks of one Region that hold in another. A try counts if the lock was answered before it and is
 * answered again after it, with no other answer of that Region between.
 */
export class CrossedLocks {
  readonly #locks = new Map<string, Map<RegionName, Lock>>()
  readonly #lag: Micros
  held = 0
  total = 0

  constructor(lag: Micros) {
    this.#lag = lag
  }

  /** A Region answered that the user is locked. */
  locked(user: string, region: RegionName, inv: Micros, end: Micros): void {
    const locks = this.#locks.get(user) ?? new Map<RegionName, Lock>()
    this.#locks.set(user, locks)
    const lock = locks.get(region)
    if (lock === undefined) {
      locks.set(region, { since: end, waiting: [], settled: new Map() })
      return
    }
    for (let place = lock.waiting.length - 1; place >= 0; place -= 1) {
      const tried = lock.waiting[place]
      if (tried === undefined || tried.end >= inv) continue
      lock.waiting.splice(place, 1)
      lock.settled.set(tried.region, (lock.settled.get(tried.region) ?? true) && tried.held)
    }
  }

  /** A Region answered something else, or nobody knows what: the lock may be over. */
  over(user: string, region: RegionName): void {
    const lock = this.#locks.get(user)?.get(region)
    if (lock === undefined) return
    this.#locks.get(user)?.delete(region)
    this.#count(lock)
  }

  /** The owner tried the right password in a Region: it was locked, or got in. */
  tried(user: string, region: RegionName, inv: Micros, end: Micros, held: boolean): void {
    for (const [other, lock] of this.#locks.get(user) ?? []) {
      if (other !== region && lock.since + this.#lag < inv) {
        lock.waiting.push({ region, end, held })
      }
    }
  }

  finish(): void {
    for (const locks of this.#locks.values()) for (const lock of locks.values()) this.#count(lock)
    this.#locks.clear()
  }

  #count({ settled }: Lock): void {
    for (const held of settled.values()) {
      this.total += 1
      if (held) this.held += 1
    }
  }
}
