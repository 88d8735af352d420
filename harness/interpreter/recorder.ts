import type { EventLine, FaultEffect, FaultLine, HeaderLine } from '../history/line.ts'
import type { HistorySink } from '../history/sink.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Micros } from '../kernel/time.ts'

type WithoutTime<L> = L extends EventLine ? Omit<L, 'at'> : never

/** A line before it is stamped. */
export type Unstamped = WithoutTime<EventLine>

/** Stamps lines with the monotonic clock and hands them to the sink and to those who watch. */
export class Recorder {
  readonly #sink: HistorySink
  readonly #clock: Clock
  readonly #origin: Micros
  readonly #listeners: ((line: EventLine) => void)[] = []
  readonly #effects = new Map<string, readonly FaultEffect[]>()
  #ended = false
  completed = 0

  constructor(sink: HistorySink, clock: Clock, header: HeaderLine) {
    this.#sink = sink
    this.#clock = clock
    this.#origin = clock.monotonic()
    sink.append(header)
  }

  listen(listener: (line: EventLine) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Stamps and records; after the `end` line nothing is taken any more. The line is the recorder's
   * from then on: a copy of it would be the dearest part of recording.
   */
  record(unstamped: Unstamped): void {
    if (this.#ended) return
    const line = unstamped as Unstamped & { at: Micros } as EventLine & { at: Micros }
    line.at = this.#clock.monotonic() - this.#origin
    if (line.type === 'end') this.#ended = true
    if (line.type === 'fault') this.#track(line)
    if (line.type === 'ok' || line.type === 'fail' || line.type === 'info') this.completed += 1
    this.#sink.append(line)
    for (const listener of this.#listeners) listener(line)
  }

  /** True while a fault with this effect is in force. */
  disturbed(effect: FaultEffect['effect']): boolean {
    for (const effects of this.#effects.values()) {
      if (effects.some((entry) => entry.effect === effect)) return true
    }
    return false
  }

  #track(line: FaultLine): void {
    if (line.phase === 'apply') this.#effects.set(line.fault, line.effects)
    if (line.phase === 'heal-verified') this.#effects.delete(line.fault)
  }
}
