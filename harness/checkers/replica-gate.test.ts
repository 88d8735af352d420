import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { replicaGate } from './replica-gate.ts'
import { check } from './testing/agreement.ts'
import {
  type AnswerOptions,
  HistoryBuilder,
  heldReplication,
  primary,
  replica,
} from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'
const gated = { type: 'fail', code: 'OperationNotEnabled', meaning: 'gated' } as const

function started(): HistoryBuilder {
  const builder = new HistoryBuilder().route(primary, null)
  builder.signUp('u1')
  return builder.wait(200)
}

function probe(builder: HistoryBuilder, answer: AnswerOptions, process = 0): string {
  const writes = [{ register: nickname, value: builder.nextId }]
  const course = { region: replica, purpose: 'gate-probe' } as const
  const options = { function: 'update-attribute', writes, process, ...course } as const
  return builder.perform('u1', options, answer)
}

function measured(lines: readonly EventLine[]): readonly (readonly number[])[] {
  return check(replicaGate, lines).measurements.map(({ value, samples }) => [
    value.low,
    value.high,
    samples,
  ])
}

test('what is taken, refused and never answered is told apart', () => {
  const builder = started()
  probe(builder, {})
  probe(builder, gated)
  probe(builder, { type: 'info' }, 3)
  const lines = builder.end()
  expect(measured(lines)).toEqual([
    [1, 2, 3],
    [0, 0, 0],
    [1, 1, 3],
    [1, 1, 3],
  ])
  expect(check(replicaGate, lines).findings.map(({ message }) => message)).toEqual([
    'eu-west-1 took a write of u1 that it has to refuse (update-attribute)',
  ])
})

test('a refused value that is read in any Region is an effect, once', () => {
  const builder = started()
  const value = probe(builder, gated)
  for (const region of [primary, replica])
    builder.read('u1', region, 'probe', { [nickname]: value })
  const lines = builder.end()
  expect(measured(lines)[1]).toEqual([1, 1, 2])
  expect(check(replicaGate, lines).findings).toMatchObject([{ kind: 'effect', operation: value }])
})

test('a refused disable shows where nobody else can have disabled the user', () => {
  const disable = { register: 'u1/enabled', value: 'disabled' }
  const course = { function: 'disable-user', writes: [disable] } as const
  const refused = (builder: HistoryBuilder): HistoryBuilder => {
    builder.perform('u1', { ...course, region: replica, purpose: 'gate-probe' }, gated)
    return builder
  }
  const shown = { 'u1/enabled': 'disabled' }
  const alone = refused(started())
  alone.read('u1', replica, 'probe', shown)
  expect(measured(alone.end())[1]).toEqual([1, 1, 1])
  const other = refused(started())
  other.perform('u1', course)
  other.read('u1', replica, 'probe', shown)
  expect(measured(other.end())[1]).toEqual([0, 0, 1])
})

test('an absence is an effect where nothing can have been lost, and perhaps one otherwise', () => {
  const refused = (builder: HistoryBuilder): HistoryBuilder => {
    const writes = [{ register: 'u1/existence', value: 'deleted' }]
    const course = { region: replica, purpose: 'gate-probe' } as const
    builder.perform('u1', { function: 'delete-user', writes, ...course }, gated)
    return builder
  }
  const calm = refused(started())
  calm.read('u1', replica, 'probe', { 'u1/existence': null })
  expect(measured(calm.end())[1]).toEqual([1, 1, 1])
  const disturbed = refused(started().strike('fault1', heldReplication))
  disturbed.read('u1', replica, 'probe', { 'u1/existence': null })
  expect(measured(disturbed.end())[1]).toEqual([0, 1, 1])
})

test('a probe that was never answered is unclear', () => {
  const builder = started()
  builder.invoke('u1', { function: 'update-attribute', purpose: 'gate-probe', region: replica })
  expect(measured(builder.end())).toEqual([
    [0, 1, 1],
    [0, 0, 0],
    [0, 0, 1],
    [1, 1, 1],
  ])
})
