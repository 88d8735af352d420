import { expect, test } from 'vitest'
import { slowCloseToxic } from './slow-close.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: only the end is late. Method: the stage in virtual time. */

test('bytes pass at once, the end after the delay', () => {
  const bench = new StageBench(slowCloseToxic, { delay: 200 }).send('a').advance(10).finish()
  expect(bench.left).toEqual(['a'])
  expect(bench.advance(199).left).toEqual(['a'])
  expect(bench.advance(1).left).toEqual(['a', '<end>'])
})

test('a reset is late as well', () => {
  const bench = new StageBench(slowCloseToxic, { delay: 200 }).finish('reset')
  expect(bench.advance(199).left).toEqual([])
  expect(bench.advance(1).left).toEqual(['<reset>'])
})

test('removal lets the end pass', () => {
  const bench = new StageBench(slowCloseToxic, { delay: 200 }).finish()
  expect(bench.remove()).toEqual(['<end>'])
})
