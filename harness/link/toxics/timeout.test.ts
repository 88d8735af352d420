import { expect, test } from 'vitest'
import { StageBench } from './stage.test.support.ts'
import { timeoutToxic } from './timeout.ts'

/** Goal: nothing passes and the time is kept. Method: the stage in virtual time. */

test('bytes vanish, and the connection is closed once after the timeout', () => {
  const bench = new StageBench(timeoutToxic, { timeout: 100 }).send('a').advance(99).send('b')
  expect(bench.left).toEqual([])
  expect(bench.advance(1).left).toEqual(['<close>'])
  expect(bench.send('c').advance(1_000).left).toEqual(['<close>'])
  expect(bench.stage.heldBytes).toBe(0)
})

test('timeout 0 swallows until it is removed, and removal closes', () => {
  const bench = new StageBench(timeoutToxic, { timeout: 0 }).send('a').advance(3_600_000)
  expect(bench.left).toEqual([])
  expect(bench.remove()).toEqual(['<close>'])
})

test('the end of the sender passes', () => {
  expect(new StageBench(timeoutToxic, { timeout: 0 }).send('a').finish().left).toEqual(['<end>'])
})

test('an update moves the deadline', () => {
  const bench = new StageBench(timeoutToxic, { timeout: 0 }).advance(500)
  bench.attributes.timeout = 600
  expect(bench.advance(99).left).toEqual([])
  expect(bench.advance(1).left).toEqual(['<close>'])
})
