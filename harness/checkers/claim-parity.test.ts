import { expect, test } from 'vitest'
import type { TokenObservation } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { claimParity } from './claim-parity.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

function token(claims: Readonly<Record<string, string>>): TokenObservation {
  return { digest: 'a', use: 'id', audience: 'client', verifications: [], claims }
}

function signIn(builder: HistoryBuilder, region: string, claims: Record<string, string>): string {
  const options = { function: 'sign-in', purpose: 'parity-probe', region } as const
  return builder.perform('u1', options, { tokens: [token(claims)] })
}

function figures(result: CheckerResult): unknown {
  return result.measurements.map(({ name, value, samples }) => [name, value.low, samples])
}

const whole = { sub: 'd1', 'custom:tenant': 'd2' }

test('tokens of both Regions that say the same agree', () => {
  const builder = new HistoryBuilder()
  signIn(builder, primary, whole)
  signIn(builder, replica, { ...whole })
  expect(figures(check(claimParity, builder.end()))).toEqual([
    ['claim-parity.differences', 0, 1],
    ['claim-parity.missing', 0, 1],
  ])
})

test('a claim that differs or is left out is told once, with the Region that lacks it', () => {
  const builder = new HistoryBuilder()
  signIn(builder, primary, whole)
  for (let round = 0; round < 3; round += 1) signIn(builder, replica, { sub: 'd9' })
  const result = check(claimParity, builder.end())
  expect(figures(result)).toEqual([
    ['claim-parity.differences', 1, 3],
    ['claim-parity.missing', 1, 3],
  ])
  expect(result.findings.map(({ kind, region, operation }) => [kind, region, operation])).toEqual([
    ['missing-claim', replica, 'op2'],
    ['different-claim', replica, 'op2'],
  ])
  expect(result.findings[0]?.message).toBe(
    'eu-west-1 left the claim "custom:tenant" out of the id token of user u1; us-east-1 issues it',
  )
})

test('while something of the user is changing nothing is compared', () => {
  const builder = new HistoryBuilder()
  signIn(builder, primary, whole)
  builder.write('u1')
  signIn(builder, replica, { sub: 'd1' })
  const result = check(claimParity, builder.end())
  expect(figures(result)).toEqual([
    ['claim-parity.differences', 0, 0],
    ['claim-parity.missing', 0, 0],
  ])
  expect(result.measurements[0]?.inconclusive).toBe(
    'no user got tokens from two Regions while nothing of the user was changing',
  )
})

test('after a write of which nobody knows nothing is compared until the Regions agree', () => {
  const builder = new HistoryBuilder()
  builder.write('u1', 'nickname', { type: 'info' })
  builder.wait(500)
  signIn(builder, primary, whole)
  signIn(builder, replica, { sub: 'd1' })
  expect(check(claimParity, builder.end()).evidence).toMatchObject({
    compared: 0,
    whileChanging: 1,
  })
})

test('where more users got tokens than are kept, there may be more differences than were seen', () => {
  const builder = new HistoryBuilder()
  signIn(builder, primary, whole)
  signIn(builder, replica, { sub: 'd1' })
  const options = { function: 'sign-in', region: primary } as const
  for (let user = 2; user <= 20_001; user += 1) {
    builder.perform(`u${user}`, options, { tokens: [token(whole)] })
  }
  const { measurements, evidence } = check(claimParity, builder.end())
  expect(evidence.notKept).toBe(1)
  expect(measurements.map(({ value }) => value)).toEqual([
    { low: 0, high: Number.POSITIVE_INFINITY },
    { low: 1, high: Number.POSITIVE_INFINITY },
  ])
})

test('the declared lag after a write tokens are compared again', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  builder.wait(150)
  signIn(builder, primary, whole)
  signIn(builder, replica, { sub: 'd1' })
  expect(check(claimParity, builder.end()).evidence).toMatchObject({
    compared: 1,
    whileChanging: 0,
  })
})
