import { expect, test } from 'vitest'
import { findSlapd } from '../../../fixtures/systems/openldap/find-slapd.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { inPair } from '../testing/running-pair.ts'
import { openldapTarget } from './target.ts'

// Goal: the contract carries a system that speaks no HTTP and is no program of ours. Method: every
// function against a provider and a consumer that run; what replication brings is polled for.

test('a provider and a consumer carry every function, a cut and a crash', async (context) => {
  need(context, 'slapd', findSlapd())
  await inPair(openldapTarget, async (pair) => {
    const { stack, primary, perform, codeOf, shown, soon } = pair
    const { id: created } = await perform('primary', 'admin-create-user', 'ada', { password: true })
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await soon(() => shown('replica', 'ada/existence')).toBe(created)
    const right = { arguments: { password: created } }
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('ok')
    expect(await codeOf('replica', 'set-password', 'ada')).toBe('referral')
    expect(await codeOf('primary', 'admin-create-user', 'ada')).toBe('entryAlreadyExists')

    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: changed } = await perform('primary', 'update-attribute', 'ada', nickname)
    expect(await shown('primary', 'ada/attribute:nickname')).toBe(changed)
    const staff = { arguments: { group: 'staff' } }
    const { id: added } = await perform('primary', 'add-to-group', 'ada', staff)
    const groups = { arguments: { staff: added }, reads: ['ada/group:staff'] }
    const members = async (): Promise<unknown> =>
      (await perform('primary', 'read-groups', 'ada', groups)).observed?.[0]?.value
    expect(await members()).toBe(added)
    expect(await codeOf('primary', 'remove-from-group', 'ada', staff)).toBe('ok')
    expect(await members()).toBeNull()

    const replication = stack.links.find(({ name }) => name === 'replication')
    const cut = await replication?.disturb({ kind: 'cut' })
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await codeOf('primary', 'guess-password', 'ada')).toBe('wrong-password')
    }
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('account-locked')
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('ok')
    await cut?.lift()
    await soon(() => codeOf('replica', 'sign-in', 'ada', right)).toBe('account-locked')

    expect(await codeOf('primary', 'enable-user', 'ada')).toBe('ok')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('ok')
    expect(await codeOf('primary', 'disable-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/enabled')).toBe('disabled')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('account-locked')

    const { id: other } = await perform('primary', 'admin-create-user', 'bob', { password: true })
    const { results } = await perform('primary', 'associate-totp', 'bob')
    const totpSecret = results?.totpSecret ?? ''
    expect(await codeOf('primary', 'prefer-totp', 'bob')).toBe('ok')
    expect(await shown('primary', 'bob/factor')).toBe('totp')
    const asked = await perform('primary', 'sign-in', 'bob', { arguments: { password: other } })
    const session = asked.results?.session ?? ''
    const answered = await perform('primary', 'answer-totp', 'bob', {
      arguments: { session, totpSecret },
    })
    expect(answered.type).toBe('ok')
    const again = { arguments: { session, code: answered.results?.code ?? '' } }
    expect(await codeOf('primary', 'replay-totp', 'bob', again)).toBe('wrong-password')

    await primary.lifecycle.crash()
    expect(await codeOf('primary', 'delete-user', 'ada')).toMatch(/^(not-sent|connection-re)/)
    await primary.lifecycle.start()
    expect(await primary.serves?.(seconds(10))).toBe(true)
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/existence')).toBeNull()
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')
    await soon(() => shown('replica', 'ada/existence')).toBeNull()
  })
})

test('a promoted consumer takes writes, and whoever yields has what the other one has', async (context) => {
  need(context, 'slapd', findSlapd())
  await inPair(openldapTarget, async (pair) => {
    const { stack, primary: provider, replica: consumer, perform, roles, soon } = pair
    const knows = async (role: 'primary' | 'replica', user: string): Promise<boolean> => {
      return typeof (await pair.shown(role, `${user}/existence`)) === 'string'
    }
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'replica' }])
    const replication = stack.links.find(({ name }) => name === 'replication')
    const cut = await replication?.disturb({ kind: 'cut' })
    await perform('primary', 'admin-create-user', 'ada')
    await provider.lifecycle.crash()
    await consumer.control.command('promote', null)
    expect((await perform('replica', 'admin-create-user', 'bob')).type).toBe('ok')
    await consumer.lifecycle.crash()
    await consumer.lifecycle.start()
    await provider.lifecycle.start()
    await cut?.lift()
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'primary' }])

    await provider.control.command('follow', { of: consumer.name })
    expect(await roles()).toEqual([{ role: 'replica' }, { role: 'primary' }])
    await soon(() => knows('primary', 'bob')).toBe(true)
    expect(await knows('primary', 'ada')).toBe(false)
    expect((await perform('primary', 'admin-create-user', 'cleo')).error?.code).toBe('referral')

    await provider.control.command('promote', null)
    await perform('replica', 'admin-create-user', 'dan')
    await consumer.control.command('follow', { of: provider.name })
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'replica' }])
    await soon(() => knows('replica', 'bob')).toBe(true)
    expect(await knows('replica', 'dan')).toBe(false)
  })
})
