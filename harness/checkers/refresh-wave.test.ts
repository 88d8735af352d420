import { expect, test } from 'vitest'
import type { CheckerResult } from './checker.ts'
import { refreshWave } from './refresh-wave.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'
import { sampleToken } from './testing/sample-token.ts'

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `refresh-wave.${name}`)
  return found && [found.value.low, found.value.high, found.samples, found.inconclusive]
}

/** Sessions of u1 and u2, and the loss of the primary from 12 to 23 ms. */
function lost(): { builder: HistoryBuilder; sessions: readonly string[] } {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const sessions = ['u1', 'u2'].map((user) => {
    const tokens = [sampleToken(builder, { subject: user })]
    return builder.perform(user, { function: 'sign-in' }, { tokens })
  })
  builder.strike('fault1').route(replica, primary)
  return { builder, sessions }
}

function refresh(
  builder: HistoryBuilder,
  user: string,
  from: string | undefined,
  answer: 'ok' | 'throttled' | 'info',
): void {
  const given = { refreshToken: { from: from ?? '', field: 'refreshToken' } } as const
  const process = builder.lines.length
  const options = { function: 'refresh', process, region: replica, arguments: given } as const
  if (answer === 'throttled') builder.perform(user, options, { type: 'fail', meaning: answer })
  else if (answer === 'info') builder.perform(user, options, { type: answer })
  else builder.perform(user, options, { tokens: [sampleToken(builder)] })
}

test('the wave ends with the last user who gets fresh tokens', () => {
  const { builder, sessions } = lost()
  refresh(builder, 'u1', sessions[0], 'ok')
  refresh(builder, 'u2', sessions[1], 'throttled')
  refresh(builder, 'u2', sessions[1], 'info')
  refresh(builder, 'u2', sessions[1], 'ok')
  const result = check(refreshWave, builder.end())
  expect(figure(result, 'millis')).toEqual([17, 32, 2, undefined])
  expect(figure(result, 'throttled')).toEqual([1, 1, 4, undefined])
  expect(result.findings[0]?.message).toBe(
    'user u2 had a refreshed session 17 to 32 ms after us-east-1 was lost, the last of 2',
  )
})

test('whoever never gets fresh tokens keeps the wave open', () => {
  const { builder, sessions } = lost()
  refresh(builder, 'u1', sessions[0], 'info')
  const result = check(refreshWave, builder.end())
  expect(figure(result, 'millis')).toEqual([2, Infinity, 1, undefined])
  expect(result.findings.map(({ kind }) => kind)).toEqual(['never-refreshed'])
})

test('without a refresh nothing was seen; a held up harness measures nothing', () => {
  const { builder } = lost()
  const reason = 'no session from before the outage was refreshed since'
  expect(figure(check(refreshWave, builder.end()), 'millis')).toEqual([0, Infinity, 0, reason])
  const { builder: slow, sessions } = lost()
  refresh(slow, 'u1', sessions[0], 'ok')
  slow.harness(200_000, 50_000)
  const held = 'the harness was held up for 200 ms while this was measured'
  expect(figure(check(refreshWave, slow.end()), 'millis')).toEqual([2, 17, 1, held])
})
