import { expect, test } from 'vitest'
import { backwards } from './backwards.ts'
import type { CheckerResult } from './checker.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

function written(): HistoryBuilder {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  builder.write('u1')
  builder.write('u1')
  return builder
}

function counts(result: CheckerResult): unknown {
  return Object.fromEntries(
    result.measurements.map(({ name, value }) => [name.slice('backwards.'.length), value.low]),
  )
}

test('one process that sees an older value again went backwards', () => {
  const builder = written()
  builder.read('u1', replica, 'workload', { [nickname]: 'op2' }, 4)
  builder.read('u1', replica, 'workload', { [nickname]: 'op1' }, 4)
  const result = check(backwards, builder.end())
  expect(counts(result)).toEqual({ backwardReads: 1, regionBackwardReads: 1 })
  expect(result.findings).toMatchObject([
    { kind: 'went-backwards', measurement: 'backwards.backwardReads', operation: 'op4' },
  ])
})

test('another process that sees an older value later is a matter of the Region', () => {
  const builder = written()
  builder.read('u1', replica, 'workload', { [nickname]: 'op2' }, 4)
  builder.read('u1', replica, 'workload', { [nickname]: null }, 5)
  const result = check(backwards, builder.end())
  expect(counts(result)).toEqual({ backwardReads: 0, regionBackwardReads: 1 })
  expect(result.findings).toMatchObject([{ measurement: 'backwards.regionBackwardReads' }])
})

test('reads that overlap prove nothing', () => {
  const builder = written()
  const slow = builder.invoke('u1', { region: replica, process: 5 })
  builder.read('u1', replica, 'workload', { [nickname]: 'op2' }, 4)
  builder.complete(slow, { observed: { [nickname]: 'op1' } })
  expect(check(backwards, builder.end()).findings).toEqual([])
})

test('values of concurrent writes have no order', () => {
  const builder = new HistoryBuilder()
  const write = (value: string, process: number): string =>
    builder.invoke('u1', { process, writes: [{ register: nickname, value }] })
  const one = write('op1', 1)
  const two = write('op2', 2)
  builder.complete(one)
  builder.complete(two)
  builder.read('u1', replica, 'workload', { [nickname]: 'op2' }, 4)
  builder.read('u1', replica, 'workload', { [nickname]: 'op1' }, 4)
  expect(check(backwards, builder.end()).findings).toEqual([])
})

test('across the switch of the route it is measured, not reported', () => {
  const builder = written()
  builder.read('u1', primary, 'workload', { [nickname]: 'op2' }, 4)
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'workload', { [nickname]: 'op1' }, 4)
  const result = check(backwards, builder.end())
  expect(counts(result)).toEqual({
    backwardReads: 0,
    regionBackwardReads: 0,
    sessionRegressions: 1,
  })
  expect(result.findings).toEqual([])
})

test('what a deleted user lacks is not older', () => {
  const builder = written()
  builder.read('u1', replica, 'workload', { [nickname]: 'op2' }, 4)
  builder.deleteUser('u1')
  builder.read('u1', replica, 'workload', { 'u1/existence': null, [nickname]: null }, 4)
  expect(check(backwards, builder.end()).findings).toEqual([])
})

test('across the switch, what fits several writes is a regression perhaps', () => {
  const builder = written()
  builder.read('u1', primary, 'workload', { 'u1/existence': null, [nickname]: 'op2' }, 4)
  const unanswered = builder.invoke('u1', {
    function: 'delete-user',
    process: 5,
    writes: [{ register: 'u1/existence', value: 'deleted' }],
  })
  builder.strike('fault1').route(replica, primary)
  builder.read('u1', replica, 'workload', { 'u1/existence': null, [nickname]: null }, 4)
  builder.complete(unanswered, {})
  const { measurements } = check(backwards, builder.end())
  const across = measurements.find(({ name }) => name === 'backwards.sessionRegressions')
  expect(across?.value).toEqual({ low: 0, high: 1 })
})
