/**
 * A signal that aborts with the first of several, for its reason.
 *
 * Not `AbortSignal.any`: Node keeps such a signal with listeners alive until it aborts, and with it
 * everything that a finished trial held.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) {
      controller.abort(signal.reason)
      return controller.signal
    }
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
}
