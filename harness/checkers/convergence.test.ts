import { expect, test } from 'vitest'
import type { MarkName } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { convergence } from './convergence.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

/** Two writes, then rounds of [primary, replica]. */
function settling(
  rounds: readonly (readonly [string | null, string | null])[],
  outcome: MarkName | undefined,
): CheckerResult {
  const builder = new HistoryBuilder()
  builder.write('u1')
  builder.write('u1')
  builder.mark('writers-stopped').mark('settle-start')
  for (const [atPrimary, atReplica] of rounds) {
    builder.read('u1', primary, 'settle-read', { [nickname]: atPrimary })
    builder.read('u1', replica, 'settle-read', { [nickname]: atReplica })
  }
  if (outcome !== undefined) builder.mark(outcome)
  return check(convergence, builder.end())
}

function figures(result: CheckerResult): unknown {
  return result.measurements.map(({ name, value, inconclusive }) => [
    name.slice('convergence.'.length),
    value.low,
    value.high,
    ...(inconclusive === undefined ? [] : [inconclusive]),
  ])
}

test('the time runs from settle-start to the read that made all equal', () => {
  // Settle-start at 12 ms. The replica is read at 18 and 28 ms: it caught up between, by 32 ms.
  const result = settling(
    [
      ['op2', 'op1'],
      ['op2', 'op2'],
      ['op2', 'op2'],
    ],
    'settled',
  )
  expect(figures(result)).toEqual([
    ['divergedRegisters', 0, 0],
    ['impossibleRegisters', 0, 0],
    ['convergenceMillis', 6, 20],
  ])
})

test('Regions that still differ when the bound runs out have diverged', () => {
  const result = settling([['op2', 'op1']], 'settle-expired')
  expect(figures(result)).toEqual([
    ['divergedRegisters', 1, 1],
    ['impossibleRegisters', 0, 0],
    ['convergenceMillis', 1, Infinity],
  ])
  expect(result.findings).toMatchObject([
    {
      kind: 'diverged',
      user: 'u1',
      region: replica,
      operation: 'op2',
      message: `user u1: ${nickname} is "op2" in us-east-1, "op1" in eu-west-1`,
    },
  ])
})

test('to agree on an older value than the last acknowledged is impossible', () => {
  const result = settling([['op1', 'op1']], 'settled')
  expect(result.findings).toMatchObject([{ kind: 'impossible', operation: 'op2' }])
})

test('equal once when the bound runs out proves nothing', () => {
  const [diverged] = settling([['op2', 'op2']], 'settle-expired').measurements
  expect(diverged?.inconclusive).toMatch(/the settle bound ran out/)
})

test('without time to settle nothing is judged', () => {
  const [diverged] = settling([['op2', 'op1']], undefined).measurements
  expect(diverged?.inconclusive).toBe('the Regions were not given their time to settle')
})

test('without reads in both Regions nothing is judged', () => {
  const [diverged] = settling([], 'settled').measurements
  expect(diverged).toMatchObject({
    samples: 0,
    inconclusive: 'no register was read in every Region after the heal',
  })
})

test('a write without an answer that takes effect between two reads is no divergence', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  const late = builder.write('u1', 'nickname', { type: 'info', code: 'deadline' })
  builder.mark('writers-stopped').mark('settle-start')
  builder.read('u1', primary, 'final-read', { [nickname]: 'op1' })
  builder.read('u1', replica, 'final-read', { [nickname]: late })
  const result = check(convergence, builder.mark('settle-expired').end())
  expect(result.findings).toEqual([])
  expect(result.measurements[0]).toMatchObject({
    value: { low: 0, high: 1 },
    inconclusive: expect.stringContaining('writes without an answer'),
  })
})

test('a delete without an answer may take the attributes with it between two reads', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  const writes = [{ register: 'u1/existence', value: 'deleted' }]
  builder.perform('u1', { function: 'delete-user', writes }, { type: 'info', code: 'deadline' })
  builder.mark('writers-stopped').mark('settle-start')
  builder.read('u1', primary, 'final-read', { [nickname]: 'op1' })
  builder.read('u1', replica, 'final-read', { [nickname]: null })
  const result = check(convergence, builder.mark('settle-expired').end())
  expect(result.findings).toEqual([])
})

test('a write without an answer that the replica lacks is a divergence', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  const late = builder.write('u1', 'nickname', { type: 'info', code: 'deadline' })
  builder.mark('writers-stopped').mark('settle-start')
  builder.read('u1', primary, 'final-read', { [nickname]: late })
  builder.read('u1', replica, 'final-read', { [nickname]: 'op1' })
  const result = check(convergence, builder.mark('settle-expired').end())
  expect(result.findings).toMatchObject([{ kind: 'diverged' }])
})

test.each([
  [200_000, undefined],
  [1_500_000, 'the harness was held up for 1500 ms while this was measured'],
])('sweeps are far apart: a delay of %i µs is judged by that', (delay, reason) => {
  const builder = new HistoryBuilder()
  const value = builder.write('u1')
  builder.mark('settle-start')
  for (const region of [primary, replica]) {
    builder.read('u1', region, 'settle-read', { [nickname]: value })
  }
  builder.harness(delay, 100_000)
  const { measurements } = check(convergence, builder.mark('settled').end())
  expect(measurements.find(({ name }) => name.endsWith('Millis'))?.inconclusive).toBe(reason)
})
