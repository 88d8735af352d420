import { expect, test } from 'vitest'
import { millis, seconds } from '../kernel/time.ts'
import { parseStopCondition, StopWatch } from './stop-conditions.ts'

/** Goal: a watch ends when a condition held for its whole window, and no sooner. */
function watched(text: string, answers: readonly Partial<{ ok: boolean; throttled: boolean }>[]) {
  const watch = new StopWatch([parseStopCondition(text)], 0)
  for (const [index, answer] of answers.entries()) {
    const at = seconds(index)
    watch.take({ at, ok: true, throttled: false, latency: millis(index), ...answer })
  }
  return (atSeconds: number) => watch.reached(seconds(atSeconds))
}

test('a share of errors has to hold for the window', () => {
  const failing = Array.from({ length: 20 }, (_, index) => ({ ok: index < 10 }))
  const reached = watched('errors > 50% for 10s', failing)
  expect(reached(9)).toBeUndefined()
  expect(reached(19)).toBe('errors > 50% for 10s (it was 91 % of 11 answers)')
  expect(watched('errors > 95% for 10s', failing)(19)).toBeUndefined()
})

test('throttled answers and the median of latency count as well', () => {
  const throttled = Array.from({ length: 8 }, () => ({ throttled: true }))
  expect(watched('throttled > 20% for 5s', throttled)(7)).toContain('it was 100 %')
  expect(watched('latency > 4ms for 10s', Array(12).fill({}))(11)).toContain('it was 6 ms')
  expect(watched('latency > 1s for 10s', Array(12).fill({}))(11)).toBeUndefined()
})

test('few answers say nothing of a share', () => {
  expect(watched('errors > 0% for 1s', [{ ok: false }, { ok: false }])(2)).toBeUndefined()
})

test('a bound that is met exactly is not exceeded, and a window counts from its first moment', () => {
  const half = Array.from({ length: 11 }, (_, index) => ({ ok: index % 2 === 0 }))
  // 10 answers from 1 s to 10 s, five of them wrong.
  expect(watched('errors > 50% for 9s', half)(10)).toBeUndefined()
  expect(watched('errors > 49.9% for 9s', half)(10)).toContain('it was 50 % of 10 answers')
  expect(watched('errors > 0% for 10s', half)(9.9)).toBeUndefined()
  expect(watched('errors > 0% for 10s', half)(10)).toContain('of 11 answers')
})

test('canaries that are slower than the window are looked at all the same', () => {
  const watch = new StopWatch([parseStopCondition('throttled > 20% for 30s')], 0)
  for (const minute of [1, 2, 3, 4, 5]) {
    watch.take({ at: seconds(60 * minute), ok: false, throttled: true, latency: millis(5) })
  }
  expect(watch.reached(seconds(301))).toContain('it was 100 % of 5 answers')
})

test.each([
  'errors > 5s for 30s',
  'latency > 5% for 30s',
  'errors 50%',
  'errors > 500% for 30s',
  'throttled > 100% for 30s',
  'errors > 50% for 0s',
  'latency > 5s for 30s',
  'latency > 6000ms for 30s',
  'errors > 50% for 9999min',
])('%s is no condition', (text) => {
  expect(() => parseStopCondition(text)).toThrow(/"--stop-when" is/)
})
