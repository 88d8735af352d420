import { getEventListeners } from 'node:events'
import { type Clock, deadlinePassed } from '../kernel/clock.ts'
import type { Micros } from '../kernel/time.ts'

/** The deadline of one operation. */
export interface Deadline {
  /** Aborts with a `DeadlineError`; not to be kept after {@link release}. */
  readonly signal: AbortSignal
  /** The operation is over: its signal is the next one's, if nobody listens to it any more. */
  release(): void
}

interface Entry {
  readonly controller: AbortController
  readonly expiresAt: Micros
  over: boolean
}

/**
 * Deadlines of one length for many operations. They expire in the order in which they began, so one
 * timer at a time serves all of them, and an operation that ends in time leaves neither a timer nor
 * a signal behind.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #duration: Micros
  #entries: Entry[] = []
  /** Entries before this one are over. */
  #head = 0
  readonly #spare: AbortController[] = []
  #waiting = false

  constructor(clock: Clock, duration: Micros) {
    this.#clock = clock
    this.#duration = duration
  }

  /** Begins a deadline at this moment. */
  begin(): Deadline {
    const controller = this.#spare.pop() ?? new AbortController()
    const expiresAt = this.#clock.monotonic() + this.#duration
    const entry: Entry = { controller, expiresAt, over: false }
    this.#entries.push(entry)
    if (!this.#waiting) this.#wait(this.#duration)
    return { signal: controller.signal, release: () => this.#release(entry) }
  }

  #release(entry: Entry): void {
    if (entry.over) return
    entry.over = true
    const { signal } = entry.controller
    const reusable = !signal.aborted && getEventListeners(signal, 'abort').length === 0
    if (reusable) this.#spare.push(entry.controller)
  }

  #wait(duration: Micros): void {
    this.#waiting = true
    const timer = this.#clock.timeout(duration)
    timer.addEventListener('abort', () => this.#expire(), { once: true })
  }

  #expire(): void {
    const now = this.#clock.monotonic()
    let left: Micros = 0
    for (; this.#head < this.#entries.length; this.#head += 1) {
      const entry = this.#entries[this.#head] as Entry
      if (entry.over) continue
      left = entry.expiresAt - now
      if (left > 0) break
      entry.over = true
      entry.controller.abort(deadlinePassed(this.#duration))
    }
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
    this.#waiting = false
    if (left > 0) this.#wait(left)
  }
}
