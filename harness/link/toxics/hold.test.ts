import { expect, test } from 'vitest'
import { linkLimits } from '../limits.ts'
import { holdToxic } from './hold.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: nothing leaves before removal, and then everything in order. Method: virtual time. */

test('nothing leaves, not even the end, until removal', () => {
  const bench = new StageBench(holdToxic).send('a').send('b').finish('reset').advance(86_400_000)
  expect(bench.left).toEqual([])
  expect(bench.stage.heldBytes).toBe(2)
  expect(bench.stage.dueAt()).toBeUndefined()
  expect(bench.remove()).toEqual(['a', 'b', '<reset>'])
})

test('above its limit the sender is slowed down and nothing is dropped', () => {
  const bench = new StageBench(holdToxic)
  const piece = 'x'.repeat(1_048_576)
  while (bench.stage.accepts()) bench.send(piece)
  expect(bench.stage.heldBytes).toBe(linkLimits.holdBytesMax)
  expect(bench.send('y').remove().join('').length).toBe(linkLimits.holdBytesMax + 1)
})
