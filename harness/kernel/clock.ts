import { setMaxListeners } from 'node:events'
import { InterruptedError, withoutStack } from './errors.ts'
import type { Instant, Micros } from './time.ts'

/** The clock of deadlines and of the history: it never jumps and no Region can change it. */
export interface Clock {
  /** Microseconds since an arbitrary start; never decreases. */
  monotonic(): Micros
  /** Resolves after `duration`; rejects with the signal's reason as soon as it aborts. */
  sleep(duration: Micros, signal?: AbortSignal): Promise<void>
  /** A signal that aborts after `duration` with a {@link DeadlineError}. */
  timeout(duration: Micros): AbortSignal
}

/** The clock of `iat`, `exp`, the TOTP step and lock expiry: one per Region, one for clients. */
export interface WallClock {
  now(): Instant
}

/** Ability of a world: moves the wall clocks of everybody together. */
export interface TimeTravel {
  advance(duration: Micros): Promise<void>
}

/** The reason of a {@link Clock.timeout} signal. */
export class DeadlineError extends InterruptedError {
  static override code = 'ERR_DEADLINE' as const
  override code = 'ERR_DEADLINE' as const
}

/** The reason of a deadline of `duration`. Its stack would name no one but a timer: it has none. */
export function deadlinePassed(duration: Micros): DeadlineError {
  return withoutStack(() => new DeadlineError(`deadline of ${duration / 1_000} ms passed`))
}

/** The real monotonic clock of this process. */
export function systemClock(): Clock {
  const origin = process.hrtime.bigint()
  const clock: Clock = {
    monotonic: () => Number((process.hrtime.bigint() - origin) / 1_000n),
    sleep: (duration, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const onAbort = (): void => {
          clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
          Math.max(0, duration / 1_000),
        )
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    timeout: sharedTimeouts(() => clock.monotonic()),
  }
  return clock
}

/** Timeouts of one length that end within one millisecond share a timer and a signal. */
function sharedTimeouts(monotonic: () => Micros): Clock['timeout'] {
  let length: Micros = Number.NaN
  let endMillis = Number.NaN
  let shared: AbortSignal | undefined
  return (duration) => {
    const nowMillis = monotonic() / 1_000
    const end = Math.ceil(nowMillis + Math.max(0, duration) / 1_000)
    if (shared?.aborted === false && length === duration && endMillis === end) return shared
    const controller = new AbortController()
    // As many listen as asked for it: that is no leak.
    setMaxListeners(0, controller.signal)
    setTimeout(() => controller.abort(deadlinePassed(duration)), end - nowMillis).unref()
    length = duration
    endMillis = end
    shared = controller.signal
    return shared
  }
}

/** The real wall clock of this process, with microseconds of the monotonic clock. */
export function systemWallClock(): WallClock {
  const origin = Date.now() * 1_000
  const start = process.hrtime.bigint()
  return { now: () => origin + Number((process.hrtime.bigint() - start) / 1_000n) }
}
