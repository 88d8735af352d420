import { expect, test } from 'vitest'
import { latencyToxic } from './latency.ts'
import { StageBench } from './stage.test.support.ts'

/** Goal: exact delays and kept order. Method: the stage in virtual time. */

test('bytes leave exactly one latency after their arrival', () => {
  const bench = new StageBench(latencyToxic, { latency: 100, jitter: 0 }).send('a')
  bench.advance(40).send('b').advance(59)
  expect(bench.left).toEqual([])
  expect(bench.advance(1).left).toEqual(['a'])
  expect(bench.advance(39).left).toEqual(['a'])
  expect(bench.advance(1).left).toEqual(['a', 'b'])
})

test('jitter stays within its bounds, varies, and never changes the order', () => {
  const delays: number[] = []
  for (let draw = 0; draw < 50; draw += 1) {
    const bench = new StageBench(latencyToxic, { latency: 100, jitter: 30 })
    for (let index = 0; index < draw; index += 1) bench.send('-')
    bench.advance(1_000).send('x')
    delays.push(((bench.stage.dueAt() ?? 0) - 1_000_000) / 1_000)
  }
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(70)
  expect(Math.max(...delays)).toBeLessThanOrEqual(130)
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(20)

  const ordered = new StageBench(latencyToxic, { latency: 50, jitter: 50 })
  for (const letter of 'abcdefgh') ordered.send(letter)
  expect(ordered.advance(200).left.join('')).toBe('abcdefgh')
})

test('the end follows the last byte without a delay of its own', () => {
  const bench = new StageBench(latencyToxic, { latency: 100, jitter: 0 }).send('a').finish()
  expect(bench.advance(99).left).toEqual([])
  expect(bench.advance(1).left).toEqual(['a', '<end>'])
})

test('an update counts for what waits already', () => {
  const bench = new StageBench(latencyToxic, { latency: 10_000, jitter: 0 }).send('a')
  bench.attributes.latency = 20
  expect(bench.advance(20).left).toEqual(['a'])
})

test('removal hands on what waits, in order', () => {
  const bench = new StageBench(latencyToxic, { latency: 100, jitter: 0 })
  expect(bench.send('a').send('b').finish('reset').stage.heldBytes).toBe(2)
  expect(bench.remove()).toEqual(['a', 'b', '<reset>'])
  expect(bench.stage.heldBytes).toBe(0)
})
