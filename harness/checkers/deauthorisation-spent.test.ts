import { expect, test } from 'vitest'
import type { EventLine } from '../history/line.ts'
import { deauthorisation } from './deauthorisation.ts'
import { present, signIn } from './testing/access-builder.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const end: EventLine = { type: 'end', at: 99_000_000, reason: 'complete' }
const revoked = { type: 'fail', code: 'token-revoked', meaning: 'revoked' } as const

test('a refresh token is spent once its successor was used, and must not be taken again', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  builder.signUp('u1')
  const session = signIn(builder, 'u1', 'op1', primary)
  const rotate = (from: string, region: string, answer = {}): string =>
    present(builder, 'u1', 'rotate', from, region, answer)
  const spentTwice = (): unknown => {
    const { measurements } = check(deauthorisation, [...builder.lines, end])
    const found = measurements.find(({ name }) => name === 'deauthorisation.spentTwice')
    return [found?.value.low, found?.value.high, found?.samples]
  }
  const second = rotate(session, primary)
  // Whoever lost an answer shows the former token again: nobody used the successor.
  rotate(session, primary)
  expect(spentTwice()).toEqual([0, 0, 0])
  rotate(second, primary)
  rotate(session, replica, revoked)
  expect(spentTwice()).toEqual([0, 0, 1])
  rotate(session, replica, { type: 'info' })
  expect(spentTwice()).toEqual([0, 1, 2])
  rotate(session, replica)
  expect(spentTwice()).toEqual([1, 1, 3])
  const { findings } = check(deauthorisation, builder.end())
  expect(findings.map(({ kind, region }) => [kind, region])).toEqual([['spent-twice', replica]])
})
