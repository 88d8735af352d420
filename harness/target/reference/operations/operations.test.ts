import { Secret, TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { json, performed, refusal, scriptedNow, scriptedSecrets } from '../scripted.test.support.ts'

// Goal: each function is one request of the API, word for word, and its success is read whole.
// Method: a scripted answer for each function; the whole message and the whole outcome are
// compared.

const own = scriptedSecrets.passwordFor('op9')
const earlier = scriptedSecrets.passwordFor('op1')
const target = 'POST / AWSCognitoIdentityProviderService.'
const user = { UserPoolId: 'us-east-1_Pool', Username: 'u1' }
const tokens = { AccessToken: 'access', IdToken: 'id', RefreshToken: 'refresh', ExpiresIn: 3_600 }
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({
  timestamp: scriptedNow / 1_000,
})

const observed = (token: string, use: string) => ({
  digest: `digest of ${token}`,
  use,
  verifications: [],
})

describe('accounts', () => {
  it('sign-up: the attribute profile holds the origin, the password is derived', async () => {
    expect(await performed({ function: 'sign-up' }, json(200, { UserSub: 's' }))).toEqual({
      request: `${target}SignUp`,
      input: {
        ClientId: 'client',
        Username: 'u1',
        Password: own,
        UserAttributes: [{ Name: 'profile', Value: 'op9' }],
      },
      outcome: { type: 'ok' },
    })
  })

  it('admin-create-user: without an invitation', async () => {
    expect(await performed({ function: 'admin-create-user' }, json(200, { User: {} }))).toEqual({
      request: `${target}AdminCreateUser`,
      input: {
        ...user,
        TemporaryPassword: own,
        MessageAction: 'SUPPRESS',
        UserAttributes: [{ Name: 'profile', Value: 'op9' }],
      },
      outcome: { type: 'ok' },
    })
  })

  it.each([
    ['confirm-sign-up', 'AdminConfirmSignUp'],
    ['disable-user', 'AdminDisableUser'],
    ['enable-user', 'AdminEnableUser'],
    ['delete-user', 'AdminDeleteUser'],
  ] as const)('%s: %s', async (fn, operation) => {
    expect(await performed({ function: fn }, json(200, {}))).toEqual({
      request: target + operation,
      input: user,
      outcome: { type: 'ok' },
    })
  })
})

describe('passwords', () => {
  it('set-password: permanent', async () => {
    expect(await performed({ function: 'set-password' }, json(200, {}))).toEqual({
      request: `${target}AdminSetUserPassword`,
      input: { ...user, Password: own, Permanent: true },
      outcome: { type: 'ok' },
    })
  })

  it('change-password: from the labelled one to its own', async () => {
    const resolved = { accessToken: 'access', password: 'op1' }
    expect(await performed({ function: 'change-password' }, json(200, {}), resolved)).toEqual({
      request: `${target}ChangePassword`,
      input: { AccessToken: 'access', PreviousPassword: earlier, ProposedPassword: own },
      outcome: { type: 'ok' },
    })
  })
})

describe('update-attribute', () => {
  it('writes its own id', async () => {
    const operation = {
      function: 'update-attribute',
      arguments: { attribute: 'nickname' },
    } as const
    expect(await performed(operation, json(200, {}))).toEqual({
      request: `${target}AdminUpdateUserAttributes`,
      input: { ...user, UserAttributes: [{ Name: 'nickname', Value: 'op9' }] },
      outcome: { type: 'ok' },
    })
  })
})

describe('read-user', () => {
  const reads = [
    'u1/existence',
    'u1/enabled',
    'u1/factor',
    'u1/attribute:nickname',
    'u1/attribute:locale',
    'u1/password',
    'u1/revoked:op3',
  ]
  const read = { function: 'read-user', reads } as const

  it('shows what an answer can show, and null for what is absent', async () => {
    const answer = json(200, {
      Username: 'u1',
      Enabled: true,
      UserStatus: 'CONFIRMED',
      UserAttributes: [
        { Name: 'sub', Value: 's' },
        { Name: 'profile', Value: 'op1' },
        { Name: 'nickname', Value: 'op4' },
      ],
    })
    expect(await performed(read, answer)).toEqual({
      request: `${target}AdminGetUser`,
      input: user,
      outcome: {
        type: 'ok',
        observed: [
          { register: 'u1/existence', value: 'op1' },
          { register: 'u1/enabled', value: null },
          { register: 'u1/factor', value: null },
          { register: 'u1/attribute:nickname', value: 'op4' },
          { register: 'u1/attribute:locale', value: null },
        ],
      },
    })
  })

  it('shows a disabled user with a factor', async () => {
    const answer = json(200, {
      Username: 'u1',
      Enabled: false,
      UserAttributes: [],
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    })
    expect((await performed(read, answer)).outcome.observed?.slice(0, 3)).toEqual([
      { register: 'u1/existence', value: 'no-origin' },
      { register: 'u1/enabled', value: 'disabled' },
      { register: 'u1/factor', value: 'totp' },
    ])
  })

  it('an absent user is an answer in which everything reads null', async () => {
    const { outcome } = await performed(read, refusal('UserNotFoundException', 'no such user'))
    expect(outcome).toEqual({
      type: 'ok',
      observed: reads.slice(0, 5).map((register) => ({ register, value: null })),
    })
  })
})

describe('software tokens', () => {
  it('associate-totp: results the secret', async () => {
    const answer = json(200, { SecretCode: secret })
    expect(
      await performed({ function: 'associate-totp' }, answer, { accessToken: 'access' }),
    ).toEqual({
      request: `${target}AssociateSoftwareToken`,
      input: { AccessToken: 'access' },
      outcome: { type: 'ok', results: { totpSecret: secret } },
    })
  })

  it('verify-totp: shows the code of this moment', async () => {
    const resolved = { accessToken: 'access', totpSecret: secret }
    const operation = { function: 'verify-totp' } as const
    expect(await performed(operation, json(200, { Status: 'SUCCESS' }), resolved)).toEqual({
      request: `${target}VerifySoftwareToken`,
      input: { AccessToken: 'access', UserCode: code },
      outcome: { type: 'ok' },
    })
    expect((await performed(operation, json(200, { Status: 'ERROR' }), resolved)).outcome).toEqual({
      type: 'fail',
      error: { code: 'totp-not-verified', status: 200, meaning: 'wrong-credentials' },
    })
  })

  it('prefer-totp: enabled and preferred', async () => {
    expect(await performed({ function: 'prefer-totp' }, json(200, {}))).toEqual({
      request: `${target}AdminSetUserMFAPreference`,
      input: { ...user, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } },
      outcome: { type: 'ok' },
    })
  })
})

describe('sign-in', () => {
  const signIn = { function: 'sign-in', reads: ['u1/password'] } as const
  const resolved = { password: 'op1' }

  it('results the tokens and shows the password that was right', async () => {
    const answer = json(200, { ChallengeParameters: {}, AuthenticationResult: tokens })
    expect(await performed(signIn, answer, resolved)).toEqual({
      request: `${target}InitiateAuth`,
      input: {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: 'client',
        AuthParameters: { USERNAME: 'u1', PASSWORD: earlier },
      },
      outcome: {
        type: 'ok',
        observed: [{ register: 'u1/password', value: 'op1' }],
        tokens: [
          observed('id', 'id'),
          observed('access', 'access'),
          observed('refresh', 'refresh'),
        ],
        results: { accessToken: 'access', idToken: 'id', refreshToken: 'refresh' },
      },
    })
  })

  it('results the session where a software token is asked for', async () => {
    const answer = json(200, { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'session' })
    expect((await performed(signIn, answer, resolved)).outcome).toEqual({
      type: 'ok',
      observed: [{ register: 'u1/password', value: 'op1' }],
      results: { session: 'session' },
    })
  })

  it('any other challenge is no sign-in, but shows that the password is right', async () => {
    const refused = {
      type: 'fail',
      error: { code: 'challenge-required', status: 200, meaning: 'factor-required' },
      observed: [{ register: 'u1/password', value: 'op1' }],
    }
    const setUp = json(200, { ChallengeName: 'MFA_SETUP', Session: 'session' })
    expect((await performed(signIn, setUp, resolved)).outcome).toEqual(refused)
    const temporary = json(200, { ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 'session' })
    expect((await performed(signIn, temporary, resolved)).outcome).toEqual({
      ...refused,
      results: { session: 'session' },
    })
  })

  it('admin-sign-in: by the server, which names the pool', async () => {
    const operation = { function: 'admin-sign-in' } as const
    const { request, input, outcome } = await performed(
      operation,
      json(200, { AuthenticationResult: tokens }),
      resolved,
    )
    expect([request, input, outcome.type]).toEqual([
      `${target}AdminInitiateAuth`,
      {
        UserPoolId: 'us-east-1_Pool',
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        ClientId: 'client',
        AuthParameters: { USERNAME: 'u1', PASSWORD: earlier },
      },
      'ok',
    ])
  })

  it('answer-new-password: its own password takes the place of the temporary one', async () => {
    const operation = { function: 'answer-new-password' } as const
    const given = { session: 'session' }
    const answered = await performed(operation, json(200, { AuthenticationResult: tokens }), given)
    expect([answered.request, answered.input, answered.outcome.type]).toEqual([
      `${target}RespondToAuthChallenge`,
      {
        ClientId: 'client',
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: 'session',
        ChallengeResponses: { USERNAME: 'u1', NEW_PASSWORD: own },
      },
      'ok',
    ])
    const more = json(200, { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'other' })
    expect((await performed(operation, more, given)).outcome.type).toBe('fail')
  })

  it('observes nothing where the answer lacks tokens', async () => {
    expect((await performed(signIn, json(200, {}), resolved)).outcome).toEqual({
      type: 'info',
      error: { code: 'malformed-answer', status: 200 },
    })
  })

  it('answer-totp: shows the code of this moment and results the tokens', async () => {
    const operation = { function: 'answer-totp' } as const
    const both = { session: 'session', totpSecret: secret }
    expect(await performed(operation, json(200, { AuthenticationResult: tokens }), both)).toEqual({
      request: `${target}RespondToAuthChallenge`,
      input: {
        ClientId: 'client',
        ChallengeName: 'SOFTWARE_TOKEN_MFA',
        Session: 'session',
        ChallengeResponses: { USERNAME: 'u1', SOFTWARE_TOKEN_MFA_CODE: code },
      },
      outcome: {
        type: 'ok',
        tokens: [
          observed('id', 'id'),
          observed('access', 'access'),
          observed('refresh', 'refresh'),
        ],
        results: { accessToken: 'access', idToken: 'id', refreshToken: 'refresh', code },
      },
    })
    const again = json(200, { ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 'other' })
    expect((await performed(operation, again, both)).outcome.type).toBe('fail')
  })
})

describe('sessions', () => {
  const reads = ['u1/revoked:op3']

  it('refresh: results what came, and shows that the family is not revoked', async () => {
    const answer = json(200, { AuthenticationResult: { AccessToken: 'a2', IdToken: 'i2' } })
    const operation = { function: 'refresh', reads } as const
    expect(await performed(operation, answer, { refreshToken: 'refresh' })).toEqual({
      request: `${target}InitiateAuth`,
      input: {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        ClientId: 'client',
        AuthParameters: { REFRESH_TOKEN: 'refresh' },
      },
      outcome: {
        type: 'ok',
        observed: [{ register: 'u1/revoked:op3', value: null }],
        tokens: [observed('i2', 'id'), observed('a2', 'access')],
        results: { accessToken: 'a2', idToken: 'i2' },
      },
    })
  })

  it('refresh: a revoked family is a definite refusal and a sight of the revocation', async () => {
    const answer = refusal('NotAuthorizedException', 'Refresh Token has been revoked')
    const operation = { function: 'refresh', reads } as const
    expect((await performed(operation, answer, { refreshToken: 'refresh' })).outcome).toEqual({
      type: 'fail',
      error: { code: 'token-revoked', status: 400, meaning: 'revoked' },
      observed: [{ register: 'u1/revoked:op3', value: 'revoked' }],
    })
  })

  it('revoke: names the client, and takes the empty answer', async () => {
    const empty = { ...json(200, {}), body: new Uint8Array(0) }
    expect(await performed({ function: 'revoke' }, empty, { refreshToken: 'refresh' })).toEqual({
      request: `${target}RevokeToken`,
      input: { ClientId: 'client', Token: 'refresh' },
      outcome: { type: 'ok' },
    })
  })

  it('use-token: presents the token and looks at it once more', async () => {
    const answer = json(200, { Username: 'u1', UserAttributes: [] })
    expect(
      await performed({ function: 'use-token', reads }, answer, { accessToken: 'access' }),
    ).toEqual({
      request: `${target}GetUser`,
      input: { AccessToken: 'access' },
      outcome: {
        type: 'ok',
        observed: [{ register: 'u1/revoked:op3', value: null }],
        tokens: [observed('access', 'access')],
      },
    })
  })

  it('use-token: a refused token is looked at, too', async () => {
    const answer = refusal('NotAuthorizedException', 'Access Token has been revoked')
    const operation = { function: 'use-token' } as const
    expect((await performed(operation, answer, { accessToken: 'access' })).outcome).toEqual({
      type: 'fail',
      error: { code: 'token-revoked', status: 400, meaning: 'revoked' },
      tokens: [observed('access', 'access')],
    })
  })
})

describe('an operation whose argument is absent', () => {
  it('is a defect of the harness, not of the system', async () => {
    await expect(
      performed({ function: 'revoke' }, json(200, {})),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[InvariantError: op9 (revoke) lacks "refreshToken"]`,
    )
  })
})
