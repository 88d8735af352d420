import type { Offload } from '../../target/region.ts'
import { escapeError } from './escape.ts'
import { outsideRun } from './run-state.ts'
import type { Scheduler } from './scheduler.ts'

/** The promise of a held result: it notes whether anybody ever asked for the result. */
class HeldPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  onAsked: (() => void) | undefined

  // biome-ignore lint/suspicious/noThenProperty: awaiting must be seen
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.onAsked?.()
    this.onAsked = undefined
    return super.then(onFulfilled, onRejected)
  }
}

/** When offloaded work begins: at once, or outside the run after the drain that asked for it. */
type Beginning = 'at-once' | 'outside'

/**
 * Runs asynchronous work that leaves the event loop while the clock stands. Results come out in
 * the order of asking, one per drain. A result that nobody ever awaits ends the run with a
 * NondeterminismError that carries the stack of this call.
 *
 * @param what - Name of the work in messages, such as `subtle.sign`.
 */
export function holdClock<T>(
  scheduler: Scheduler,
  what: string,
  work: () => Promise<T>,
  beginning: Beginning,
): Promise<T> {
  let release: () => void = () => {}
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new HeldPromise<T>((onValue, onReason) => {
    resolve = onValue
    reject = onReason
  })
  const begin = (): void => {
    invoke(work).then(
      (value) => {
        release = () => resolve(value)
        scheduler.settle(hold)
      },
      (reason: unknown) => {
        release = () => reject(reason)
        scheduler.settle(hold)
      },
    )
  }
  const unawaited = escapeError(
    `nobody awaits the result of ${what}`,
    'Await or chain it: otherwise nothing orders what comes after it.',
    holdClock,
  )
  scheduler.unawaited.set(promise, unawaited)
  promise.onAsked = () => scheduler.unawaited.delete(promise)
  const hold = scheduler.hold(() => release(), beginning === 'outside' ? begin : undefined)
  if (beginning === 'at-once') begin()
  return promise
}

/**
 * Holds the clock for work that reports to a callback.
 *
 * @returns What to call in place of the callback.
 */
export function holdForCallback<A extends unknown[]>(
  scheduler: Scheduler,
  start: (callback: (...values: A) => void) => unknown,
  callback: (...values: A) => unknown,
): unknown {
  let release: () => void = () => {}
  const hold = scheduler.hold(() => release())
  try {
    return start((...values) => {
      release = () => {
        callback(...values)
      }
      scheduler.settle(hold)
    })
  } catch (error) {
    scheduler.settle(hold)
    throw error
  }
}

/** The offload port of the harness. Work may use the real world, but no port of the sim world. */
export function simOffload(scheduler: Scheduler): Offload {
  return {
    run: (work) => {
      scheduler.inside('offload.run')
      return holdClock(scheduler, 'offload.run', work, 'outside')
    },
  }
}

/** The first held result that nobody asked for, as the error that reports it. */
export function unawaitedResult(scheduler: Scheduler): Error | undefined {
  const first = scheduler.unawaited.values().next().value
  if (first !== undefined) outsideRun(() => first.stack)
  return first
}

async function invoke<T>(work: () => Promise<T>): Promise<T> {
  return work()
}
