import { anySignal } from '../kernel/any-signal.ts'
import type { Micros } from '../kernel/time.ts'
import type { Pace } from './pace.ts'

/** What arrivals need of the run that they belong to. */
export interface ArrivalPorts {
  readonly clock: {
    monotonic(): Micros
    sleep(duration: Micros, signal?: AbortSignal): Promise<void>
  }
  /** Aborted at the end of the run: then nothing more arrives. */
  readonly signal: AbortSignal
  /** One operation at a time: then nothing arrives by itself. */
  readonly pinned: boolean
  /** How fast all of it may arrive together. */
  readonly pace?: Pace | undefined
}

/**
 * Work that begins at even distances in time, whether or not what began before has ended. What had
 * to wait for its turn moves what comes after it: nothing is made up for.
 */
export class OpenArrivals {
  /** Whether it was stopped. */
  readonly stopped = (): boolean => this.#stopped
  readonly #ports: ArrivalPorts
  readonly #arrive: () => Promise<void>
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #wake = new AbortController()
  readonly #loop: Promise<void>
  #stopped = false

  /**
   * The first piece of work begins at once, before the caller has this object in hand.
   *
   * @param arrive - Begins a piece of work and ends with it; `stopped` says if it still counts.
   */
  constructor(ports: ArrivalPorts, gap: Micros, arrive: (stopped: () => boolean) => Promise<void>) {
    this.#ports = ports
    this.#arrive = () => arrive(this.stopped)
    this.#loop = ports.pinned ? Promise.resolve() : this.#flow(gap)
  }

  /** Lets nothing more begin and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake.abort()
    await this.#loop
    await Promise.all(this.#underWay)
  }

  async #flow(gap: Micros): Promise<void> {
    const { clock, signal, pace } = this.#ports
    const stop = anySignal(signal, this.#wake.signal)
    const leave = pace?.share()
    let due = clock.monotonic()
    while (!this.#stopped && !signal.aborted) {
      if (pace !== undefined) {
        await pace.arrival(stop).catch(() => {})
        if (this.#stopped || signal.aborted) break
        due = Math.max(due, clock.monotonic())
      }
      const done = this.#arrive()
      this.#underWay.add(done)
      done.then(
        () => this.#underWay.delete(done),
        () => {},
      )
      due += gap
      await clock.sleep(Math.max(1, due - clock.monotonic()), stop).catch(() => {})
    }
    leave?.()
  }
}
