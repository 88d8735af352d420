import { expect, test } from 'vitest'
import type { FaultEffect, TokenObservation } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './testing/history-builder.ts'
import { tokens } from './tokens.ts'

const hour = 3_600_000_000
const epoch = 1_800_000_000_000_000

function access(builder: HistoryBuilder, changes: Partial<TokenObservation> = {}) {
  const seenAt = epoch + builder.now
  return {
    digest: 'd',
    use: 'access',
    keyId: 'k1',
    issuer: 'issuer',
    expectedIssuer: 'issuer',
    audience: 'client',
    expectedAudience: 'client',
    issuedAt: seenAt,
    expiresAt: seenAt + hour,
    seenAt,
    verifications: [{ region: primary, snapshot: 's1', accepted: true }],
    ...changes,
  } satisfies TokenObservation
}

function signIn(
  builder: HistoryBuilder,
  changes: Partial<TokenObservation> = {},
  region = primary,
): string {
  const options = { function: 'sign-in', arguments: { password: 'op1' }, region } as const
  return builder.perform('u1', options, { tokens: [access(builder, changes)] })
}

function present(builder: HistoryBuilder, session: string, code?: string, region = replica): void {
  const options = {
    function: 'use-token',
    region,
    arguments: { accessToken: { from: session, field: 'accessToken' } },
  } as const
  builder.perform('u1', options, code === undefined ? {} : { type: 'fail', code })
}

/** A user who was replicated, by the declared lag, before anything was disturbed. */
function settled(): HistoryBuilder {
  const builder = new HistoryBuilder()
  builder.route(primary, null).jwks(primary, 's1', 'k1').signUp('u1')
  return builder.wait(150)
}

function kinds(result: CheckerResult): readonly string[] {
  return result.findings.map(({ kind }) => kind)
}

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `tokens.${name}`)
  return found && [found.value.low, found.samples]
}

test.each<[string, Partial<TokenObservation>, string]>([
  ['another issuer', { issuer: 'somebody' }, 'wrong-issuer'],
  ['another audience', { audience: 'somebody' }, 'wrong-audience'],
  ['a key that the Region does not publish', { keyId: 'k9' }, 'unverifiable'],
  ['no expiry', { expiresAt: epoch }, 'bad-expiry'],
  ['more than a day', { expiresAt: epoch + 25 * hour }, 'bad-expiry'],
])('a token with %s', (_, changes, kind) => {
  const builder = settled()
  signIn(builder, changes)
  expect(kinds(check(tokens, builder.end()))).toEqual([kind])
})

test('of opaque tokens alone nothing is said of keys; signed ones that nobody verified decide nothing', () => {
  const { keyId: _, ...opaque } = access(settled())
  const sealed = settled()
  sealed.perform('u1', { function: 'sign-in' }, { tokens: [{ ...opaque, verifications: [] }] })
  expect(figure(check(tokens, sealed.lines), 'unverifiable')).toBe(undefined)
  const unseen = settled()
  signIn(unseen, { verifications: [] })
  const keys = check(tokens, unseen.lines).measurements.find(
    ({ name }) => name === 'tokens.unverifiable',
  )
  // With samples of 0 the rule, which is about tokens that keys could verify, would pass over it.
  expect(keys).toMatchObject({ samples: 1, inconclusive: 'no token was verified' })
})

test('a claim that is judged apart does not make a token unverifiable', () => {
  const builder = settled()
  const reason = 'ERR_JWT_CLAIM_VALIDATION_FAILED.iss'
  const verifications = [{ region: primary, snapshot: 's1', accepted: false, reason }]
  signIn(builder, { issuer: 'somebody', verifications })
  expect(kinds(check(tokens, builder.end()))).toEqual(['wrong-issuer'])
})

test('one Region that gives another lifetime stands out', () => {
  const builder = settled()
  signIn(builder)
  signIn(builder, { expiresAt: epoch + builder.now + hour / 2 }, replica)
  expect(check(tokens, builder.end()).findings).toMatchObject([
    { kind: 'bad-expiry', region: replica, operation: 'op3' },
  ])
})

test('a Region whose clock is off is not blamed for tokens that are born expired', () => {
  const effects: FaultEffect[] = [
    { effect: 'clock-skewed', region: primary, offsetMillis: -7_200_000 },
  ]
  const builder = settled()
  builder.strike('fault1', effects)
  const issuedAt = epoch - 2 * hour
  signIn(builder, { issuedAt, expiresAt: issuedAt + hour })
  expect(kinds(check(tokens, builder.end()))).toEqual([])
})

test('a valid token that the other Region refuses', () => {
  const builder = settled()
  const session = signIn(builder)
  builder.strike('fault1').route(replica, primary)
  present(builder, session, 'NotAuthorizedException')
  const result = check(tokens, builder.end())
  expect(result.findings).toMatchObject([
    { kind: 'rejected-before-expiry', user: 'u1', region: replica, operation: 'op3' },
  ])
  expect(figure(result, 'rejectedBeforeExpiry')).toEqual([1, 1])
})

test('a token that time travel ended is refused by right', () => {
  const builder = settled()
  const session = signIn(builder)
  builder.travel(hour)
  present(builder, session, 'token-expired')
  expect(check(tokens, builder.end()).findings).toEqual([])
})

test('a token that was issued after time travel is alive', () => {
  const builder = settled()
  builder.travel(hour)
  const seenAt = epoch + hour + builder.now
  const session = signIn(builder, { issuedAt: seenAt, expiresAt: seenAt + hour, seenAt })
  present(builder, session, 'token-invalid')
  const { findings } = check(tokens, builder.end())
  expect(findings.map(({ measurement }) => measurement)).toEqual(['tokens.rejectedBeforeExpiry'])
})

test('a token of the primary that the replica accepts', () => {
  const builder = settled()
  present(builder, signIn(builder))
  const result = check(tokens, builder.end())
  expect(figure(result, 'acceptedAcrossRegions')).toEqual([1, 1])
  expect(figure(result, 'rejectedBeforeExpiry')).toEqual([0, 1])
})

test.each<[string, (builder: HistoryBuilder, session: string) => void]>([
  ['a delete', (builder) => builder.deleteUser('u1')],
  [
    'a disable of unknown outcome',
    (builder) => {
      const writes = [{ register: 'u1/enabled', value: 'disabled' }]
      builder.perform('u1', { function: 'disable-user', process: 7, writes }, { type: 'info' })
    },
  ],
  [
    'a revocation of its family',
    (builder, session) => {
      const writes = [{ register: `u1/revoked:${session}`, value: 'revoked' }]
      builder.perform('u1', { function: 'revoke', writes })
    },
  ],
  ['the end of its life', (builder) => builder.wait(3_700_000)],
])('after %s a refusal is no finding', (_, forbid) => {
  const builder = settled()
  const session = signIn(builder)
  forbid(builder, session)
  present(builder, session, 'NotAuthorizedException')
  expect(kinds(check(tokens, builder.end()))).toEqual([])
})

test('the revocation of another family forbids nothing', () => {
  const builder = settled()
  const session = signIn(builder)
  const other = signIn(builder)
  const writes = [{ register: `u1/revoked:${other}`, value: 'revoked' }]
  builder.perform('u1', { function: 'revoke', writes })
  present(builder, session, 'NotAuthorizedException')
  expect(kinds(check(tokens, builder.end()))).toEqual(['rejected-before-expiry'])
})

test('a refresh belongs to the family of its sign-in', () => {
  const builder = settled()
  const session = signIn(builder)
  const refreshed = builder.perform(
    'u1',
    { function: 'refresh', arguments: { refreshToken: { from: session, field: 'refreshToken' } } },
    { tokens: [access(builder)] },
  )
  const writes = [{ register: `u1/revoked:${session}`, value: 'revoked' }]
  builder.perform('u1', { function: 'revoke', writes })
  present(builder, refreshed, 'NotAuthorizedException')
  expect(kinds(check(tokens, builder.end()))).toEqual([])
})

test('a user who was never replicated is a loss of data, not of a token', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault1', heldReplication)
  builder.signUp('u1')
  const session = signIn(builder)
  present(builder, session, 'UserNotFoundException')
  const unseen = check(tokens, [...builder.lines])
  expect(kinds(unseen)).toEqual([])
  expect(figure(unseen, 'rejectedBeforeExpiry')).toEqual([0, 0])
  builder.read('u1', replica, 'workload', { 'u1/existence': 'op1' })
  present(builder, session, 'UserNotFoundException')
  expect(kinds(check(tokens, builder.end()))).toEqual(['rejected-before-expiry'])
})

test.each(['connection-refused', 'TooManyRequestsException'])('%s refuses no token', (code) => {
  const builder = settled()
  present(builder, signIn(builder), code)
  expect(kinds(check(tokens, builder.end()))).toEqual([])
})
