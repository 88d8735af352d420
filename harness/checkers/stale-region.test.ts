import { expect, test } from 'vitest'
import type { RegisterValue } from '../history/operation.ts'
import { staleRegion } from './stale-region.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, replica } from './testing/history-builder.ts'

const alone = [{ effect: 'region-unavailable', region: replica }] as const

function isolated(): HistoryBuilder {
  const builder = new HistoryBuilder()
  builder.signUp('u1')
  return builder.wait(200).strike('fault1', alone)
}

function change(
  builder: HistoryBuilder,
  fn: 'disable-user' | 'enable-user' | 'set-password',
  register: string,
  value: RegisterValue,
): void {
  builder.perform('u1', { function: fn, writes: [{ register, value }] })
}

function signIn(builder: HistoryBuilder, password = 'op1'): void {
  builder.perform('u1', { function: 'sign-in', region: replica, arguments: { password } })
}

test('a replaced password that works dates the state by the first change that it lacks', () => {
  const builder = isolated()
  change(builder, 'set-password', 'u1/password', 'op2')
  change(builder, 'set-password', 'u1/password', 'op3')
  builder.wait(1_000).heal('fault1', alone)
  signIn(builder)
  const { measurements, findings } = check(staleRegion, builder.end())
  // From the acknowledgement of op2 to the sending of the sign-in; high: from the one's sending on.
  expect(measurements[0]).toMatchObject({ value: { low: 1.018, high: 1.026 }, samples: 1 })
  expect(findings).toMatchObject([{ kind: 'stale-sign-in', user: 'u1', region: replica }])
})

test('a disabled user who gets in shows an old state, one who was enabled again does not', () => {
  const old = isolated()
  change(old, 'disable-user', 'u1/enabled', 'disabled')
  old.heal('fault1', alone)
  signIn(old)
  expect(check(staleRegion, old.end()).findings).toHaveLength(1)

  const again = isolated()
  change(again, 'disable-user', 'u1/enabled', 'disabled')
  change(again, 'enable-user', 'u1/enabled', null)
  again.heal('fault1', alone)
  signIn(again)
  const { measurements, findings } = check(staleRegion, again.end())
  expect(measurements[0]).toMatchObject({ value: { low: 0, high: 0 }, samples: 1 })
  expect(findings).toEqual([])
})

test('a sign-in of somebody of whom nothing had changed meanwhile shows nothing', () => {
  const builder = new HistoryBuilder()
  builder.signUp('u1')
  builder.wait(200)
  change(builder, 'set-password', 'u1/password', 'op2')
  builder.wait(200).strike('fault1', alone).wait(1_000).heal('fault1', alone)
  signIn(builder, 'op2')
  const [measurement] = check(staleRegion, builder.end()).measurements
  expect(measurement).toMatchObject({
    value: { low: 0, high: Number.POSITIVE_INFINITY },
    samples: 0,
    inconclusive:
      'no Region that came back from isolation let somebody in of whom something had changed meanwhile',
  })
})

test('what a former isolation missed does not count for a later one', () => {
  const builder = isolated()
  change(builder, 'set-password', 'u1/password', 'op2')
  builder.heal('fault1', alone).wait(200)
  builder.strike('fault2', alone).wait(200).heal('fault2', alone)
  signIn(builder, 'op2')
  expect(check(staleRegion, builder.end()).measurements[0]?.samples).toBe(0)
})

test('a Region has returned when the last fault that keeps it alone is healed', () => {
  const builder = isolated().strike('fault2', alone)
  change(builder, 'set-password', 'u1/password', 'op2')
  builder.heal('fault1', alone)
  signIn(builder)
  const [measurement] = check(staleRegion, builder.end()).measurements
  expect([measurement?.samples, measurement?.inconclusive]).toEqual([
    0,
    'no Region that came back from isolation let somebody in of whom something had changed meanwhile',
  ])
})
