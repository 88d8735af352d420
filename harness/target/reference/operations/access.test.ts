import { describe, expect, it } from 'vitest'
import { json, performed, refusal, scriptedSecrets } from '../scripted.test.support.ts'

// Goal: what gives access to somebody and takes it away is asked for word for word, and its answer
// is read whole. Method: a scripted answer for each function; messages and outcomes are compared.

const own = scriptedSecrets.passwordFor('op9')
const target = 'POST / AWSCognitoIdentityProviderService.'
const user = { UserPoolId: 'us-east-1_Pool', Username: 'u1' }
const tokens = { AccessToken: 'access', IdToken: 'id', RefreshToken: 'refresh', ExpiresIn: 3_600 }

describe('the rotating client', () => {
  const rotating = { client: 'rotating' }
  const given = json(200, { AuthenticationResult: tokens })

  it('is asked for by the sign-in', async () => {
    const operation = { function: 'sign-in', arguments: rotating } as const
    expect((await performed(operation, given, { password: 'op1' })).input).toMatchObject({
      ClientId: 'rotating client',
    })
  })

  it('gets back the refresh tokens that it was given, by rotate, refresh and revoke', async () => {
    const refreshToken = 'rotating refresh'
    const rotated = await performed({ function: 'rotate' }, given, { refreshToken })
    expect([rotated.request, rotated.input, rotated.outcome.results]).toEqual([
      `${target}GetTokensFromRefreshToken`,
      { ClientId: 'rotating client', RefreshToken: refreshToken },
      { accessToken: 'access', idToken: 'id', refreshToken: 'refresh' },
    ])
    for (const fn of ['refresh', 'revoke'] as const) {
      const { input } = await performed({ function: fn }, given, { refreshToken })
      expect(input).toMatchObject({ ClientId: 'rotating client' })
    }
    const other = await performed({ function: 'rotate' }, given, { refreshToken: 'refresh' })
    expect(other.input).toMatchObject({ ClientId: 'client' })
  })

  it('rotate: a token that was used before ends the session', async () => {
    const reused = refusal('RefreshTokenReuseException', 'used before')
    const { outcome } = await performed({ function: 'rotate' }, reused, { refreshToken: 'r' })
    expect(outcome.error?.meaning).toBe('reauthenticate')
  })
})

describe('sign-outs', () => {
  it('by the user and by an administrator', async () => {
    const byUser = await performed({ function: 'sign-out' }, json(200, {}), { accessToken: 'a' })
    expect([byUser.request, byUser.input]).toEqual([`${target}GlobalSignOut`, { AccessToken: 'a' }])
    const byOther = await performed({ function: 'admin-sign-out' }, json(200, {}))
    expect([byOther.request, byOther.input]).toEqual([`${target}AdminUserGlobalSignOut`, user])
  })
})

describe('groups', () => {
  it.each([
    ['add-to-group', 'AdminAddUserToGroup'],
    ['remove-from-group', 'AdminRemoveUserFromGroup'],
  ] as const)('%s: %s', async (fn, operation) => {
    const given = { function: fn, arguments: { group: 'staff' } }
    expect(await performed(given, json(200, {}))).toEqual({
      request: target + operation,
      input: { ...user, GroupName: 'staff' },
      outcome: { type: 'ok' },
    })
  })

  it('read-groups: who added the user is what the reader knows', async () => {
    const reads = ['u1/group:staff', 'u1/group:auditors', 'u1/group:guests']
    const read = {
      function: 'read-groups',
      reads,
      arguments: { staff: 'op3', auditors: 'op4' },
    } as const
    const answer = json(200, { Groups: [{ GroupName: 'staff' }, { GroupName: 'guests' }] })
    expect(await performed(read, answer)).toEqual({
      request: `${target}AdminListGroupsForUser`,
      input: { ...user, Limit: 60 },
      outcome: {
        type: 'ok',
        observed: [
          { register: 'u1/group:staff', value: 'op3' },
          { register: 'u1/group:auditors', value: null },
        ],
      },
    })
    const absent = await performed(read, refusal('UserNotFoundException', 'no such user'))
    expect(absent.outcome).toEqual({
      type: 'ok',
      observed: reads.map((register) => ({ register, value: null })),
    })
    expect((await performed(read, json(200, {}))).outcome.type).toBe('info')
  })
})

describe('password resets', () => {
  it.each([
    ['forgot-password', 'ForgotPassword', { ClientId: 'client', Username: 'u1' }],
    ['reset-password', 'AdminResetUserPassword', user],
  ] as const)('%s: %s', async (fn, operation, input) => {
    expect(await performed({ function: fn }, json(200, {}))).toEqual({
      request: target + operation,
      input,
      outcome: { type: 'ok' },
    })
  })

  it('confirm-forgot-password: the code that was sent last, or the one that is given', async () => {
    const operation = { function: 'confirm-forgot-password' } as const
    expect(await performed(operation, json(200, {}))).toEqual({
      request: `${target}ConfirmForgotPassword`,
      input: { ClientId: 'client', Username: 'u1', ConfirmationCode: '123456', Password: own },
      outcome: { type: 'ok' },
    })
    const given = await performed(operation, json(200, {}), { code: '654321' })
    expect(given.input).toMatchObject({ ConfirmationCode: '654321' })
    const none = await performed({ ...operation, user: 'u2' }, json(200, {}))
    expect(none.input).toMatchObject({ ConfirmationCode: '000000' })
  })

  it('an e-mail address is made of the id, is verified, and reads as the id', async () => {
    const operation = { function: 'update-attribute', arguments: { attribute: 'email' } } as const
    const address = { Name: 'email', Value: 'op9@users.invalid' }
    const written = await performed(operation, json(200, {}))
    expect(written.input).toEqual({
      ...user,
      UserAttributes: [address, { Name: 'email_verified', Value: 'true' }],
    })
    const read = { function: 'read-user', reads: ['u1/attribute:email'] } as const
    const shown = async (value: string) =>
      (
        await performed(
          read,
          json(200, { Username: 'u1', UserAttributes: [{ Name: 'email', Value: value }] }),
        )
      ).outcome.observed?.[0]?.value
    expect([await shown(address.Value), await shown('a@b')]).toEqual(['op9', 'a@b'])
  })
})
