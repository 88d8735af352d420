import { expect, test } from 'vitest'
import { need } from '../../kernel/testing/need.ts'
import { inPair } from '../testing/running-pair.ts'
import { findKerberos } from './find-kerberos.ts'
import { kerberosTarget } from './target.ts'

// Goal: the contract carries a system whose replica gets the whole database at once. Method: every
// function against two KDCs that run; what propagation brings is polled for.

test('two KDCs carry every function, a lock that propagation ends, a cut and a promotion', async (context) => {
  need(context, 'krb5', findKerberos())
  await inPair(kerberosTarget, async (pair) => {
    const { stack, primary, replica, perform, codeOf, shown, roles, soon } = pair
    const { id: created } = await perform('primary', 'admin-create-user', 'ada', { password: true })
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await soon(() => shown('replica', 'ada/existence')).toBe(created)
    expect(await codeOf('primary', 'admin-create-user', 'ada')).toBe('principal-exists')
    expect(await codeOf('replica', 'set-password', 'ada')).toBe('privilege-required')

    const right = { arguments: { password: created } }
    const { results } = await perform('replica', 'sign-in', 'ada', right)
    const session = { accessToken: '', refreshToken: '', ...results }
    expect(await codeOf('primary', 'use-token', 'ada', { arguments: session })).toBe('ok')
    const renewed = await perform('primary', 'refresh', 'ada', { arguments: session })
    const token = { expiresAt: expect.any(Number) }
    expect(renewed).toMatchObject({
      type: 'ok',
      tokens: [
        { use: 'access', ...token },
        { use: 'refresh', ...token },
      ],
    })

    for (let guess = 0; guess < 5; guess += 1) {
      expect(await codeOf('replica', 'guess-password', 'ada')).toBe('wrong-password')
    }
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('client-revoked')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('ok')
    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: changed } = await perform('primary', 'update-attribute', 'ada', nickname)
    expect(await shown('primary', 'ada/attribute:nickname')).toBe(changed)
    await soon(() => codeOf('replica', 'sign-in', 'ada', right)).toBe('ok')

    const replication = stack.links.find(({ name }) => name === 'replication')
    const cut = await replication?.disturb({ kind: 'cut' })
    const { id: other } = await perform('primary', 'set-password', 'ada')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('ok')
    await cut?.lift()
    const newer = { arguments: { password: other } }
    await soon(() => codeOf('replica', 'sign-in', 'ada', newer)).toBe('ok')

    expect(await codeOf('primary', 'disable-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/enabled')).toBe('disabled')
    expect(await codeOf('primary', 'sign-in', 'ada', newer)).toBe('client-revoked')
    expect(await codeOf('primary', 'enable-user', 'ada')).toBe('ok')
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
    expect(await codeOf('primary', 'sign-in', 'ada', newer)).toBe('no-principal')
    await soon(() => shown('replica', 'ada/existence')).toBeNull()

    await primary.lifecycle.crash()
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('not-initialized')
    await replica.control.command('promote', null)
    const { id: bob } = await perform('replica', 'admin-create-user', 'bob', { password: true })
    await primary.lifecycle.start()
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'primary' }])
    expect(await codeOf('primary', 'admin-create-user', 'cleo')).toBe('ok')
    await primary.control.command('follow', { of: replica.name })
    expect(await roles()).toEqual([{ role: 'replica' }, { role: 'primary' }])
    expect(await shown('primary', 'bob/existence')).toBe(bob)
    expect(await shown('primary', 'cleo/existence')).toBeNull()
    expect(await codeOf('primary', 'delete-user', 'bob')).toBe('privilege-required')
  })
})
