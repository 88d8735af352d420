import type { Micros } from '../../kernel/time.ts'

/** How often the event loop is asked, in milliseconds. */
const resolutionMillis = 10

/** How often a sample is given, in milliseconds. */
export const samplePeriodMillis = 250

/**
 * Watches how late this process runs its timers. Every 250 ms, or as soon as it can after a longer
 * block, `onSample` gets the longest delay since the sample before, in microseconds. Nothing is
 * lost between two samples: the timer that measures also reports. (A histogram of
 * `monitorEventLoopDelay` forgets the delay during which it is reset.)
 */
export function watchEventLoop(onSample: (delayMicrosMax: Micros) => void): Disposable {
  let previous = performance.now()
  let reported = previous
  let longest = 0
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - previous - resolutionMillis)
    previous = now
    if (now - reported < samplePeriodMillis) return
    onSample(Math.round(longest * 1_000))
    reported = now
    longest = 0
  }, resolutionMillis)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
