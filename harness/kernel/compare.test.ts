import { expect, test } from 'vitest'
import { by, byText } from './compare.ts'
import { millis, seconds, toMillis, toSeconds } from './time.ts'

test('texts are ordered by code unit, not by any language', () => {
  expect(['ä', 'b', 'B', 'a', '', 'a1', 'a10', 'a2'].sort(byText)).toEqual([
    '',
    'B',
    'a',
    'a1',
    'a10',
    'a2',
    'b',
    'ä',
  ])
})

test('a key orders values; equal keys keep their order', () => {
  const values = [
    { n: 2, id: 'x' },
    { n: 1, id: 'y' },
    { n: 2, id: 'z' },
  ]
  expect(values.sort(by(({ n }) => n)).map(({ id }) => id)).toEqual(['y', 'x', 'z'])
})

test('durations are whole microseconds', () => {
  expect([millis(1.5), seconds(0.25), millis(0.0004)]).toEqual([1_500, 250_000, 0])
  expect([toMillis(1_500), toSeconds(250_000)]).toEqual([1.5, 0.25])
})
