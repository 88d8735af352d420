/**
 * Goal: a history that proves less than it seems to says so. Method: histories with a finding, or
 * with none, whose run went wrong in one way each.
 */
import { expect, test } from 'vitest'
import { backwards } from './backwards.ts'
import type { CheckerResult } from './checker.ts'
import { checkers, runCheckers } from './index.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, headerOf, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

function reads(...values: readonly string[]): HistoryBuilder {
  const builder = new HistoryBuilder()
  builder.write('u1')
  builder.write('u1')
  for (const value of values) builder.read('u1', replica, 'workload', { [nickname]: value })
  return builder
}

function first({ measurements }: CheckerResult): unknown {
  const [measurement] = measurements
  return [measurement?.value, measurement?.inconclusive]
}

test('a fault that did not take effect takes the force from everything', () => {
  const builder = reads('op2', 'op1').fault('fault1', 'apply').fault('fault1', 'not-verified')
  const reason = 'fault1 (region-loss) did not take effect'
  const result = check(backwards, builder.end())
  expect(first(result)).toEqual([{ low: 1, high: 1 }, reason])
  for (const other of runCheckers(headerOf('sound'), builder.lines, checkers)) {
    for (const { name, inconclusive } of other.measurements) {
      expect(inconclusive, name).toBeDefined()
    }
  }
})

test('so does a heal that failed', () => {
  const builder = reads('op2', 'op2').strike('fault1')
  builder.fault('fault1', 'heal').fault('fault1', 'heal-not-verified')
  const reason = 'fault1 (region-loss) could not be healed'
  expect(first(check(backwards, builder.end()))).toEqual([{ low: 0, high: 0 }, reason])
})

test('without its end, what was found stays and what was not may follow', () => {
  const noEnd = 'the history has no end: what came after is not known'
  expect(first(check(backwards, reads('op2', 'op1').lines))).toEqual([
    { low: 1, high: Infinity },
    undefined,
  ])
  expect(first(check(backwards, reads('op2', 'op2').lines))).toEqual([
    { low: 0, high: Infinity },
    noEnd,
  ])
})

test('an interrupted run is at best inconclusive', () => {
  expect(first(check(backwards, reads('op2', 'op2').end('interrupted')))).toEqual([
    { low: 0, high: Infinity },
    'the run ended by "interrupted"',
  ])
})

test('an empty history proves nothing', () => {
  const lines = new HistoryBuilder().end()
  for (const { measurements } of runCheckers(headerOf('empty'), lines, checkers)) {
    for (const { name, samples, inconclusive } of measurements) {
      const isSilent = samples === 0 || inconclusive !== undefined
      expect(isSilent, name).toBe(true)
    }
  }
})

test('every interval is an interval', () => {
  const builder = reads('op2', 'op1')
  builder.strike('fault1').route(replica, 'us-east-1')
  builder.read('u1', replica, 'cutover-read', { [nickname]: null })
  for (const { measurements } of runCheckers(headerOf('sound'), builder.end(), checkers)) {
    for (const { name, value } of measurements) {
      expect(value.low, name).toBeLessThanOrEqual(value.high)
    }
  }
})
