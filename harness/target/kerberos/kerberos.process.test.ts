import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { Outcome, RunningStack } from '../contract.ts'
import { findKerberos } from './find-kerberos.ts'
import { kerberosTarget } from './target.ts'

// Goal: the contract carries a system whose replica gets the whole database at once. Method: every
// function against two KDCs that run; what propagation brings is polled for.

const plan = resolvePlan(
  { scenarios: ['any'], target: 'kerberos', limits: { regionReadyMillisMax: 60_000 } },
  { tool: 'test', targets: ['kerberos'], scenarios: ['any'], mutants: [] },
)

type Role = 'primary' | 'replica'

type Perform = (
  role: Role,
  fn: OperationFunction,
  user: string,
  more?: { arguments?: Record<string, string>; reads?: RegisterName[]; password?: true },
) => Promise<Outcome & { readonly id: string }>

async function inPair(
  body: (stack: RunningStack, perform: Perform) => Promise<void>,
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'kerberos-test-'))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await kerberosTarget.topology(plan))
    const session = await kerberosTarget.prepare(stack, {
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

const soon = { timeout: 30_000, interval: 100 }

test('two KDCs carry every function, a lock that propagation ends, a cut and a promotion', async (context) => {
  need(context, 'krb5', findKerberos())
  await inPair(async (stack, perform) => {
    const codeOf = async (...of: Parameters<Perform>): Promise<string> => {
      const { type, error } = await perform(...of)
      return error?.code ?? type
    }
    const shown = async (role: Role, read: RegisterName): Promise<unknown> => {
      const [user = ''] = read.split('/')
      const { observed = [] } = await perform(role, 'read-user', user, { reads: [read] })
      return observed[0]?.value
    }
    for (const link of stack.links) {
      expect([link.name, (await link.canary(seconds(10))).outcome]).toEqual([link.name, 'passed'])
    }
    const { id: created } = await perform('primary', 'admin-create-user', 'ada', { password: true })
    expect(await shown('primary', 'ada/existence')).toBe(created)
    await expect.poll(() => shown('replica', 'ada/existence'), soon).toBe(created)
    expect(await codeOf('primary', 'admin-create-user', 'ada')).toBe('principal-exists')
    expect(await codeOf('replica', 'set-password', 'ada')).toBe('privilege-required')

    const right = { arguments: { password: created } }
    const { results } = await perform('replica', 'sign-in', 'ada', right)
    const session = { accessToken: '', refreshToken: '', ...results }
    expect(await codeOf('primary', 'use-token', 'ada', { arguments: session })).toBe('ok')
    const renewed = await perform('primary', 'refresh', 'ada', { arguments: session })
    expect(renewed).toMatchObject({ type: 'ok', tokens: [{ use: 'access' }, { use: 'refresh' }] })

    for (let guess = 0; guess < 5; guess += 1) {
      expect(await codeOf('replica', 'guess-password', 'ada')).toBe('wrong-password')
    }
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('client-revoked')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('ok')
    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: changed } = await perform('primary', 'update-attribute', 'ada', nickname)
    expect(await shown('primary', 'ada/attribute:nickname')).toBe(changed)
    await expect.poll(() => codeOf('replica', 'sign-in', 'ada', right), soon).toBe('ok')

    const replication = stack.links.find(({ name }) => name === 'replication')
    const cut = await replication?.disturb({ kind: 'cut' })
    const { id: other } = await perform('primary', 'set-password', 'ada')
    expect(await codeOf('primary', 'sign-in', 'ada', right)).toBe('wrong-password')
    expect(await codeOf('replica', 'sign-in', 'ada', right)).toBe('ok')
    await cut?.lift()
    const newer = { arguments: { password: other } }
    await expect.poll(() => codeOf('replica', 'sign-in', 'ada', newer), soon).toBe('ok')

    expect(await codeOf('primary', 'disable-user', 'ada')).toBe('ok')
    expect(await shown('primary', 'ada/enabled')).toBe('disabled')
    expect(await codeOf('primary', 'sign-in', 'ada', newer)).toBe('client-revoked')
    expect(await codeOf('primary', 'enable-user', 'ada')).toBe('ok')
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
    expect(await codeOf('primary', 'sign-in', 'ada', newer)).toBe('no-principal')
    await expect.poll(() => shown('replica', 'ada/existence'), soon).toBeNull()

    const [first, second] = stack.regions
    if (first === undefined || second === undefined) throw new Error('no pair')
    const roles = async (): Promise<readonly unknown[]> =>
      Promise.all(stack.regions.map(({ control }) => control.command('role', null)))
    await first.lifecycle.crash()
    expect(await codeOf('primary', 'delete-user', 'ada')).toBe('not-initialized')
    await second.control.command('promote', null)
    const { id: bob } = await perform('replica', 'admin-create-user', 'bob', { password: true })
    await first.lifecycle.start()
    expect(await roles()).toEqual([{ role: 'primary' }, { role: 'primary' }])
    expect(await codeOf('primary', 'admin-create-user', 'cleo')).toBe('ok')
    await first.control.command('follow', { of: second.name })
    expect(await roles()).toEqual([{ role: 'replica' }, { role: 'primary' }])
    expect(await shown('primary', 'bob/existence')).toBe(bob)
    expect(await shown('primary', 'cleo/existence')).toBeNull()
    expect(await codeOf('primary', 'delete-user', 'bob')).toBe('privilege-required')
  })
})
