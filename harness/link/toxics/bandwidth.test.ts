import { expect, test } from 'vitest'
import { bandwidthToxic } from './bandwidth.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: the rate, exactly. Method: the stage in virtual time. */

test('bytes leave at the rate', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 1 }).send('x'.repeat(1_000))
  expect(bench.advance(500).left.join('').length).toBe(500)
  expect(bench.advance(499).left.join('').length).toBe(900)
  expect(bench.advance(1).left.join('').length).toBe(1_000)
})

test('small messages share the rate, and an idle time earns no burst', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 1 }).advance(5_000)
  bench.send('a'.repeat(50)).send('b'.repeat(50))
  expect(bench.advance(49).left).toEqual([])
  expect(bench.advance(50).left.length).toBe(1)
  expect(bench.advance(1).left.length).toBe(2)
})

test('the end comes behind the bytes', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 1 }).send('x'.repeat(100)).finish()
  expect(bench.advance(99).left).toEqual([])
  expect(bench.advance(1).left.at(-1)).toBe('<end>')
})

test('rate 0 lets nothing pass until it is raised', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 0 }).send('abc')
  expect(bench.advance(60_000).left).toEqual([])
  bench.attributes.rate = 1_000
  expect(bench.advance(1).left).toEqual(['abc'])
})

test('it takes no more than it can pass soon', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 1 })
  expect(bench.stage.accepts()).toBe(true)
  expect(bench.send('x'.repeat(65_536)).stage.accepts()).toBe(false)
})

test('removal hands on the rest of a piece first', () => {
  const bench = new StageBench(bandwidthToxic, { rate: 1 }).send('x'.repeat(150)).send('y').finish()
  bench.advance(100)
  expect(bench.remove()).toEqual(['x'.repeat(50), 'y', '<end>'])
})
