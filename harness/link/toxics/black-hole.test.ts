import { expect, test } from 'vitest'
import { blackHoleToxic } from './black-hole.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: everything vanishes; what lost something cannot go on. Method: virtual time. */

test.each(['end', 'reset'] as const)('bytes vanish, and so does the %s', (kind) => {
  const bench = new StageBench(blackHoleToxic).send('a').finish(kind).advance(86_400_000)
  expect(bench.left).toEqual([])
  expect(bench.stage.heldBytes).toBe(0)
  expect(bench.stage.accepts()).toBe(true)
})

test('removal resets a connection that lost something and spares a silent one', () => {
  expect(new StageBench(blackHoleToxic).send('a').remove()).toEqual(['<abort>'])
  expect(new StageBench(blackHoleToxic).finish().remove()).toEqual(['<abort>'])
  expect(new StageBench(blackHoleToxic).remove()).toEqual([])
})
