import { expect, test } from 'vitest'
import { limitDataToxic } from './limit-data.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: exactly as many bytes as allowed. Method: the stage in virtual time. */

test('bytes pass up to the limit, then the connection is closed and the rest vanishes', () => {
  const bench = new StageBench(limitDataToxic, { bytes: 5 }).send('abc').send('defg').send('h')
  expect(bench.left).toEqual(['abc', 'de', '<close>'])
})

test('reaching the limit exactly closes', () => {
  expect(new StageBench(limitDataToxic, { bytes: 3 }).send('abc').left).toEqual(['abc', '<close>'])
})

test('limit 0 closes at the first byte and lets none pass', () => {
  expect(new StageBench(limitDataToxic, { bytes: 0 }).send('a').left).toEqual(['<close>'])
})

test('a raised limit counts what passed before', () => {
  const bench = new StageBench(limitDataToxic, { bytes: 5 }).send('abc')
  bench.attributes.bytes = 6
  expect(bench.send('defg').left).toEqual(['abc', 'def', '<close>'])
})

test('an end below the limit passes', () => {
  expect(new StageBench(limitDataToxic, { bytes: 5 }).send('a').finish().left).toEqual([
    'a',
    '<end>',
  ])
})
