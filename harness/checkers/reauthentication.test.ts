import { expect, test } from 'vitest'
import type { AnswerMeaning } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { reauthentication } from './reauthentication.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'
import { sampleToken } from './testing/sample-token.ts'

type Answer = 'ok' | 'info' | AnswerMeaning

function answerOf(builder: HistoryBuilder, answer: Answer, minting: boolean, subject: string) {
  if (answer === 'info') return { type: 'info' } as const
  if (answer !== 'ok') return { type: 'fail', meaning: answer } as const
  return minting ? { tokens: [sampleToken(builder, { subject })] } : {}
}

function signIn(builder: HistoryBuilder, user: string, region = primary, subject = user): string {
  const options = { function: 'sign-in', process: builder.lines.length, region } as const
  return builder.perform(user, options, answerOf(builder, 'ok', true, subject))
}

function use(
  builder: HistoryBuilder,
  fn: 'rotate' | 'refresh' | 'use-token',
  user: string,
  from: string,
  region: string,
  answer: Answer,
): string {
  const field = fn === 'use-token' ? 'accessToken' : 'refreshToken'
  const given = { [field]: { from, field } } as const
  const options = { function: fn, process: builder.lines.length, region, arguments: given }
  return builder.perform(user, options, answerOf(builder, answer, fn !== 'use-token', user))
}

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `reauthentication.${name}`)
  return found && [found.value.low, found.value.high, found.samples]
}

function kinds(result: CheckerResult): readonly string[] {
  return result.findings.map(({ kind, operation }) => `${kind} ${operation}`)
}

test('the share counts users whose session was used, and what is unknown widens it', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const sessions = ['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => signIn(builder, user))
  builder.route(replica, primary)
  const answers: readonly Answer[] = ['ok', 'reauthenticate', 'info', 'throttled']
  for (const [index, answer] of answers.entries()) {
    use(builder, 'refresh', `u${index + 1}`, sessions[index] ?? '', replica, answer)
  }
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'share')).toEqual([0.25, 0.75, 4])
  expect(figure(result, 'perUserMax')).toEqual([1, 1, 4])
  expect(kinds(result)).toEqual(['signed-out op7'])
  expect(result.findings[0]?.message).toBe(
    'user u2 had to sign in again after clients were switched to eu-west-1',
  )
})

test('whoever was signed out, disabled or revoked is not counted', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const session = signIn(builder, 'u1')
  const writes = [{ register: 'u1/signed-out', value: builder.nextId }]
  builder.perform('u1', { function: 'admin-sign-out', writes }, { type: 'info' })
  builder.route(replica, primary)
  use(builder, 'refresh', 'u1', session, replica, 'reauthenticate')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'share')).toEqual([0, 1, 0])
  expect(kinds(result)).toEqual([])
})

test('a session of after the switch is none that crossed it', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).route(replica, primary)
  const session = signIn(builder, 'u1', replica)
  use(builder, 'refresh', 'u1', session, replica, 'reauthenticate')
  expect(figure(check(reauthentication, builder.end()), 'share')).toEqual([0, 1, 0])
})

test('who is signed out at each of two switches is told', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const first = signIn(builder, 'u1')
  builder.route(replica, primary)
  use(builder, 'refresh', 'u1', first, replica, 'reauthenticate')
  const second = signIn(builder, 'u1', replica)
  builder.route(primary, replica)
  use(builder, 'refresh', 'u1', second, primary, 'reauthenticate')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'perUserMax')).toEqual([2, 2, 2])
  expect(figure(result, 'share.minted')).toEqual([1, 1, 1])
})

test('after failback sessions are told apart by what was done with them at the replica', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const sessions = ['u1', 'u2'].map((user) => signIn(builder, user))
  builder.route(replica, primary)
  const rotated = use(builder, 'rotate', 'u1', sessions[0] ?? '', replica, 'ok')
  const given = { refreshToken: { from: sessions[1] ?? '', field: 'refreshToken' } } as const
  const writes = [{ register: `u2/revoked:${sessions[1]}`, value: 'revoked' }]
  builder.perform('u2', { function: 'revoke', region: replica, arguments: given, writes })
  const minted = signIn(builder, 'u3', replica)
  builder.route(primary, replica)
  use(builder, 'rotate', 'u1', rotated, primary, 'reauthenticate')
  use(builder, 'refresh', 'u2', sessions[1] ?? '', primary, 'revoked')
  use(builder, 'refresh', 'u3', minted, primary, 'ok')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'share.rotated')).toEqual([1, 1, 1])
  expect(figure(result, 'share.revoked')).toEqual([1, 1, 1])
  expect(figure(result, 'share.minted')).toEqual([0, 0, 1])
  expect(figure(result, 'share')).toEqual([0.5, 0.5, 3])
})

test('the newest token of a rotated family refused as revoked is a family taken for stolen', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder, 'u1')
  const next = use(builder, 'rotate', 'u1', session, primary, 'ok')
  use(builder, 'rotate', 'u1', next, replica, 'revoked')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'familiesRevokedAsStolen')).toEqual([1, 1, 1])
  expect(kinds(result)).toEqual(['revoked-as-stolen op3'])
})

test('where nobody can tell a stolen family from a forgotten one, high counts it', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder, 'u1')
  const next = use(builder, 'rotate', 'u1', session, primary, 'ok')
  use(builder, 'rotate', 'u1', next, replica, 'reauthenticate')
  const lines = builder.lines.slice()
  const doubtful = check(reauthentication, [
    ...lines,
    { type: 'end', at: 99_000, reason: 'complete' },
  ])
  expect(figure(doubtful, 'familiesRevokedAsStolen')).toEqual([0, 1, 1])
  use(builder, 'rotate', 'u1', next, primary, 'ok')
  const alive = check(reauthentication, builder.end())
  expect(figure(alive, 'familiesRevokedAsStolen')).toEqual([0, 0, 1])
})

test('a lost rotation may be tried again', () => {
  for (const [answer, retried, refused] of [
    ['ok', 1, 0],
    ['reauthenticate', 0, 1],
  ] as const) {
    const builder = new HistoryBuilder()
    const session = signIn(builder, 'u1')
    use(builder, 'rotate', 'u1', session, primary, 'info')
    use(builder, 'rotate', 'u1', session, primary, answer)
    const result = check(reauthentication, builder.end())
    expect(figure(result, 'lostRefreshRetried')).toEqual([retried, retried, 1])
    expect(figure(result, 'lostRefreshRefused')).toEqual([refused, refused, 1])
  }
})

test('a throttled refresh that becomes a logout is told', () => {
  const builder = new HistoryBuilder()
  const session = signIn(builder, 'u1')
  use(builder, 'refresh', 'u1', session, primary, 'throttled')
  use(builder, 'refresh', 'u1', session, primary, 'reauthenticate')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'throttledLogouts')).toEqual([1, 1, 1])
  expect(kinds(result)).toEqual(['throttled-logout op3'])
})

test('a sign-in that a switch cut in two may begin anew once', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  const begin = (region: string): string =>
    builder.perform('u1', { function: 'open-sign-in-page', region })
  const submit = (page: string, region: string): string => {
    const given = { page: { from: page, field: 'page' } } as const
    const options = { function: 'submit-sign-in', region, arguments: given } as const
    return builder.perform('u1', options, { type: 'fail', meaning: 'reauthenticate' })
  }
  const page = begin(primary)
  builder.route(replica, primary)
  submit(page, replica)
  const once = [...builder.lines, { type: 'end', at: 99_000, reason: 'complete' } as const]
  expect(figure(check(reauthentication, once), 'loops')).toEqual([0, 0, 1])
  submit(begin(replica), replica)
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'loops')).toEqual([1, 1, 1])
  expect(kinds(result)).toEqual(['sign-in-loop op4'])
})

test("another user's subject in a token is told", () => {
  const builder = new HistoryBuilder()
  signIn(builder, 'u1')
  signIn(builder, 'u2', primary, 'u1')
  const result = check(reauthentication, builder.end())
  expect(figure(result, 'foreignSessions')).toEqual([1, 1, 2])
  expect(result.findings[0]?.message).toBe('user u2 got a token of user u1 from us-east-1')
})

test('where nothing of it happened nothing was seen', () => {
  const { measurements } = check(reauthentication, new HistoryBuilder().end())
  for (const { name, samples, inconclusive } of measurements) {
    expect([samples, inconclusive === undefined], name).toEqual([0, false])
  }
})
