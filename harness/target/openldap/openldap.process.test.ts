import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSlapd } from '../../../fixtures/systems/openldap/find-slapd.ts'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { Outcome, RunningStack } from '../contract.ts'
import { openldapTarget } from './target.ts'

// Goal: the contract carries a system that speaks no HTTP and is no program of ours. Method: every
// function against a provider and a consumer that run; what replication brings is polled for.

const plan = resolvePlan(
  { scenarios: ['any'], target: 'openldap' },
  { tool: 'test', targets: ['openldap'], scenarios: ['any'], mutants: [] },
)

type Perform = (
  role: 'primary' | 'replica',
  fn: OperationFunction,
  user: string,
  more?: { arguments?: Record<string, string>; reads?: RegisterName[]; password?: true },
) => Promise<Outcome & { readonly id: string }>

async function inPair(
  body: (stack: RunningStack, perform: Perform) => Promise<void>,
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'openldap-test-'))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await openldapTarget.topology(plan))
    const session = await openldapTarget.prepare(stack, {
      plan,
      random: keyedRandom(plan.seed),
      digestKey: Buffer.from('digest key'),
      onJwks: () => {},
    })
    const clients = new Map(stack.regions.map((region) => [region.role, session.connect(region)]))
    let operations = 0
    await body(stack, async (role, fn, user, { password, ...more } = {}) => {
      operations += 1
      const id = `op${operations}`
      const writes = password ? [{ register: `${user}/password`, value: id }] : []
      const frame = { id, function: fn, user, to: role, purpose: 'workload' } as const
      const operation = { ...frame, arguments: {}, resolved: {}, writes, ...more }
      const outcome = await clients.get(role)?.perform(operation, stack.clock.timeout(seconds(20)))
      return { id, ...(outcome ?? { type: 'info' }) }
    })
  } finally {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  }
}

test('a provider and a consumer carry every function, a cut and a crash', async (context) => {
  need(context, 'slapd', findSlapd())
  await inPair(async (stack, perform) => {
    const codeOf = async (...of: Parameters<Perform>): Promise<string> => {
      const { type, error } = await perform(...of)
      return error?.code ?? type
    }
    const shown = async (role: 'primary' | 'replica', read: RegisterName): Promise<unknown> => {
      const [user = ''] = read.split('/')
      const { observed = [] } = await perform(role, 'read-user', user, { reads: [read] })
      return observed[0]?.value
    }
    for (const link of stack.links) {
      expect([link.name, (await link.canary(seconds(10))).outcome]).toEqual([link.name, 'passed'])
    }
    const { id: created } = await perform('primary', 'admin-create-user', 'ada', { password: true })
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await expect.poll(() => shown('replica', 'ada/existence'), { timeout: 20_000 }).toBe(created)
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
    await expect
      .poll(() => codeOf('replica', 'sign-in', 'ada', right), { timeout: 20_000 })
      .toBe('account-locked')

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

    const [primary] = stack.regions
    await primary?.lifecycle.crash()
    expect(await codeOf('primary', 'delete-user', 'ada')).toMatch(/^(not-sent|connection-re)/)
    await primary?.lifecycle.start()
    expect(await primary?.serves?.(seconds(10))).toBe(true)
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/existence')).toBeNull()
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')
    await expect.poll(() => shown('replica', 'ada/existence'), { timeout: 20_000 }).toBeNull()
  })
})

test('a promoted consumer takes writes, and whoever yields has what the other one has', async (context) => {
  need(context, 'slapd', findSlapd())
  await inPair(async (stack, perform) => {
    const [provider, consumer] = stack.regions
    if (provider === undefined || consumer === undefined) throw new Error('no pair')
    const roles = async (): Promise<readonly unknown[]> =>
      Promise.all(stack.regions.map(({ control }) => control.command('role', null)))
    const knows = async (role: 'primary' | 'replica', user: string): Promise<boolean> => {
      const read = { reads: [`${user}/existence`] }
      const { observed = [] } = await perform(role, 'read-user', user, read)
      return typeof observed[0]?.value === 'string'
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
    await expect.poll(() => knows('primary', 'bob'), { timeout: 20_000 }).toBe(true)
    expect(await knows('primary', 'ada')).toBe(false)
    expect((await perform('primary', 'admin-create-user', 'cleo')).error?.code).toBe('referral')

    await provider.control.command('promote', null)
    await perform('replica', 'admin-create-user', 'dan')
    await consumer.control.command('follow', { of: provider.name })
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'replica' }])
    await expect.poll(() => knows('replica', 'bob'), { timeout: 20_000 }).toBe(true)
    expect(await knows('replica', 'dan')).toBe(false)
  })
})
