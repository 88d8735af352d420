import { expect, test } from 'vitest'
import type { RelyingPartyHeader, TokenObservation } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { relyingParties } from './relying-parties.ts'
import { check } from './testing/agreement.ts'
import { type AnswerOptions, HistoryBuilder, primary, replica } from './testing/history-builder.ts'
import { sampleToken } from './testing/sample-token.ts'

const parties: readonly RelyingPartyHeader[] = [
  { name: 'shop', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 600 },
  { name: 'gate', kind: 'introspecting', offline: false, cacheMillisMax: 10, leewayMillis: 0 },
]

type Answer = 'ok' | 'token-refused' | 'unavailable' | 'info'

function signIn(builder: HistoryBuilder, given: Partial<TokenObservation> = {}): string {
  const tokens = [sampleToken(builder, given)]
  return builder.perform('u1', { function: 'sign-in', region: primary }, { tokens })
}

function visit(
  builder: HistoryBuilder,
  from: string,
  answer: Answer | AnswerOptions,
  region = 'shop',
): void {
  const given = { accessToken: { from, field: 'accessToken' } } as const
  const process = builder.lines.length
  const options = { function: 'visit', process, region, arguments: given } as const
  if (typeof answer === 'object') {
    builder.perform('u1', options, answer)
    return
  }
  const type = answer === 'ok' || answer === 'info' ? answer : 'fail'
  builder.perform(
    'u1',
    options,
    type === 'fail' ? { type, meaning: answer as 'unavailable' } : { type },
  )
}

function judged(builder: HistoryBuilder): CheckerResult {
  return check(relyingParties, builder.end(), { relyingParties: parties })
}

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `relying-parties.${name}`)
  return found && [found.value.low, found.value.high, found.samples]
}

test('a run of rejections lies between the acceptances around it', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder)
  for (const answer of [
    'ok',
    'token-refused',
    'info',
    'unavailable',
    'token-refused',
    'ok',
  ] as const) {
    visit(builder, session, answer)
  }
  const result = judged(builder)
  // Accepted at 6 and 31 ms, rejected from 15 to 26 ms; visits take 4 ms.
  expect(figure(result, 'validRejectedSeconds')).toEqual([0.011, 0.029, 4])
  expect(figure(result, 'shop.validRejectedSeconds')).toEqual([0.011, 0.029, 4])
  expect(result.findings[0]?.message).toBe(
    'shop rejected valid tokens such as that of user u1 for 11 to 29 ms (refused)',
  )
})

test('tokens that no key verifies, that are over or that nobody asked for must not get in', () => {
  const builder = new HistoryBuilder()
  const verifications = [
    { region: primary, snapshot: 's1', accepted: false, reason: 'ERR_JWKS_NO_MATCHING_KEY' },
  ]
  const forged = signIn(builder, { keyId: 'k9', verifications })
  const short = signIn(builder, { expiresAt: 1_800_000_000_010_000 })
  visit(builder, forged, 'ok')
  visit(builder, forged, 'token-refused')
  builder.wait(700)
  visit(builder, short, 'ok')
  const result = judged(builder)
  expect(figure(result, 'invalidAccepted')).toEqual([2, 2, 3])
  expect(result.findings.map(({ message }) => message)).toEqual([
    'shop admitted user u1 with a token that no published key verifies',
    'shop admitted user u1 with a token that had expired',
  ])
})

test('a key that one Region fails to publish makes no token of it bad', () => {
  for (const elsewhere of [true, false]) {
    const builder = new HistoryBuilder()
    const verifications = [primary, replica].map((region) =>
      (region === replica) === elsewhere
        ? { region, snapshot: 's1', accepted: false, reason: 'ERR_JWKS_NO_MATCHING_KEY' }
        : { region, snapshot: 's2', accepted: true },
    )
    const session = signIn(builder, { verifications })
    for (const answer of ['token-refused', 'token-refused', 'ok'] as const) {
      visit(builder, session, answer)
    }
    expect(figure(judged(builder), 'validRejectedSeconds')).toEqual(
      elsewhere ? [0.001, 0.019, 3] : [0, Infinity, 0],
    )
  }
})

test('an application that had a key and cannot decide has lost it', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder)
  const undecided = { type: 'fail', meaning: 'unavailable', status: 503 } as const
  visit(builder, session, undecided)
  visit(builder, session, 'ok')
  visit(builder, session, undecided)
  visit(builder, session, 'unavailable')
  builder.strike('fault1', [{ effect: 'region-unavailable', region: 'shop' }])
  visit(builder, session, undecided)
  const result = judged(builder)
  expect(figure(result, 'undecided')).toEqual([1, 1, 1])
  expect(result.findings.map(({ message }) => message)).toEqual([
    'shop could not decide on a valid token of user u1, although it had admitted tokens of that key before (refused)',
  ])
})

test('a revoked token may be admitted as long as an answer is kept', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder)
  const given = { refreshToken: { from: session, field: 'refreshToken' } } as const
  const writes = [{ register: `u1/revoked:${session}`, value: 'revoked' }]
  builder.perform('u1', { function: 'revoke', arguments: given, writes })
  for (const answer of ['ok', 'ok', 'ok', 'ok', 'token-refused'] as const) {
    visit(builder, session, answer, 'gate')
  }
  // Revoked from 6 to 10 ms; admitted last at 26 ms, refused at 35 ms; answers are kept for 10 ms.
  expect(figure(judged(builder), 'revokedAdmittedSeconds')).toEqual([0.006, 0.019, 5])
})

test('clocks that are off by less than the leeway excuse no rejection', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder)
  builder.strike('fault1', [{ effect: 'clock-skewed', region: 'shop', offsetMillis: 500 }])
  visit(builder, session, 'token-refused')
  const result = judged(builder)
  expect(figure(result, 'rejectedWithinLeeway')).toEqual([1, 1, 1])
  expect(figure(result, 'validRejectedSeconds')).toEqual([0, Infinity, 0])
})

test('tokens of both issuers are accepted, or they are not', () => {
  for (const [answer, value] of [
    ['ok', 1],
    ['token-refused', 0],
  ] as const) {
    const builder = new HistoryBuilder()
    const old = signIn(builder)
    const verifications = [
      {
        region: primary,
        snapshot: 's1',
        accepted: false,
        reason: 'ERR_JWT_CLAIM_VALIDATION_FAILED.iss',
      },
    ]
    const recent = signIn(builder, { issuer: 'https://new.example', verifications })
    visit(builder, recent, 'ok')
    visit(builder, old, answer)
    expect(figure(judged(builder), 'bothIssuers')).toEqual([value, value, 2])
  }
})

test('a token that had expired when it came was born expired', () => {
  const builder = new HistoryBuilder()
  signIn(builder, { expiresAt: 1_800_000_000_000_000 })
  expect(figure(judged(builder), 'bornExpired')).toEqual([1, 1, 1])
})

test('without applications nothing was seen', () => {
  const { measurements } = check(relyingParties, new HistoryBuilder().end())
  for (const { name, samples, inconclusive } of measurements) {
    expect([samples, inconclusive === undefined], name).toEqual([0, false])
  }
})
