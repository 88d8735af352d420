import { type Clock, deadlinePassed, type TimeTravel, type WallClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Instant, Micros } from '../../kernel/time.ts'
import type { Owner } from './owner.ts'
import type { Scheduler } from './scheduler.ts'

/** Where the clients' wall clock stands when a run begins: 2026-01-01T00:00:00Z. */
export const simEpoch: Instant = Date.UTC(2026, 0, 1) * 1_000

/** True time of a run: what clients see, and what every Region's offset counts from. */
export class SimWall implements WallClock, TimeTravel {
  readonly #scheduler: Scheduler
  #travelled: Micros = 0

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  now(): Instant {
    this.#scheduler.inside('wall.now')
    return simEpoch + this.#scheduler.now + this.#travelled
  }

  /** Moves the wall clocks of everybody; deadlines and events stay where they are. */
  async advance(duration: Micros): Promise<void> {
    this.#scheduler.inside('timeTravel.advance')
    invariant(duration >= 0, 'time travel goes forward only')
    this.#scheduler.trace.note(`advance ${duration}`)
    this.#travelled += Math.round(duration)
  }
}

/** A clock whose time is the run's. A sleep of an owner that is gone never ends. */
export function simClock(scheduler: Scheduler, owner: Owner): Clock {
  const sleepLabel = `sleep ${owner.label}`
  const timeoutLabel = `timeout ${owner.label}`
  let last: Micros = 0
  return {
    monotonic: () => {
      scheduler.inside('clock.monotonic')
      if (owner.alive) last = scheduler.now
      return last
    },
    sleep: (duration, signal) => {
      scheduler.inside('clock.sleep')
      if (!owner.alive) return new Promise(() => {})
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const event = scheduler.after(wholeMicros(duration), sleepLabel, () => {
          signal?.removeEventListener('abort', onAbort)
          owner.enter(resolve)
        })
        const onAbort = (): void => {
          scheduler.cancel(event)
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
    timeout: (duration) => {
      scheduler.inside('clock.timeout')
      const controller = new AbortController()
      if (owner.alive) {
        scheduler.after(wholeMicros(duration), timeoutLabel, () =>
          owner.enter(() => controller.abort(deadlinePassed(duration))),
        )
      }
      return controller.signal
    },
  }
}

function wholeMicros(duration: Micros): Micros {
  return Math.max(0, Math.round(duration))
}
