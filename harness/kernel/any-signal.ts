import { setMaxListeners } from 'node:events'

/**
 * A signal that aborts with the first of several, for its reason.
 *
 * Not `AbortSignal.any`, nor the option `signal` of a listener: Node keeps such a signal with its
 * listeners alive until it aborts, and with it everything that a finished trial held. Once this one
 * is aborted, none of the others knows it.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  // Every operation and every pause of a run waits on the same signal: many are no leak.
  setMaxListeners(0, controller.signal)
  for (const signal of signals) {
    if (signal.aborted) {
      controller.abort(signal.reason)
      return controller.signal
    }
    const abort = (): void => controller.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const forget = (): void => signal.removeEventListener('abort', abort)
    controller.signal.addEventListener('abort', forget, { once: true })
  }
  return controller.signal
}
