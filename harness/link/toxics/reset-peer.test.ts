import { expect, test } from 'vitest'
import { resetPeerToxic } from './reset-peer.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: one reset, when it is due. Method: the stage in virtual time. */

test('the first bytes start the time, nothing passes, one reset follows', () => {
  const bench = new StageBench(resetPeerToxic, { timeout: 100 }).advance(500).send('a')
  expect(bench.advance(99).left).toEqual([])
  expect(bench.send('b').advance(1).left).toEqual(['<abort>'])
  expect(bench.send('c').advance(1_000).left).toEqual(['<abort>'])
})

test('with timeout 0 the first bytes reset at once', () => {
  expect(new StageBench(resetPeerToxic, { timeout: 0 }).send('a').left).toEqual(['<abort>'])
})

test('an idle connection is left alone, also by removal', () => {
  const bench = new StageBench(resetPeerToxic, { timeout: 0 }).advance(60_000)
  expect(bench.left).toEqual([])
  expect(bench.remove()).toEqual([])
})

test('removal after bytes were swallowed resets', () => {
  const bench = new StageBench(resetPeerToxic, { timeout: 100 }).send('a')
  expect(bench.remove()).toEqual(['<abort>'])
})
