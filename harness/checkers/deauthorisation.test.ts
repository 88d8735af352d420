import { expect, test } from 'vitest'
import type { EventLine, HeaderLine } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { deauthorisation } from './deauthorisation.ts'
import { accessWith, present, revoke, signIn, withdraw } from './testing/access-builder.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, heldReplication, primary, replica } from './testing/history-builder.ts'

/** A user with one password, which both Regions know. */
function settled(): HistoryBuilder {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  builder.signUp('u1')
  return builder.wait(200)
}

/** Measurements without the checker's name, in whole milliseconds where they are times. */
function figures(result: CheckerResult, ...names: readonly string[]): unknown {
  return names.map((name) => {
    const found = result.measurements.find((entry) => entry.name === `deauthorisation.${name}`)
    const unit = name.endsWith('Seconds') ? 1_000 : 1
    const { low, high } = found?.value ?? { low: Number.NaN, high: Number.NaN }
    return [Math.round(low * unit), Math.round(high * unit), found?.samples]
  })
}

function measured(lines: readonly EventLine[], ...names: readonly string[]): unknown {
  return figures(check(deauthorisation, lines), ...names)
}

const disabled = { type: 'fail', code: 'user-disabled', meaning: 'disabled' } as const
const wrong = { type: 'fail', code: 'wrong-password', meaning: 'wrong-credentials' } as const
const revoked = { type: 'fail', code: 'token-revoked', meaning: 'revoked' } as const
const throttled = { type: 'fail', code: 'TooManyRequests', meaning: 'throttled' } as const

test('the last token after the acknowledgement and the first refusal bound the staleness', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  builder.wait(100)
  signIn(builder, 'u1', 'op1', replica)
  builder.wait(50)
  signIn(builder, 'u1', 'op1', replica, disabled)
  const result = check(deauthorisation, builder.end())
  // Sent 207, acknowledged 211; accepted from 312 to 316; refused by 371.
  expect(
    figures(result, 'disable.otherRegionSeconds', 'otherRegionSeconds', 'tokensIssuedMeanwhile'),
  ).toEqual([
    [101, 164, 1],
    [101, 164, 1],
    [1, 1, 2],
  ])
  expect(result.findings).toEqual([
    {
      checker: 'deauthorisation',
      kind: 'still-accepted',
      measurement: 'deauthorisation.disable.otherRegionSeconds',
      user: 'u1',
      region: replica,
      at: 312_000,
      operation: 'op3',
      message:
        'u1 was disabled at 0.211 s and still got tokens in eu-west-1 at 0.312 s: 0.101 s later',
    },
  ])
})

test('without a refusal there is no upper bound, and nobody was seen to stop', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica)
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'disable.otherRegionSeconds', 'neverStopped')).toEqual([
    [1, Infinity, 1],
    [1, 1, 1],
  ])
  expect(result.findings.map(({ kind }) => kind)).toEqual(['still-accepted', 'never-stopped'])
})

test('a throttled use says nothing', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica, throttled)
  expect(measured(builder.end(), 'disable.otherRegionSeconds', 'neverStopped')).toEqual([
    [0, Infinity, 0],
    [0, 0, 0],
  ])
})

test('what is given back forbids nothing from then on', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica, disabled)
  const writes = [{ register: 'u1/enabled', value: null }]
  const enable = builder.invoke('u1', { function: 'enable-user', writes, process: 1 })
  signIn(builder, 'u1', 'op1', replica)
  builder.complete(enable)
  signIn(builder, 'u1', 'op1', replica)
  const lines = builder.end()
  expect(measured(lines, 'disable.otherRegionSeconds', 'revived')).toEqual([
    [0, 9, 1],
    [0, 0, 0],
  ])
})

test('an enabling that was refused gives nothing back, and what it hid opens the bound', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica, disabled)
  const writes = [{ register: 'u1/enabled', value: null }]
  const enable = builder.invoke('u1', { function: 'enable-user', writes, process: 1 })
  signIn(builder, 'u1', 'op1', replica)
  builder.complete(enable, { type: 'fail' })
  expect(measured(builder.end(), 'disable.otherRegionSeconds')).toEqual([[0, Infinity, 1]])
})

test('a change that nobody knows of forbids nothing', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable', { process: 3 }, { type: 'info' })
  signIn(builder, 'u1', 'op1', replica)
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'otherRegionSeconds', 'tokensIssuedMeanwhile')).toEqual([
    [0, Infinity, 0],
    [0, 0, 0],
  ])
  expect(result.findings).toEqual([])
})

test('tokens that were asked for and never arrived may have been issued', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica, { type: 'info' }, { process: 4 })
  builder.invoke('u1', { function: 'sign-in', region: replica, arguments: { password: 'op1' } })
  expect(measured(builder.end(), 'tokensIssuedMeanwhile')).toEqual([[0, 2, 2]])
})

test('an older password is forbidden everywhere, and the Region that changed it knows at once', () => {
  const builder = settled()
  const newer = withdraw(builder, 'u1', 'password')
  signIn(builder, 'u1', 'op1', primary)
  signIn(builder, 'u1', newer, replica)
  signIn(builder, 'u1', 'op1', replica, wrong)
  const result = check(deauthorisation, builder.end())
  expect(
    figures(
      result,
      'password.sameRegionSeconds',
      'password.otherRegionSeconds',
      'oldPasswordAfterAcknowledgement',
    ),
  ).toEqual([
    [1, Infinity, 1],
    [0, 19, 1],
    [1, 1, 1],
  ])
})

test('a Region that may not have the older password yet refuses it for another reason', () => {
  const builder = settled()
  builder.strike('fault1', heldReplication)
  const second = withdraw(builder, 'u1', 'password')
  withdraw(builder, 'u1', 'password')
  signIn(builder, 'u1', second, replica, wrong)
  expect(measured(builder.end(), 'password.otherRegionSeconds')).toEqual([[0, Infinity, 0]])
})

test('after the switch an older password after a newer one is a moment at which both work', () => {
  const builder = settled()
  const newer = withdraw(builder, 'u1', 'password')
  signIn(builder, 'u1', newer, replica)
  builder.route(replica, primary)
  signIn(builder, 'u1', 'op1', replica)
  signIn(builder, 'u1', newer, replica)
  signIn(builder, 'u1', 'op1', replica, { tokens: [] }, { process: 7 })
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'passwordsWorkingTogether')).toEqual([[1, 1, 1]])
})

test('a group is forbidden in tokens that are minted after it was taken away', () => {
  const builder = settled()
  const writes = [{ register: 'u1/group:staff', value: 'op2' }]
  builder.perform('u1', { function: 'add-to-group', writes })
  builder.wait(200)
  withdraw(builder, 'u1', 'group')
  const session = signIn(builder, 'u1', 'op1', replica, { tokens: [accessWith('staff', 'x')] })
  present(builder, 'u1', 'refresh', session, replica, { tokens: [accessWith('x')] })
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'group.otherRegionSeconds', 'tokensIssuedMeanwhile')).toEqual([
    [1, 14, 1],
    [1, 1, 2],
  ])
})

test('a factor that was enrolled forbids tokens for the password alone', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'mfa')
  signIn(builder, 'u1', 'op1', replica)
  signIn(builder, 'u1', 'op1', replica, {})
  expect(measured(builder.end(), 'mfa.otherRegionSeconds')).toEqual([[1, 14, 1]])
})

test('a revoked session is followed through its refreshes, to Regions and relying parties', () => {
  const builder = settled()
  const session = signIn(builder, 'u1', 'op1', primary)
  const refreshed = present(builder, 'u1', 'refresh', session, primary)
  const other = signIn(builder, 'u1', 'op1', primary)
  revoke(builder, 'u1', session)
  present(builder, 'u1', 'use-token', refreshed, replica)
  present(builder, 'u1', 'use-token', other, replica)
  present(builder, 'u1', 'refresh', refreshed, replica, revoked)
  present(builder, 'u1', 'visit', refreshed, 'shop')
  present(builder, 'u1', 'visit', refreshed, 'desk')
  const party = { cacheMillisMax: 0, leewayMillis: 0 }
  const relyingParties: HeaderLine['relyingParties'] = [
    { name: 'shop', kind: 'jose', offline: true, ...party },
    { name: 'desk', kind: 'introspecting', offline: false, ...party },
  ]
  const result = check(deauthorisation, builder.end(), { relyingParties })
  expect(
    figures(
      result,
      'revocation.otherRegionSeconds',
      'revocation.offlineSeconds',
      'revocation.relyingPartySeconds',
    ),
  ).toEqual([
    [1, 19, 1],
    [16, Infinity, 1],
    [21, Infinity, 1],
  ])
})

test('a sign-out ends the sessions that began before it, and no other', () => {
  const builder = settled()
  const before = signIn(builder, 'u1', 'op1', primary)
  withdraw(builder, 'u1', 'signOut')
  const after = signIn(builder, 'u1', 'op1', primary)
  present(builder, 'u1', 'use-token', after, replica)
  present(builder, 'u1', 'use-token', before, replica, revoked)
  expect(measured(builder.end(), 'signOut.otherRegionSeconds')).toEqual([[0, 19, 1]])
})

test('a deleted secret and a forgotten device are known by what wrote them', () => {
  const builder = settled()
  const machine = (secret: string | undefined, answer = {}) =>
    builder.perform(
      'm1',
      {
        function: 'machine-sign-in',
        region: replica,
        arguments: secret === undefined ? {} : { secret },
      },
      answer,
    )
  const writes = [{ register: 'm1/secret:first', value: 'deleted' }]
  builder.perform('m1', { function: 'delete-secret', writes })
  machine(undefined)
  machine('op99')
  machine('first', wrong)
  const device = [{ register: 'u1/device:op50', value: 'forgotten' }]
  builder.perform('u1', { function: 'forget-device', writes: device })
  const given = { device: { from: 'op50', field: 'device' as const } }
  const answerDevice = { function: 'answer-device', region: replica, arguments: given } as const
  builder.perform('u1', answerDevice, { tokens: [accessWith()] })
  builder.perform('u1', answerDevice, wrong)
  expect(measured(builder.end(), 'secret.otherRegionSeconds', 'device.otherRegionSeconds')).toEqual(
    [
      [1, 19, 1],
      [1, 14, 1],
    ],
  )
})

test.for([
  [true, [0, 9, 1]],
  [false, [0, Infinity, 0]],
] as const)(
  'a device that proved itself there before (%s) can be refused for it',
  ([known, stop]) => {
    const builder = new HistoryBuilder().route(primary, null)
    builder.signUp('u1')
    const given = { device: { from: 'op50', field: 'device' as const } }
    const answerDevice = { function: 'answer-device', region: replica, arguments: given } as const
    if (known) builder.perform('u1', answerDevice, { tokens: [accessWith()] })
    const device = [{ register: 'u1/device:op50', value: 'forgotten' }]
    builder.perform('u1', { function: 'forget-device', writes: device })
    builder.perform('u1', answerDevice, wrong)
    expect(measured(builder.end(), 'device.otherRegionSeconds')).toEqual([stop])
  },
)

test('what was refused and is accepted again was revived', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  signIn(builder, 'u1', 'op1', replica, disabled)
  signIn(builder, 'u1', 'op1', replica)
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'revived')).toEqual([[1, 1, 1]])
  expect(result.findings.map(({ kind }) => kind)).toContain('revived')
})

test('after a failback a refusal in any Region counts in the Region that took over again', () => {
  const builder = settled()
  const session = signIn(builder, 'u1', 'op1', primary)
  builder.route(replica, primary)
  const writes = [{ register: `u1/revoked:${session}`, value: 'revoked' }]
  builder.perform('u1', { function: 'revoke', region: replica, writes })
  present(builder, 'u1', 'refresh', session, replica, revoked)
  present(builder, 'u1', 'refresh', session, primary)
  builder.route(primary, replica)
  present(builder, 'u1', 'refresh', session, primary)
  expect(measured(builder.end(), 'revived')).toEqual([[1, 1, 1]])
})

test('an account that is stopped while the primary is gone counts by itself', () => {
  const builder = settled()
  builder.strike('fault1').route(replica, primary)
  withdraw(builder, 'u1', 'disable', { region: primary }, { type: 'info' })
  withdraw(builder, 'u1', 'disable', { region: replica, process: 2 })
  signIn(builder, 'u1', 'op1', replica, disabled, { process: 2 })
  expect(measured(builder.end(), 'stopAccountPossible', 'stopAccountSeconds')).toEqual([
    [1, 1, 2],
    [0, 9, 1],
  ])
})

test('of an account that nobody could stop it is told how long it went on', () => {
  const gated = { type: 'fail', code: 'OperationNotEnabled', meaning: 'gated' } as const
  const unreachable = { type: 'fail', code: 'refused', meaning: 'unavailable' } as const
  const builder = settled()
  builder.strike('fault1')
  withdraw(builder, 'u1', 'delete', {}, unreachable)
  builder.route(replica, primary)
  const refused = withdraw(builder, 'u1', 'disable', { region: replica }, gated)
  withdraw(builder, 'u1', 'delete', { region: replica }, gated)
  builder.wait(100)
  signIn(builder, 'u1', 'op1', replica)
  builder.wait(50)
  signIn(builder, 'u1', 'op1', replica, disabled)
  const result = check(deauthorisation, builder.end())
  expect(figures(result, 'stopAccountPossible', 'accessWentOnSeconds')).toEqual([
    [0, 0, 3],
    [106, 169, 1],
  ])
  expect(result.findings.map(({ kind, operation }) => [kind, operation])).toEqual([
    ['not-stoppable', refused],
  ])
})

test('where nobody could stop it, that is a fact; where nobody tried, nothing was seen', () => {
  const builder = settled()
  builder.strike('fault1').route(replica, primary)
  withdraw(builder, 'u1', 'disable', { region: replica }, { type: 'fail' })
  expect(measured(builder.end(), 'stopAccountPossible')).toEqual([[0, 0, 1]])
  expect(measured(settled().end(), 'stopAccountPossible')).toEqual([[0, 0, 0]])
})

test('a router that names the Region behind it is no place of its own', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  const through = { region: 'global' }
  signIn(builder, 'u1', 'op1', 'global', { servedBy: replica }, through)
  signIn(builder, 'u1', 'op1', 'global', {}, through)
  expect(measured(builder.end(), 'disable.otherRegionSeconds', 'neverStopped')).toEqual([
    [1, Infinity, 1],
    [1, 1, 1],
  ])
})

test('a starved harness makes times inconclusive and leaves counts', () => {
  const builder = settled()
  withdraw(builder, 'u1', 'disable')
  builder.harness(90_000, 20_000)
  signIn(builder, 'u1', 'op1', replica)
  const { measurements } = check(deauthorisation, builder.end())
  const reason = (name: string) =>
    measurements.find((entry) => entry.name === `deauthorisation.${name}`)?.inconclusive
  expect(reason('disable.otherRegionSeconds')).toMatch(/held up for 90 ms/)
  expect(reason('tokensIssuedMeanwhile')).toBeUndefined()
})

test('references to what is not in the history, and none at all, are followed nowhere', () => {
  const builder = settled()
  revoke(builder, 'u1', 'op77')
  withdraw(builder, 'u1', 'signOut')
  builder.perform('u1', { function: 'use-token', region: replica })
  present(builder, 'u1', 'use-token', 'op78', replica)
  signIn(builder, 'u1', 'op99', replica)
  const result = check(deauthorisation, builder.end())
  expect(result.findings).toEqual([])
  expect(figures(result, 'otherRegionSeconds')).toEqual([[0, Infinity, 0]])
})
