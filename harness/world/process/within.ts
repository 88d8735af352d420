import type { Clock } from '../../kernel/clock.ts'
import type { Micros } from '../../kernel/time.ts'

/** The promise's value, or `undefined` if it takes longer than `duration`. */
export async function within<T>(
  clock: Clock,
  duration: Micros,
  promise: Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const settled = new AbortController()
  const late = clock.sleep(duration, settled.signal).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([promise.then((value) => ({ value })), late])
  } finally {
    settled.abort()
  }
}
