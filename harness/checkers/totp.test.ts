import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'
import { accessWith, signIn, withdraw } from './testing/access-builder.ts'
import { check } from './testing/agreement.ts'
import {
  type AnswerOptions,
  HistoryBuilder,
  heldReplication,
  primary,
  replica,
} from './testing/history-builder.ts'
import { totp } from './totp.ts'

const gated = { type: 'fail', code: 'OperationNotEnabled', meaning: 'gated' } as const

/** A user who enrolled a factor that both Regions know of. */
function enrolled(): HistoryBuilder {
  const builder = new HistoryBuilder().route(primary, null)
  builder.signUp('u1')
  withdraw(builder, 'u1', 'mfa')
  return builder.wait(200)
}

function step(
  builder: HistoryBuilder,
  fn: OperationFunction,
  from: string,
  region: string,
  answer: AnswerOptions = { tokens: [accessWith()] },
  code?: string,
): string {
  const field = fn === 'refresh' ? 'refreshToken' : 'session'
  const given = { [field]: { from, field } } as const
  const shown = code === undefined ? {} : { code: { from: code, field: 'code' as const } }
  return builder.perform('u1', { function: fn, region, arguments: { ...given, ...shown } }, answer)
}

function measured(lines: readonly EventLine[], ...names: readonly string[]): unknown {
  const { measurements } = check(totp, lines)
  return names.map((name) => {
    const found = measurements.find((entry) => entry.name === `totp.${name}`)
    return [found?.value.low, found?.value.high, found?.samples]
  })
}

test('tokens for the password alone are a bypass, in every Region', () => {
  const builder = enrolled()
  signIn(builder, 'u1', 'op1', primary, {})
  signIn(builder, 'u1', 'op1', primary)
  signIn(builder, 'u1', 'op1', replica)
  const lines = builder.end()
  expect(measured(lines, 'bypasses')).toEqual([[2, 2, 3]])
  expect(check(totp, lines).findings).toMatchObject([
    { kind: 'bypass', region: primary, operation: 'op4' },
    { kind: 'bypass', region: replica, operation: 'op5' },
  ])
})

test('a sign-in whose answer never came gave nobody tokens', () => {
  const builder = enrolled()
  signIn(builder, 'u1', 'op1', primary, { type: 'info' })
  expect(measured(builder.end(), 'bypasses')).toEqual([[0, 0, 1]])
})

test('in the lag of the enrolment a token may be a bypass; once asked for it is one', () => {
  const builder = new HistoryBuilder().strike('fault1', heldReplication)
  withdraw(builder, 'u1', 'mfa')
  signIn(builder, 'u1', 'op1', replica)
  const early = [...builder.lines]
  expect(measured(early, 'bypasses')).toEqual([[0, Infinity, 1]])
  signIn(builder, 'u1', 'op1', replica, {})
  signIn(builder, 'u1', 'op1', replica)
  expect(measured(builder.end(), 'bypasses')).toEqual([[1, 2, 3]])
})

test('a factor, a remembered device and the cookie of a session are no bypass', () => {
  const builder = enrolled()
  const asked = signIn(builder, 'u1', 'op1', primary, {})
  const session = step(builder, 'answer-totp', asked, primary)
  step(builder, 'answer-device', asked, primary)
  const cookie = { cookie: { from: session, field: 'cookie' as const } }
  const page = builder.perform('u1', { function: 'open-sign-in-page', arguments: cookie })
  const code = { code: { from: page, field: 'code' as const } }
  builder.perform('u1', { function: 'redeem-code', arguments: code }, { tokens: [accessWith()] })
  step(builder, 'refresh', session, replica)
  expect(measured(builder.end(), 'bypasses', 'refreshesAfterFactor')).toEqual([
    [0, 0, 1],
    [1, 1, 1],
  ])
})

test('a new account under the name owes no factor', () => {
  const builder = enrolled()
  builder.deleteUser('u1')
  builder.signUp('u1')
  signIn(builder, 'u1', 'op4', primary)
  expect(measured(builder.end(), 'bypasses')).toEqual([[0, 0, 0]])
})

test('a code that is taken twice is a replay, there or across', () => {
  const builder = enrolled()
  const used = step(builder, 'answer-totp', 'op1', primary)
  step(builder, 'replay-totp', 'op1', primary, undefined, used)
  step(builder, 'replay-totp', 'op1', replica, undefined, used)
  step(builder, 'replay-totp', 'op1', replica, gated, used)
  const lines = builder.end()
  expect(measured(lines, 'replaysSameRegion', 'replaysAcrossRegions', 'notServed')).toEqual([
    [1, 1, 1],
    [1, 1, 2],
    [1, 1, 2],
  ])
  expect(check(totp, lines).findings.map(({ kind }) => kind)).toEqual(['replayed', 'replayed'])
})

test('a code that was refused or unknown at first is no certain replay', () => {
  const builder = enrolled()
  const refused = step(builder, 'answer-totp', 'op1', primary, { type: 'fail' })
  step(builder, 'replay-totp', 'op1', primary, undefined, refused)
  step(builder, 'replay-totp', 'op1', primary, undefined, 'op99')
  const unknown = step(builder, 'answer-totp', 'op1', primary, { type: 'info' })
  const again = { session: { from: 'op1', field: 'session' as const } }
  const code = { code: { from: unknown, field: 'code' as const } }
  const options = { function: 'replay-totp', process: 5, arguments: { ...again, ...code } } as const
  builder.perform('u1', options, { tokens: [accessWith()] })
  expect(measured(builder.end(), 'replaysSameRegion')).toEqual([[0, 1, 1]])
})

test('what a replica enrols, and what it does not serve by design, is told apart', () => {
  const builder = enrolled()
  step(builder, 'verify-totp', 'op1', replica, {})
  step(builder, 'prefer-totp', 'op1', replica, gated)
  signIn(builder, 'u1', 'op1', replica, gated)
  expect(measured(builder.end(), 'enrolmentsOnReplica', 'notServed')).toEqual([
    [1, 1, 2],
    [1, 1, 1],
  ])
})

test('a wrong code that opens something is counted, and one that nobody knows of perhaps', () => {
  const builder = enrolled()
  step(builder, 'guess-code', 'op1', primary, { type: 'fail', meaning: 'wrong-credentials' })
  step(builder, 'guess-code', 'op1', primary)
  builder.invoke('u1', { function: 'guess-code', process: 6 })
  expect(measured(builder.end(), 'guessesAccepted')).toEqual([[1, 2, 3]])
})
