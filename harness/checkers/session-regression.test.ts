import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { sessionRegression } from './session-regression.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

function switched(before: string, after: string, reader = 4): readonly EventLine[] {
  const builder = new HistoryBuilder().route(primary, null)
  builder.write('u1')
  builder.write('u1')
  builder.read('u1', primary, 'workload', { [nickname]: before }, 4)
  builder.route(replica, primary)
  builder.read('u1', replica, 'workload', { [nickname]: after }, reader)
  builder.read('u1', replica, 'workload', { [nickname]: after }, reader)
  return builder.end()
}

function measured(lines: readonly EventLine[]): unknown {
  const [users] = check(sessionRegression, lines).measurements
  return [users?.value.low, users?.value.high, users?.samples]
}

test('a client that reads an older state after the switch regressed, each user once', () => {
  const lines = switched('op2', 'op1')
  expect(measured(lines)).toEqual([1, 1, 1])
  expect(check(sessionRegression, lines).findings).toMatchObject([
    { kind: 'regressed', user: 'u1', region: replica, operation: 'op4' },
  ])
})

test('the same or newer is no regression, and another client compares nothing', () => {
  expect(measured(switched('op2', 'op2'))).toEqual([0, 0, 1])
  expect(measured(switched('op1', 'op2'))).toEqual([0, 0, 1])
  expect(measured(switched('op2', 'op1', 5))).toEqual([0, 0, 0])
})
