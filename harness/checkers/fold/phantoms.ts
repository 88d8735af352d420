import type { Attempt, HistoryFold, Reading } from './history-fold.ts'

/** A value that was shown while the only writes of it were under way. */
interface Suspect {
  readonly attempt: Attempt
  readonly reading: Reading
  /** Operations that may yet turn out to have written it. */
  readonly waiting: Set<string>
}

/**
 * Finds values that nobody wrote: no write of it was sent, or every one of them was definitely
 * refused, before the read or after it.
 */
export class Phantoms {
  readonly #fold: HistoryFold
  readonly #report: (attempt: Attempt, reading: Reading) => void
  readonly #suspects = new Map<string, Suspect[]>()
  readonly #known = new Set<string>()

  constructor(fold: HistoryFold, report: (attempt: Attempt, reading: Reading) => void) {
    this.#fold = fold
    this.#report = report
  }

  /** Different values of different registers. */
  get count(): number {
    return this.#known.size
  }

  onReading(attempt: Attempt, reading: Reading): void {
    const { register, value, position } = reading
    if (value === null) return
    if (position === undefined) {
      this.#found(attempt, reading)
      return
    }
    if (register.open.length === 0) return
    const waiting = this.#fold.registers.onlyUnderWay(register, value)
    if (waiting.length === 0) return
    const suspect = { attempt, reading, waiting: new Set(waiting) }
    for (const operation of waiting) {
      const suspects = this.#suspects.get(operation) ?? []
      this.#suspects.set(operation, suspects)
      suspects.push(suspect)
    }
  }

  onAttempt({ invoke, completion }: Attempt): void {
    if (this.#suspects.size === 0) return
    const suspects = this.#suspects.get(invoke.operation)
    if (suspects === undefined) return
    this.#suspects.delete(invoke.operation)
    if (completion.type !== 'fail') return
    for (const { attempt, reading, waiting } of suspects) {
      waiting.delete(invoke.operation)
      if (waiting.size === 0) this.#found(attempt, reading)
    }
  }

  #found(attempt: Attempt, reading: Reading): void {
    const key = `${reading.register.name} ${reading.value}`
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#report(attempt, reading)
  }
}
