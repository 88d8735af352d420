import { expect, test } from 'vitest'
import { findRedis } from '../../../fixtures/systems/oidc-provider/find-redis.ts'
import { need } from '../../kernel/testing/need.ts'
import { inPair, type Perform } from '../testing/running-pair.ts'
import { oidcProviderTarget } from './target.ts'

// Goal: the session speaks to certified protocol code that nobody here wrote. Method: every
// function against two providers over Redis; what replication brings is polled for.

test('two providers carry every function, a cut and a promotion', async (context) => {
  need(context, 'redis', findRedis())
  await inPair(oidcProviderTarget, async (pair) => {
    const { stack, primary, replica, perform, codeOf, shown, roles, soon } = pair
    const { id: created } = await perform('primary', 'admin-create-user', 'ada', { password: true })
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await soon(() => shown('replica', 'ada/existence')).toBe(created)
    expect(await codeOf('primary', 'admin-create-user', 'ada')).toBe('conflict')
    expect(await codeOf('replica', 'set-password', 'ada')).toBe('forbidden')
    const right = { arguments: { password: created } }
    const wrong = { arguments: { password: 'op0' } }
    expect(await codeOf('primary', 'sign-in', 'ada', wrong)).toBe('wrong-password')
    expect(await codeOf('primary', 'sign-in', 'nobody', right)).toBe('wrong-password')
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('server-error')

    const staff = { arguments: { group: 'staff' } }
    const { id: added } = await perform('primary', 'add-to-group', 'ada', staff)
    const groups = { arguments: { staff: added }, reads: ['ada/group:staff'] }
    expect((await perform('primary', 'read-groups', 'ada', groups)).observed?.[0]?.value).toBe(
      added,
    )
    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: named } = await perform('primary', 'update-attribute', 'ada', nickname)
    expect(await shown('primary', 'ada/attribute:nickname')).toBe(named)

    const signedIn = await perform('primary', 'sign-in', 'ada', {
      ...right,
      reads: ['ada/password'],
    })
    expect(signedIn).toMatchObject({
      type: 'ok',
      observed: [{ register: 'ada/password', value: created }],
      tokens: [
        { use: 'id', algorithm: 'ES256', audience: 'interregnum', groups: ['staff'] },
        { use: 'access' },
        { use: 'refresh' },
      ],
    })
    const [idToken] = signedIn.tokens ?? []
    expect(idToken?.verifications.map(({ accepted }) => accepted)).toEqual([true, true])
    const { accessToken = '', refreshToken = '' } = signedIn.results ?? {}
    const present = { resolved: { accessToken } }
    expect(await codeOf('primary', 'use-token', 'ada', present)).toBe('ok')
    await soon(() => codeOf('replica', 'use-token', 'ada', present)).toBe('ok')
    expect(await codeOf('primary', 'machine-sign-in', 'machine')).toBe('ok')
    const redeem = { resolved: { refreshToken } }
    expect(await codeOf('primary', 'refresh', 'ada', redeem)).toBe('ok')
    expect(await codeOf('primary', 'refresh', 'ada', redeem)).toBe('ok')

    const rotating = { arguments: { password: created, client: 'rotating' } }
    const first = (await perform('primary', 'sign-in', 'ada', rotating)).results?.refreshToken
    const rotate = (token: string | undefined): Parameters<Perform>[3] => ({
      resolved: { refreshToken: token ?? '' },
    })
    await soon(async () => {
      const [own, other] = await Promise.all(stack.regions.map(({ control }) => control.status()))
      return own?.position === other?.position
    }).toBe(true)

    const replication = stack.links.find(({ name }) => name === 'replication')
    const cut = await replication?.disturb({ kind: 'cut' })
    const rotated = await perform('primary', 'rotate', 'ada', rotate(first))
    expect(rotated.type).toBe('ok')
    expect(await codeOf('primary', 'revoke', 'ada', redeem)).toBe('ok')
    expect(await codeOf('primary', 'refresh', 'ada', redeem)).toBe('invalid_grant')
    expect(await codeOf('primary', 'disable-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/enabled')).toBe('disabled')
    expect(await codeOf('primary', 'use-token', 'ada', present)).toBe('invalid_token')

    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'replica' }])
    await primary.lifecycle.crash()
    await replica.control.command('promote', null)
    expect(await codeOf('primary', 'read-user', 'ada')).toMatch(/^(not-sent|connection-re)/)
    // What the partition kept from it never happened here.
    expect(await codeOf('replica', 'use-token', 'ada', present)).toBe('ok')
    expect(await codeOf('replica', 'refresh', 'ada', redeem)).toBe('ok')
    expect(await codeOf('replica', 'rotate', 'ada', rotate(first))).toBe('ok')
    const newest = rotated.results?.refreshToken
    expect(await codeOf('replica', 'rotate', 'ada', rotate(newest))).toBe('invalid_grant')

    await cut?.lift()
    await primary.lifecycle.start()
    await primary.control.command('follow', { of: replica.name })
    expect(await roles()).toEqual([{ role: 'replica' }, { role: 'primary' }])
    expect(await shown('primary', 'ada/enabled')).toBeNull()
    expect(await codeOf('replica', 'remove-from-group', 'ada', staff)).toBe('ok')
    expect(await codeOf('replica', 'delete-user', 'ada')).toBe('ok')
    await soon(() => shown('primary', 'ada/existence')).toBeNull()
  })
})
