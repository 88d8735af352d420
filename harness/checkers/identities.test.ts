import { expect, test } from 'vitest'
import type { EventLine, TokenObservation } from '../history/line.ts'
import { identities } from './identities.ts'
import { accessWith, present, signIn } from './testing/access-builder.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const absent = { type: 'fail', code: 'UserNotFound', meaning: 'absent' } as const

function of(subject: string): { readonly tokens: readonly TokenObservation[] } {
  return { tokens: [{ ...accessWith(), subject }] }
}

function started(): HistoryBuilder {
  const builder = new HistoryBuilder().route(primary, null)
  builder.signUp('u1')
  return builder.wait(200)
}

function measured(lines: readonly EventLine[], name: string): unknown {
  const found = check(identities, lines).measurements.find(
    (entry) => entry.name === `identities.${name}`,
  )
  return [found?.value.low, found?.value.high, found?.samples]
}

test('a second account of a name that nobody deleted is a duplicate', () => {
  const builder = started()
  builder.signUp('u1')
  const lines = builder.end()
  expect(measured(lines, 'duplicates')).toEqual([1, 1, 1])
  expect(check(identities, lines).findings).toMatchObject([
    { kind: 'second-identity', user: 'u1', operation: 'op2' },
  ])
})

test('after a delete the name is free; after an unknown one it may be', () => {
  const free = started()
  free.deleteUser('u1')
  free.signUp('u1')
  expect(measured(free.end(), 'duplicates')).toEqual([0, 0, 1])
  const unknown = started()
  const writes = [{ register: 'u1/existence', value: 'deleted' }]
  unknown.perform('u1', { function: 'delete-user', writes, process: 4 }, { type: 'info' })
  unknown.signUp('u1')
  expect(measured(unknown.end(), 'duplicates')).toEqual([0, 1, 1])
})

test('one name with two subjects is two people', () => {
  const builder = started()
  signIn(builder, 'u1', 'op1', primary, of('s1'))
  signIn(builder, 'u1', 'op1', replica, of('s2'))
  expect(measured(builder.end(), 'duplicates')).toEqual([1, 1, 1])
})

/** A name that was given up by s1 and taken by s2. */
function handedOver(): { readonly builder: HistoryBuilder; readonly session: string } {
  const builder = started()
  const session = signIn(builder, 'u1', 'op1', primary, of('s1'))
  builder.deleteUser('u1')
  builder.signUp('u1')
  return { builder, session }
}

test('a session or password of the former owner that opens the new account crossed over', () => {
  const { builder, session } = handedOver()
  present(builder, 'u1', 'refresh', session, replica, of('s2'))
  signIn(builder, 'u1', 'op1', replica, of('s2'))
  present(builder, 'u1', 'use-token', session, primary)
  present(builder, 'u1', 'use-token', session, primary, absent)
  const lines = builder.end()
  expect(measured(lines, 'crossed')).toEqual([3, 3, 4])
  const kinds = check(identities, lines).findings.map(({ kind }) => kind)
  expect(kinds).toEqual(['crossed', 'crossed', 'crossed'])
})

test('a Region that still serves the former account is stale: nothing crossed', () => {
  const { builder, session } = handedOver()
  present(builder, 'u1', 'refresh', session, replica, of('s1'))
  present(builder, 'u1', 'use-token', session, replica)
  signIn(builder, 'u1', 'op4', replica, of('s2'))
  expect(measured(builder.end(), 'crossed')).toEqual([0, 1, 2])
})

test('a Region that knows the new account and names the former subject let in either of them', () => {
  const { builder, session } = handedOver()
  present(builder, 'u1', 'refresh', session, primary, of('s1'))
  expect(measured(builder.end(), 'crossed')).toEqual([0, 1, 1])
})

test('who was deleted and is known again was revived, in the Region that had shown it', () => {
  const builder = started()
  builder.deleteUser('u1')
  signIn(builder, 'u1', 'op1', replica, of('s1'))
  signIn(builder, 'u1', 'op1', replica, absent)
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  const lines = builder.end()
  expect(measured(lines, 'revived')).toEqual([1, 1, 2])
  expect(check(identities, lines).findings).toMatchObject([{ kind: 'revived', operation: 'op5' }])
})

test('a Region that never had the account has not shown it gone', () => {
  const builder = new HistoryBuilder().route(primary, null).strike('fault1')
  builder.signUp('u1')
  builder.deleteUser('u1')
  builder.read('u1', replica, 'workload', { 'u1/existence': null })
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  expect(measured(builder.end(), 'revived')).toEqual([0, 0, 0])
})

test('a new account under the name is no revival', () => {
  const builder = started()
  builder.deleteUser('u1')
  builder.signUp('u1')
  signIn(builder, 'u1', 'op3', primary, of('s2'))
  expect(measured(builder.end(), 'revived')).toEqual([0, 0, 0])
})
