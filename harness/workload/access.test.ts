import { describe, expect, it } from 'vitest'
import { operationFunctions, parseRegister, registerKinds } from '../history/operation.ts'
import * as access from './access.ts'
import type { Intent } from './executor.ts'
import { ownId } from './own-id.ts'

// Goal: what scripts ask for says by itself what becomes true, so that checkers need no script.
// Method: one intent of each kind; its writes, and the earlier operations that it refers to.

const intents: readonly (readonly [Intent, writes: readonly string[]])[] = [
  [access.signIn('u', 'op1'), []],
  [access.adminSignIn('u', 'op1'), []],
  [access.refresh('u', 'op2'), []],
  [access.rotate('u', 'op2'), []],
  [access.presentToken('u', 'op2'), []],
  [access.readAccount('u'), []],
  [access.readGroups('u', { staff: 'op3' }), []],
  [access.forgotPassword('u'), []],
  [access.confirmSignUp('u'), []],
  [access.signUp('u'), [`u/existence=${ownId}`, `u/password=${ownId}`]],
  [access.adminCreateUser('u'), [`u/existence=${ownId}`]],
  [access.deleteUser('u'), ['u/existence=deleted']],
  [access.disableUser('u'), ['u/enabled=disabled']],
  [access.enableUser('u'), ['u/enabled=null']],
  [access.addToGroup('u', 'staff'), [`u/group:staff=${ownId}`]],
  [access.removeFromGroup('u', 'staff'), ['u/group:staff=removed']],
  [access.setPassword('u'), [`u/password=${ownId}`]],
  [access.changePassword('u', 'op2', 'op1'), [`u/password=${ownId}`]],
  [access.resetPassword('u'), [`u/password=${ownId}`]],
  [access.confirmForgotPassword('u'), [`u/password=${ownId}`]],
  [access.setEmail('u'), [`u/attribute:email=${ownId}`]],
  [access.revoke('u', 'op2'), ['u/revoked:op2=revoked']],
  [access.signOut('u', 'op2'), [`u/signed-out=${ownId}`]],
  [access.adminSignOut('u'), [`u/signed-out=${ownId}`]],
]

describe('intents of access', () => {
  it.each(intents)('%j', (intent, expected) => {
    const writes = intent.writes ?? []
    expect(writes.map(({ register, value }) => `${register}=${value}`)).toEqual(expected)
    for (const { register } of writes) {
      expect(registerKinds).toContain(parseRegister(register).kind)
    }
    expect(operationFunctions).toContain(intent.function)
    expect([intent.to, intent.purpose, intent.lane]).toEqual(['route', 'workload', 'u'])
  })

  it('refer to tokens by the operation that was given them', () => {
    const refreshToken = { from: 'op2', field: 'refreshToken' }
    const accessToken = { from: 'op2', field: 'accessToken' }
    expect([
      access.rotate('u', 'op2').arguments,
      access.signOut('u', 'op2').arguments,
      access.changePassword('u', 'op2', 'op1').arguments,
    ]).toEqual([{ refreshToken }, { accessToken }, { accessToken, password: 'op1' }])
  })

  it('go where they are told to, for the purpose they are told', () => {
    const course = { to: 'us-west-2', purpose: 'staleness-probe' } as const
    expect(access.signIn('u', 'op1', course, 'rotating')).toMatchObject({
      ...course,
      arguments: { password: 'op1', client: 'rotating' },
    })
  })
})
