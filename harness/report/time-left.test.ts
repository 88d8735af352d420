import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeLeft, timeLeftText } from './time-left.ts'

test('nothing is said while nothing is known, and of what was done its like is known', () => {
  const left = new TimeLeft()
  expect(left.left(['a'], 0)).toBeUndefined()
  left.done('a', 100)
  expect(left.left(['a', 'a'], 0)).toEqual({ lowMillis: 200, highMillis: 200 })
  expect(left.left(['a', 'b'], 0)).toBeUndefined()
  left.done('b', 300)
  left.done('c', 500)
  expect(left.left(['d'], 0)).toEqual({ lowMillis: 100, highMillis: 500 })
  expect(left.left([], 0)).toBeUndefined()
})

test('what is under way takes the rest of its time, and nobody knows once it is over it', () => {
  const left = new TimeLeft()
  for (const millis of [100, 200, 300, 400, 500]) left.done('a', millis)
  expect(left.left(['a', 'a'], 0)).toEqual({ lowMillis: 400, highMillis: 800 })
  expect(left.left(['a', 'a'], 250)).toEqual({ lowMillis: 200, highMillis: 550 })
  expect(left.left(['a', 'a'], 401)).toBeUndefined()
})

test('a row of tasks that all take the middle time is within the range', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 3, maxLength: 30 })
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 9 }), (done, count) => {
      const left = new TimeLeft()
      for (const millis of done) left.done('a', millis)
      const median = [...done].sort((a, b) => a - b)[Math.floor(done.length / 2)] ?? 0
      const range = left.left(Array(count).fill('a'), 0)
      expect(range?.lowMillis).toBeLessThanOrEqual(median * count)
      expect(range?.highMillis).toBeGreaterThanOrEqual(median * count)
    }),
  )
})

test.for([
  [0, 4_000, 'a few seconds left'],
  [12_000, 23_000, '10–25 s left'],
  [15_000, 15_000, 'about 15 s left'],
  [0, 61_000, 'up to 65 s left'],
  [61_000, 170_000, '1–3 min left'],
  [120_000, 120_000, 'about 2 min left'],
] as const)('%d to %d ms is "%s"', ([lowMillis, highMillis, text]) => {
  expect(timeLeftText({ lowMillis, highMillis })).toBe(text)
})
