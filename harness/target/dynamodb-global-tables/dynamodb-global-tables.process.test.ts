import { expect, test } from 'vitest'
import { findDynamodbLocal } from '../../../fixtures/systems/dynamodb-global-tables/find-dynamodb-local.ts'
import { need } from '../../kernel/testing/need.ts'
import { inPair, type RunningPair } from '../testing/running-pair.ts'
import { globalTablesTarget } from './target.ts'

// Goal: the contract carries two Regions that both take writes, and their last writer wins. Method:
// every function against a pair that runs; what replication brings is polled for.

test('two Regions carry every function, a cut, a crash and what the last writer does', async (context) => {
  need(context, 'dynamodb-local', findDynamodbLocal())
  await inPair(globalTablesTarget, async (pair) => {
    const { stack } = pair
    await everyFunction(pair)
    await lastWriter(pair)
    await crash(pair)
    // Whatever both have is told by one number.
    const positions = async (): Promise<boolean> => {
      const [one, other] = await Promise.all(stack.regions.map(({ control }) => control.status()))
      return one !== undefined && one.position > 0 && one.position === other?.position
    }
    await pair.soon(positions).toBe(true)
  })
})

async function everyFunction({ perform, codeOf, shown, soon }: RunningPair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'ada')
  expect(await codeOf('primary', 'sign-up', 'ada')).toBe('user-exists')
  await soon(() => shown('replica', 'ada/existence')).toBe(created)
  const { id: added } = await perform('replica', 'add-to-group', 'ada', {
    arguments: { group: 'staff' },
  })
  await soon(() => shown('primary', 'ada/group:staff')).toBe(added)
  const right = { arguments: { password: created } }
  const signedIn = await perform('primary', 'sign-in', 'ada', right)
  const [access] = signedIn.tokens ?? []
  expect(access?.groups).toEqual(['staff'])
  expect(access?.verifications.map(({ accepted }) => accepted)).toEqual([true, true])
  const { accessToken = '', refreshToken = '' } = signedIn.results ?? {}
  const bearing = { arguments: { accessToken } }
  await soon(() => codeOf('replica', 'use-token', 'ada', bearing)).toBe('ok')
  const renewing = { arguments: { refreshToken } }
  await soon(() => codeOf('replica', 'refresh', 'ada', renewing)).toBe('ok')
  const change = { arguments: { accessToken, password: created } }
  const changed = await perform('primary', 'change-password', 'ada', change)
  expect(changed.type).toBe('ok')
  expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')
  expect(await codeOf('primary', 'revoke', 'ada', { arguments: { refreshToken } })).toBe('ok')
  await soon(() => codeOf('replica', 'use-token', 'ada', bearing)).toBe('token-revoked')
  expect(await codeOf('primary', 'disable-user', 'ada')).toBe('ok')
  const newest = { arguments: { password: changed.id } }
  // By reads alone: a sign-in that counts, or ends the counting, is a later write.
  await soon(() => shown('replica', 'ada/enabled')).toBe('disabled')
  expect(await codeOf('replica', 'sign-in', 'ada', newest)).toBe('user-disabled')
  expect(await codeOf('primary', 'enable-user', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'admin-sign-out', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'reset-password', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'sign-in', 'ada', newest)).toBe('password-ended')
  expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
  await soon(() => shown('replica', 'ada/existence')).toBe(null)
  expect(await shown('replica', 'ada/enabled')).toBe(null)
  const { id: again } = await perform('replica', 'sign-up', 'ada')
  const asNew = { arguments: { password: again } }
  expect(await codeOf('replica', 'sign-in', 'ada', asNew)).toBe('user-not-confirmed')
  expect(await codeOf('replica', 'confirm-sign-up', 'ada')).toBe('ok')
  expect(await codeOf('replica', 'sign-in', 'ada', asNew)).toBe('ok')
  await soon(() => codeOf('primary', 'sign-in', 'ada', asNew)).toBe('ok')
}

/** What is written in one Region while the other cannot hear of it wins, whole. */
async function lastWriter({ stack, perform, codeOf, shown, soon }: RunningPair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'bob')
  const staff = { arguments: { group: 'staff' } }
  const { id: added } = await perform('primary', 'add-to-group', 'bob', staff)
  await soon(() => shown('replica', 'bob/group:staff')).toBe(added)
  const cut = await stack.links.find(({ name }) => name === 'replication')?.disturb({ kind: 'cut' })
  expect(await codeOf('primary', 'remove-from-group', 'bob', staff)).toBe('ok')
  for (let guess = 0; guess < 5; guess += 1) {
    expect(await codeOf('primary', 'guess-password', 'bob')).toBe('wrong-password')
  }
  const right = { arguments: { password: created } }
  expect(await codeOf('primary', 'sign-in', 'bob', right)).toBe('account-locked')
  const { id: nickname } = await perform('replica', 'update-attribute', 'bob', {
    arguments: { attribute: 'nickname' },
  })
  const all = (role: 'primary' | 'replica'): Promise<unknown[]> =>
    Promise.all([shown(role, 'bob/attribute:nickname'), shown(role, 'bob/group:staff')])
  await soon(() => all('primary')).toEqual([nickname, added])
  expect(await codeOf('primary', 'sign-in', 'bob', right)).toBe('ok')
  await cut?.lift()
  const { id: later } = await perform('primary', 'update-attribute', 'bob', {
    arguments: { attribute: 'nickname' },
  })
  await soon(() => all('replica')).toEqual([later, added])
}

/** What was acknowledged is on the disk, and the worker goes on where it was. */
async function crash({ primary, perform, codeOf, shown, soon }: RunningPair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'eve')
  await primary.lifecycle.crash()
  expect(await codeOf('primary', 'delete-user', 'eve')).toMatch(/^(not-sent|connection-re)/)
  const { id: meanwhile } = await perform('replica', 'admin-create-user', 'dan')
  await primary.lifecycle.start()
  expect(await shown('primary', 'eve/existence')).toBe(created)
  await soon(() => shown('replica', 'eve/existence')).toBe(created)
  await soon(() => shown('primary', 'dan/existence')).toBe(meanwhile)
}
