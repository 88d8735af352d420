import { expect, test } from 'vitest'
import { slicerToxic } from './slicer.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: the same bytes in small slices, paced. Method: the stage in virtual time. */

const text = Array.from({ length: 1_000 }, (_entry, index) => String(index % 10)).join('')

test('slices are about the average size and make up the same bytes', () => {
  const settings = { average_size: 100, size_variation: 20, delay: 0 }
  const bench = new StageBench(slicerToxic, settings).send(text)
  expect(bench.left.join('')).toBe(text)
  expect(bench.left.length).toBeGreaterThan(6)
  expect(Math.max(...bench.left.map((slice) => slice.length))).toBeLessThanOrEqual(120)
})

test('slices leave one delay apart, in microseconds', () => {
  const settings = { average_size: 250, size_variation: 0, delay: 2_000 }
  const bench = new StageBench(slicerToxic, settings).send(text).finish()
  expect(bench.left.length).toBe(1)
  expect(bench.advance(2).left.length).toBe(2)
  expect(bench.advance(3.9).left.length).toBe(3)
  expect(bench.advance(0.1).left.at(-1)).toBe('<end>')
  expect(bench.left.slice(0, -1).join('')).toBe(text)
})

test('a variation above the average still ends, with no byte lost', () => {
  const settings = { average_size: 1, size_variation: 50, delay: 0 }
  const bench = new StageBench(slicerToxic, settings).send(text)
  expect(bench.left.join('')).toBe(text)
  expect(bench.left.every((slice) => slice.length > 0)).toBe(true)
})

test('removal hands on the slices that wait', () => {
  const settings = { average_size: 100, size_variation: 0, delay: 1_000_000 }
  const bench = new StageBench(slicerToxic, settings).send(text)
  expect(bench.left.join('') + bench.remove().join('')).toBe(text)
})
