import { InvariantError, LimitError, NondeterminismError, WorldError } from '../../kernel/errors.ts'
import type { Micros } from '../../kernel/time.ts'
import { escapeError } from './escape.ts'
import { EventQueue, type SimEvent } from './event-queue.ts'
import { outsideRun, runState } from './run-state.ts'
import { Trace, type TraceMode } from './trace.ts'

// The real ones, whatever a run puts in their place.
const queueTurn = setImmediate
const startTimer = setTimeout
const stopTimer = clearTimeout

/** Turns that are queued in one go; idle ones cost about 0.1 µs. */
const burstMax = 64

/** How long to look for foreign asynchrony before a standstill is called a deadlock. */
const standstillMillis = 50

/** How long offloaded work may hold the clock, in real time. */
const holdMillisMax = 60_000

/** Bounds of a run in virtual time. */
export interface SchedulerLimits {
  readonly eventsMax: number
  readonly virtualMicrosMax: Micros
}

/** Asynchronous work that holds the clock. */
export interface Hold {
  settled: boolean
  /** Work that starts outside the run, once the drain that asked for it is over. */
  start: (() => void) | undefined
  /** Called in a turn of its own, in the order of asking, after `settled` became true. */
  readonly release: () => void
}

/**
 * Virtual time. Each event runs in a turn (a real immediate) of its own, and Node runs microtasks
 * and ticks dry between two immediates, so no two events share a drain. A burst of turns and the
 * rest after it are queued back to back: between them no foreign callback can run, so `active` is
 * true exactly during events and their drains.
 */
export class Scheduler {
  now: Micros = 0
  events = 0
  readonly trace: Trace
  /** Held results that nobody has asked for yet, with the stack of the call. */
  readonly unawaited = new Map<object, NondeterminismError>()
  readonly #limits: SchedulerLimits
  readonly #onEnd: () => void
  readonly #queue = new EventQueue()
  readonly #holds: Hold[] = []
  #sequence = 0
  #current = 0
  #burst = 1
  #used = 0
  #queued = false
  #ending = false
  #ended = false
  #failure: unknown
  #failed = false
  #watch: NodeJS.Timeout | undefined

  constructor(limits: SchedulerLimits, mode: TraceMode | undefined, onEnd: () => void) {
    this.#limits = limits
    this.#onEnd = onEnd
    this.trace = new Trace(mode, (error) => this.fail(error))
  }

  get ended(): boolean {
    return this.#ended
  }

  /** What ended the run early, if anything did. */
  get failure(): { readonly reason: unknown } | undefined {
    return this.#failed ? { reason: this.#failure } : undefined
  }

  /** Schedules an event; of two at the same time the one that was scheduled first runs first. */
  at(time: Micros, label: string, run: () => void): SimEvent {
    if (!runState.active) this.inside(label)
    if (this.#ended) throw new WorldError('the run in virtual time is over; nothing can happen')
    if (!(time >= this.now)) throw new InvariantError(`"${label}" is scheduled at ${time}`)
    this.#sequence += 1
    this.trace.note(`${this.#current}>${time} ${label}`)
    const event: SimEvent = { at: time, sequence: this.#sequence, run }
    this.#queue.push(event)
    return event
  }

  /** Schedules an event `delay` from now. */
  after(delay: Micros, label: string, run: () => void): SimEvent {
    return this.at(this.now + delay, label, run)
  }

  /** Takes back an event that has not run; one that has stays. */
  cancel(event: SimEvent): void {
    if (this.#queue.cancel(event)) this.trace.note(`${this.#current}-${event.sequence}`)
  }

  /** Holds the clock until `settled` is set and {@link settled} is called. */
  hold(release: () => void, start?: () => void): Hold {
    const hold: Hold = { settled: false, start, release }
    this.#holds.push(hold)
    return hold
  }

  /** Says that a hold's work is done. May be called from anywhere. */
  settle(hold: Hold): void {
    hold.settled = true
    if (!this.#ended && this.#holds[0] === hold) this.#queueBurst()
  }

  /**
   * Checks that a port is called from an event.
   *
   * @throws NondeterminismError if something outside virtual time resumed the caller.
   */
  inside(what: string): void {
    if (runState.active || this.#ending || runState.run !== this) return
    const error = escapeError(
      `"${what}" was reached from outside virtual time`,
      'Something before it awaits work that the sim world does not control; go through offload.',
      this.inside,
    )
    outsideRun(() => error.stack)
    this.fail(error)
    throw error
  }

  /** Ends the run with a failure. The first one counts, but an escape outranks the others. */
  fail(reason: unknown): void {
    if (this.#ended) return
    const outranks =
      reason instanceof NondeterminismError && !(this.#failure instanceof NondeterminismError)
    if (this.#failed && !outranks) return
    this.#failed = true
    this.#failure = reason
    this.end()
  }

  /** Ends the run after the present drain. */
  end(): void {
    this.#ending = true
    this.#queueBurst()
  }

  /** Starts turning. */
  start(): void {
    this.#queueBurst()
  }

  readonly #turn = (): void => {
    if (this.#ending) return
    const hold = this.#holds[0]
    if (hold === undefined) {
      const event = this.#queue.pop()
      if (event === undefined) return
      runState.active = true
      this.#used += 1
      this.#runEvent(event)
    } else if (hold.settled) {
      this.#holds.shift()
      runState.active = true
      this.#used += 1
      this.#attempt(hold.release)
    } else {
      runState.active = false
    }
  }

  readonly #rest = (): void => {
    runState.active = false
    this.#queued = false
    const idle = this.#used < this.#burst
    this.#burst = idle ? Math.max(1, this.#used) : Math.min(burstMax, this.#burst * 2)
    if (this.#ending) this.#finish()
    else if (this.#holds.length > 0) this.#serveHolds()
    else if (this.#queue.size > 0) this.#queueBurst()
    else this.#watchForDeadlock()
  }

  #runEvent(event: SimEvent): void {
    const { run } = event
    event.run = undefined
    this.now = event.at
    this.#current = event.sequence
    this.events += 1
    const { eventsMax, virtualMicrosMax } = this.#limits
    if (this.events > eventsMax) {
      this.fail(new LimitError(`the run reached its bound of ${eventsMax} events`))
    } else if (event.at > virtualMicrosMax) {
      this.fail(
        new LimitError(`the run reached its bound of ${virtualMicrosMax} µs of virtual time`),
      )
    } else if (run !== undefined) {
      this.#attempt(run)
    }
  }

  #attempt(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.fail(error)
    }
  }

  #serveHolds(): void {
    for (const hold of this.#holds) {
      const { start } = hold
      hold.start = undefined
      start?.()
    }
    if (this.#holds[0]?.settled) {
      this.#queueBurst()
      return
    }
    this.#watchFor(holdMillisMax, () => {
      this.fail(
        new WorldError(`offloaded work held the clock for more than ${holdMillisMax} ms`, {
          hint: 'Offloaded work must not wait for virtual time: the clock stands while it runs.',
        }),
      )
    })
  }

  #watchForDeadlock(): void {
    this.#watchFor(standstillMillis, () => {
      this.fail(
        new WorldError(
          `deadlock at ${this.now} µs of virtual time: no event is to come and no offloaded work is under way, but the run has not ended`,
          { hint: 'Somebody waits for a promise that nothing in the run will settle.' },
        ),
      )
    })
  }

  #queueBurst(): void {
    if (this.#queued) return
    if (this.#watch !== undefined) stopTimer(this.#watch)
    this.#watch = undefined
    this.#queued = true
    this.#used = 0
    for (let turn = 0; turn < this.#burst; turn += 1) queueTurn(this.#turn)
    queueTurn(this.#rest)
  }

  #watchFor(milliseconds: number, onExpiry: () => void): void {
    this.#watch = startTimer(onExpiry, milliseconds)
  }

  #finish(): void {
    this.#queued = true
    if (!this.#failed) this.trace.finish()
    this.#ended = true
    if (this.#watch !== undefined) stopTimer(this.#watch)
    this.#onEnd()
  }
}
