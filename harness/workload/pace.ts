import type { Clock } from '../kernel/clock.ts'
import { UsageError } from '../kernel/errors.ts'
import { type Micros, seconds } from '../kernel/time.ts'
import type { Capabilities } from '../target/capabilities.ts'

/**
 * How fast a system may be asked, as its target declares it. All that asks it takes turns, a turn
 * after the other: who comes while one is taken gets the next, so that no backlog can build up.
 */
export class Pace {
  readonly #arrivals: Turns
  readonly #operations: Turns
  /** Processes of arrivals that share the turns. */
  #processes = 0

  constructor(declared: NonNullable<Capabilities['pace']>, clock: Clock) {
    const { arrivalsPerSecondMax, operationsPerSecondMax } = declared
    this.#arrivals = new Turns('arrivalsPerSecondMax', arrivalsPerSecondMax, clock)
    this.#operations = new Turns('operationsPerSecondMax', operationsPerSecondMax, clock)
  }

  /** The time that all operations so far had to take, in microseconds; 0 where none is declared. */
  get spent(): Micros {
    return this.#operations.spent
  }

  /** Resolves when the next arrival may begin, with the turn of its first operation. */
  async arrival(signal: AbortSignal): Promise<void> {
    await this.#arrivals.next(signal)
    await this.#operations.next(signal)
  }

  /** Resolves when an operation may be sent that no arrival brought. */
  operation(signal: AbortSignal): Promise<void> {
    return this.#operations.next(signal)
  }

  /** A process of arrivals begins; what is returned ends it. */
  share(): () => void {
    this.#processes += 1
    return () => {
      this.#processes -= 1
    }
  }

  /** How much longer so many arrivals take than at the rate that was asked for. */
  longer(count: number, ratePerSecond: number): Micros {
    const gap = Math.max(this.#arrivals.gap, this.#operations.gap) * Math.max(1, this.#processes)
    return Math.max(0, Math.round(count * (gap - seconds(1) / ratePerSecond)))
  }
}

/** Turns at even distances, in the order in which they are asked for. */
class Turns {
  /** Between two of them; 0 where nothing is declared. */
  readonly gap: Micros
  readonly #clock: Clock
  #next: Micros = 0
  #taken = 0

  /** @throws UsageError if the rate is no number above 0. */
  constructor(name: string, perSecondMax: number | undefined, clock: Clock) {
    if (perSecondMax !== undefined && !(perSecondMax > 0 && Number.isFinite(perSecondMax))) {
      throw new UsageError(`"pace.${name}" is ${perSecondMax}; expected a number above 0`)
    }
    this.gap = perSecondMax === undefined ? 0 : Math.ceil(seconds(1) / perSecondMax)
    this.#clock = clock
  }

  get spent(): Micros {
    return this.#taken * this.gap
  }

  async next(signal: AbortSignal): Promise<void> {
    if (this.gap === 0) return
    this.#taken += 1
    const now = this.#clock.monotonic()
    const turn = Math.max(now, this.#next)
    this.#next = turn + this.gap
    if (turn > now) await this.#clock.sleep(turn - now, signal)
  }
}
