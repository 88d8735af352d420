import { describe, expect, test } from 'vitest'
import type { Operation } from '../history/operation.ts'
import { scimAttributes } from '../target/oidc/scim.ts'
import { attributeFor } from '../target/openldap/directory.ts'
import type { Completion } from './executor.ts'
import {
  deleteUser,
  disableUser,
  preferTotp,
  refresh,
  revoke,
  setPassword,
  signIn,
  signUp,
  updateAttribute,
} from './intents.ts'
import {
  newestPassword,
  passwordCandidates,
  readableRegisters,
  type UserState,
  Users,
} from './users.ts'

function answered(operation: Operation, type: Completion['type'] = 'ok'): Completion {
  return { operation, region: 'us-east-1', type, observed: [], results: [] }
}

/** A user after these operations, each with what it came to. */
function userAfter(...story: readonly (readonly [Operation, Completion['type']])[]): UserState {
  const users = new Users()
  const user = users.create('u1')
  for (const [operation, type] of story) {
    users.intend(operation)
    users.learn(answered(operation, type))
  }
  return user
}

describe('candidates of a password read', () => {
  const created = [signUp('op1', 'u1'), 'ok'] as const
  const second = setPassword('op2', 'u1')
  const third = setPassword('op3', 'u1')

  test.for<[string, UserState, readonly string[]]>([
    ['nobody was created', userAfter(), []],
    ['the creation was never answered', userAfter([signUp('op1', 'u1'), 'info']), []],
    ['one password', userAfter(created), ['op1']],
    ['a change: it, or the one before', userAfter(created, [second, 'ok']), ['op2', 'op1']],
    ['an unanswered change: it may hold', userAfter(created, [second, 'info']), ['op1', 'op2']],
    ['a refused change never was', userAfter(created, [second, 'fail']), ['op1']],
    [
      'two changes: the newest two',
      userAfter(created, [second, 'ok'], [third, 'ok']),
      ['op3', 'op2'],
    ],
    [
      'an unanswered one between two',
      userAfter(created, [second, 'info'], [third, 'ok']),
      ['op3', 'op2'],
    ],
  ])('%s', ([, user, labels]) => {
    expect(passwordCandidates(user)).toEqual(labels)
  })

  test('the newest acknowledged comes first, whatever was asked for later', () => {
    expect(newestPassword(userAfter(created, [second, 'info']))).toBe('op1')
    expect(newestPassword(userAfter(created, [second, 'ok']))).toBe('op2')
  })
})

describe('who may be used', () => {
  test('a retired user is out for good, the others keep their places', () => {
    const users = new Users()
    for (const name of ['a', 'b', 'c', 'd']) {
      users.create(name)
      users.activate(name)
    }
    users.retire('b')
    users.retire('b')
    users.retire('nobody')
    expect(users.active).toEqual(['a', 'c', 'd'])
    expect(users.get('b')).toBeDefined()
  })

  test('all are listed by name, retired or not', () => {
    const users = new Users()
    for (const name of ['u10', 'u2', 'probe-1']) users.create(name)
    expect(users.all().map(({ name }) => name)).toEqual(['probe-1', 'u10', 'u2'])
  })
})

describe('what is known of a user', () => {
  test('a write counts unless it was refused', () => {
    const user = userAfter(
      [signUp('op1', 'u1'), 'ok'],
      [updateAttribute('op2', 'u1', 'nickname'), 'info'],
      [updateAttribute('op3', 'u1', 'website'), 'fail'],
    )
    expect([...user.registers].sort()).toEqual([
      'u1/attribute:nickname',
      'u1/existence',
      'u1/password',
    ])
    expect(user.intended.has('u1/attribute:website')).toBe(true)
  })

  test.for<[Operation, Completion['type'], Partial<UserState>]>([
    [deleteUser('op2', 'u1'), 'ok', { deleted: true }],
    [deleteUser('op2', 'u1'), 'info', { deleted: true }],
    [deleteUser('op2', 'u1'), 'fail', { deleted: false }],
    [disableUser('op2', 'u1'), 'info', { disabled: true }],
    [disableUser('op2', 'u1'), 'fail', { disabled: false }],
    [preferTotp('op2', 'u1'), 'ok', { factor: true }],
    [revoke('op2', 'u1', 'op1'), 'info', { revoked: ['op1'] }],
    [revoke('op2', 'u1', 'op1'), 'fail', { revoked: [] }],
  ])('after %j came to %s', ([operation, type, expected]) => {
    expect(userAfter([operation, type])).toMatchObject(expected)
  })

  test('a sign-in is known as soon as it is emitted, a refresh is none', () => {
    const users = new Users()
    const user = users.create('u1')
    users.intend(signIn('op2', 'u1', 'op1'))
    users.intend(refresh('op3', 'u1', 'op2'))
    expect(user.sessions).toEqual(['op2'])
  })

  test('operations of strangers are nobody’s', () => {
    const users = new Users()
    users.intend(signUp('op1', 'stranger'))
    users.learn(answered(signUp('op1', 'stranger')))
    expect(users.all()).toEqual([])
  })

  test('a read shows existence first, then attributes, state and factor, never a password', () => {
    const user = userAfter(
      [signUp('op1', 'u1'), 'ok'],
      [updateAttribute('op2', 'u1', 'website'), 'ok'],
      [updateAttribute('op3', 'u1', 'nickname'), 'ok'],
      [disableUser('op4', 'u1'), 'ok'],
      [revoke('op5', 'u1', 'op1'), 'ok'],
    )
    expect(readableRegisters(user)).toEqual([
      'u1/existence',
      'u1/attribute:nickname',
      'u1/attribute:website',
      'u1/enabled',
    ])
  })
})

test('every attribute that is written has a place in an entry of each directory protocol', () => {
  const users = new Users()
  const { unusedAttributes } = users.create('ada')
  for (const name of [...unusedAttributes, 'nickname', 'email', 'zoneinfo']) {
    expect([name, scimAttributes[name] !== undefined]).toEqual([name, true])
    expect([name, attributeFor(name) !== undefined]).toEqual([name, true])
  }
})
