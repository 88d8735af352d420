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

test.each([
  'errors > 5s for 30s',
  'latency > 5% for 30s',
  'errors 50%',
  'errors > 500% for 30s',
  'throttled > 100% for 30s',
  'errors > 50% for 0s',
  'errors > 50% for 9999min',
])('%s is no condition', (text) => {
  expect(() => parseStopCondition(text)).toThrow(/"--stop-when" is/)
})
