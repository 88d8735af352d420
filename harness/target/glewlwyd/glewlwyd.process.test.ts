import { expect, test } from 'vitest'
import { findPostgres } from '../../../fixtures/reference/storage/postgres/binaries.ts'
import { findGlewlwyd } from '../../../fixtures/systems/glewlwyd/find-glewlwyd.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { inPair, type Perform } from '../testing/running-pair.ts'
import { totpStepAt, totpStepMicros } from '../totp.ts'
import { glewlwydFunctions } from './functions.ts'
import { glewlwydTarget } from './target.ts'

// Goal: the contract carries an identity provider above a database that streams. Method: every
// function against two Regions that run, then both ends of a promotion; what replication brings is
// polled for.

test('two Regions carry every function, and both ends of a promotion', async (context) => {
  need(context, 'postgres', findPostgres())
  need(context, 'glewlwyd', findGlewlwyd())
  await inPair(glewlwydTarget, async (pair) => {
    const { stack, primary, replica, perform, codeOf, shown, soon, done } = pair
    const results: (...of: Parameters<Perform>) => Promise<Record<string, string>> = async (
      ...of
    ) => {
      const outcome = await perform(...of)
      expect([of[1], outcome.error?.code, outcome.type]).toEqual([of[1], undefined, 'ok'])
      return { id: outcome.id, ...outcome.results }
    }

    // What an administrator does, and what the standby shows of it.
    const { id: created = '' } = await results('primary', 'admin-create-user', 'ada', {
      password: true,
    })
    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: named } = await results('primary', 'update-attribute', 'ada', nickname)
    await results('primary', 'disable-user', 'ada')
    expect(await shown('primary', 'ada/enabled')).toBe('disabled')
    await results('primary', 'enable-user', 'ada')
    expect(await shown('primary', 'ada/enabled')).toBe(null)
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await soon(() => shown('replica', 'ada/attribute:nickname')).toBe(named)
    expect(await codeOf('replica', 'update-attribute', 'ada', nickname)).toBe('server-error')
    expect(await codeOf('primary', 'enable-user', 'nobody')).toBe('absent')

    // Tokens: a database decides, and an application of its own may decide otherwise.
    const right = { arguments: { password: created } }
    const tokens = await results('primary', 'sign-in', 'ada', right)
    expect(Object.keys(tokens).sort()).toEqual(['accessToken', 'id', 'idToken', 'refreshToken'])
    expect(await codeOf('primary', 'guess-password', 'ada')).toBe('wrong-password')
    const session = { resolved: tokens }
    expect(await codeOf('primary', 'use-token', 'ada', session)).toBe('ok')
    await soon(() => codeOf('replica', 'use-token', 'ada', session)).toBe('ok')
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('server-error')
    expect(await codeOf('primary', 'refresh', 'ada', session)).toBe('ok')
    expect(await codeOf('primary', 'revoke', 'ada', session)).toBe('ok')
    expect(await codeOf('primary', 'refresh', 'ada', session)).toBe('invalid_grant')
    const rotating = { arguments: { password: created, client: 'rotating' } }
    const turning = { resolved: await results('primary', 'sign-in', 'ada', rotating) }
    const { refreshToken: next = '' } = await results('primary', 'rotate', 'ada', turning)
    expect(next).not.toBe(turning.resolved.refreshToken)
    expect(await codeOf('primary', 'rotate', 'ada', turning)).toBe('invalid_grant')
    await results('primary', 'machine-sign-in', 'machine')
    const { id: changed = '' } = await results('primary', 'set-password', 'ada')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')

    // A code is good once, and the password alone opens nothing any more.
    const enrolled = { resolved: await results('primary', 'associate-totp', 'ada') }
    await results('primary', 'verify-totp', 'ada')
    await results('primary', 'prefer-totp', 'ada')
    expect(await shown('primary', 'ada/factor')).toBe('totp')
    const newest = { arguments: { password: changed } }
    const begin = async (): Promise<Record<string, string>> => ({
      ...enrolled.resolved,
      ...(await results('primary', 'sign-in', 'ada', newest)),
    })
    const begun = await begin()
    expect(begun.accessToken).toBe(undefined)
    expect(await codeOf('primary', 'guess-code', 'ada', { resolved: begun })).toBe('wrong-code')
    // A code near the end of its step may be one of the step before when it arrives.
    const left = totpStepMicros - (stack.wall.now() - totpStepAt(stack.wall.now()) * totpStepMicros)
    if (left < seconds(3)) await stack.clock.sleep(left)
    const { code = '' } = await results('primary', 'answer-totp', 'ada', { resolved: begun })
    const again = { resolved: { ...(await begin()), code } }
    expect(await codeOf('primary', 'replay-totp', 'ada', again)).toBe('wrong-code')

    // The standby becomes a primary; the old one comes back as its standby.
    const goal = (await primary.control.status()).position
    const position = async (): Promise<number> => (await replica.control.status()).position
    await soon(position).toBeGreaterThanOrEqual(goal)
    await primary.lifecycle.crash()
    await replica.control.command('promote', null)
    expect(await replica.control.command('role', null)).toEqual({ role: 'primary' })
    const { id: renamed } = await results('replica', 'update-attribute', 'ada', nickname)
    await primary.lifecycle.start()
    expect(await primary.control.command('role', null)).toEqual({ role: 'primary' })
    await primary.control.command('follow', { of: replica.name })
    expect(await primary.control.command('role', null)).toEqual({ role: 'replica' })
    await soon(() => shown('primary', 'ada/attribute:nickname')).toBe(renamed)
    expect(await codeOf('replica', 'delete-user', 'ada')).toBe('ok')
    expect(await shown('replica', 'ada/existence')).toBe(null)
    expect(glewlwydFunctions.filter((name) => !done.has(name))).toEqual([])
  })
})
