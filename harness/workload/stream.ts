import type { Operation } from '../history/operation.ts'
import { ScenarioError } from '../kernel/errors.ts'
import { type Micros, millis, seconds } from '../kernel/time.ts'
import type { Performed, Stream, StreamOptions } from '../scenario/context.ts'
import type { Intent } from './executor.ts'
import { type ArrivalPorts, OpenArrivals } from './open-arrivals.ts'

const pollMicros = millis(5)

/** Pinned: so many arrivals one after the other, then the wait has ended in vain. */
const pinnedArrivalsMax = 60

const ratePerSecondMax = 10_000

/** What a stream needs of the workload that it belongs to. */
export interface StreamPorts extends ArrivalPorts {
  /** @param arrived - Brought by an arrival, and no repetition. */
  attempt(intent: Intent, stopped: () => boolean, arrived: boolean): Promise<Performed>
}

/**
 * Open arrivals of operations that a script describes: the next arrival never waits for the answer
 * of the one before it. A retry policy repeats what was not answered `ok`, each repetition an
 * operation of its own.
 *
 * @throws ScenarioError if the rate is no number above 0 and at most 10,000 a second.
 */
export class OpenStream implements Stream {
  readonly #ports: StreamPorts
  readonly #options: StreamOptions
  readonly #arrivals: OpenArrivals
  #count = 0
  #okInRow = 0
  #refusedInRow = 0

  constructor(ports: StreamPorts, options: StreamOptions) {
    const { ratePerSecond } = options
    if (!(ratePerSecond > 0 && ratePerSecond <= ratePerSecondMax)) {
      throw new ScenarioError(
        `stream: ratePerSecond is ${ratePerSecond}; ` +
          `expected above 0 and at most ${ratePerSecondMax}`,
      )
    }
    this.#ports = ports
    this.#options = options
    this.#arrivals = new OpenArrivals(ports, seconds(1) / ratePerSecond, (stopped) =>
      this.#arrive(stopped),
    )
  }

  untilOk(count: number, within: Micros): Promise<boolean> {
    this.#okInRow = 0
    return this.#until(() => this.#okInRow >= count, within + this.#longer(count))
  }

  untilRefused(count: number, within: Micros): Promise<boolean> {
    this.#refusedInRow = 0
    return this.#until(() => this.#refusedInRow >= count, within + this.#longer(count))
  }

  stop(): Promise<void> {
    return this.#arrivals.stop()
  }

  /** What the pace adds to a wait for so many arrivals. */
  #longer(count: number): Micros {
    return this.#ports.pace?.longer(count, this.#options.ratePerSecond) ?? 0
  }

  async #until(holds: () => boolean, within: Micros): Promise<boolean> {
    const { clock, signal, pace, pinned } = this.#ports
    if (pinned) {
      for (let count = 0; count < pinnedArrivalsMax && !holds(); count += 1) {
        if (pace !== undefined) await pace.arrival(signal)
        await this.#arrive(this.#arrivals.stopped)
      }
      return holds()
    }
    const deadline = clock.monotonic() + within
    while (!holds() && clock.monotonic() < deadline) await clock.sleep(pollMicros, signal)
    return holds()
  }

  async #arrive(stopped: () => boolean): Promise<void> {
    const ordinal = this.#count
    this.#count += 1
    const intent = this.#options.operation(ordinal)
    if (intent === undefined) return
    const performed = await this.#withRetries(intent, stopped)
    if (performed.type === 'unsent') return
    this.#okInRow = performed.type === 'ok' ? this.#okInRow + 1 : 0
    this.#refusedInRow = performed.type === 'fail' ? this.#refusedInRow + 1 : 0
    this.#options.answered?.(performed)
  }

  async #withRetries(intent: Omit<Operation, 'id'>, stopped: () => boolean): Promise<Performed> {
    const { attemptsMax = 1, backoffMillis = 0 } = this.#options.retry ?? {}
    const { clock, signal, attempt } = this.#ports
    let performed = await attempt(intent, stopped, true)
    const first = performed.operation
    for (let count = 1; count < attemptsMax && performed.type !== 'ok'; count += 1) {
      if (performed.type === 'unsent' || stopped()) return performed
      await clock.sleep(millis(backoffMillis * 2 ** (count - 1)), signal)
      performed = await attempt({ ...intent, retryOf: first }, stopped, false)
    }
    return performed
  }
}
