import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findDynamodbLocal } from '../../../fixtures/systems/dynamodb-global-tables/find-dynamodb-local.ts'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { Outcome, RunningStack } from '../contract.ts'
import { globalTablesTarget as target } from './target.ts'

// Goal: the contract carries two Regions that both take writes, and their last writer wins. Method:
// every function against a pair that runs; what replication brings is polled for.

const plan = resolvePlan(
  { scenarios: ['any'], target: target.name, limits: { regionReadyMillisMax: 60_000 } },
  { tool: 'test', targets: [target.name], scenarios: ['any'], mutants: [] },
)

type Role = 'primary' | 'replica'
type Done = Outcome & { readonly id: string }
type Perform = (
  role: Role,
  fn: OperationFunction,
  user: string,
  more?: { readonly arguments?: Record<string, string>; readonly reads?: RegisterName[] },
) => Promise<Done>

/** Values of registers of a user, as a Region shows them. */
type Shown = (role: Role, ...reads: RegisterName[]) => Promise<readonly unknown[]>

interface Pair {
  readonly stack: RunningStack
  readonly perform: Perform
  /** The code of an answer, or `ok`. */
  readonly codeOf: (...of: Parameters<Perform>) => Promise<string>
  readonly shown: Shown
  /** Until the other Region has it. */
  readonly soon: (read: () => Promise<unknown>) => ReturnType<typeof expect.poll>
}

async function inPair(body: (pair: Pair) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'global-tables-test-'))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await target.topology(plan))
    const session = await target.prepare(stack, {
      plan,
      random: keyedRandom(plan.seed),
      digestKey: Buffer.from('digest key'),
      onJwks: () => {},
    })
    const clients = new Map(stack.regions.map((region) => [region.role, session.connect(region)]))
    let operations = 0
    const perform: Perform = async (role, fn, user, more = {}) => {
      operations += 1
      const id = `op${operations}`
      const frame = { id, function: fn, user, to: role, purpose: 'workload' } as const
      const operation = { ...frame, arguments: {}, resolved: {}, ...more }
      const outcome = await clients.get(role)?.perform(operation, stack.clock.timeout(seconds(20)))
      return { id, ...(outcome ?? { type: 'info' }) }
    }
    await body({
      stack,
      perform,
      codeOf: async (...of) => {
        const { type, error } = await perform(...of)
        return error?.code ?? type
      },
      shown: async (role, ...reads) => {
        const [user = ''] = reads[0]?.split('/') ?? []
        const { observed = [] } = await perform(role, 'read-user', user, { reads })
        return observed.map(({ value }) => value)
      },
      soon: (read) => expect.poll(read, { timeout: 20_000 }),
    })
  } finally {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  }
}

test('two Regions carry every function, a cut, a crash and what the last writer does', async (context) => {
  need(context, 'dynamodb-local', findDynamodbLocal())
  await inPair(async (pair) => {
    const { stack } = pair
    for (const link of stack.links) {
      expect([link.name, (await link.canary(seconds(10))).outcome]).toEqual([link.name, 'passed'])
    }
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

async function everyFunction({ perform, codeOf, shown, soon }: Pair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'ada')
  expect(await codeOf('primary', 'sign-up', 'ada')).toBe('user-exists')
  await soon(() => shown('replica', 'ada/existence')).toEqual([created])
  const { id: added } = await perform('replica', 'add-to-group', 'ada', {
    arguments: { group: 'staff' },
  })
  await soon(() => shown('primary', 'ada/group:staff')).toEqual([added])
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
  await soon(() => shown('replica', 'ada/enabled')).toEqual(['disabled'])
  expect(await codeOf('replica', 'sign-in', 'ada', newest)).toBe('user-disabled')
  expect(await codeOf('primary', 'enable-user', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'admin-sign-out', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'reset-password', 'ada')).toBe('ok')
  expect(await codeOf('primary', 'sign-in', 'ada', newest)).toBe('password-ended')
  expect(await codeOf('primary', 'delete-user', 'ada')).toBe('ok')
  await soon(() => shown('replica', 'ada/existence', 'ada/enabled')).toEqual([null, null])
  const { id: again } = await perform('replica', 'sign-up', 'ada')
  const asNew = { arguments: { password: again } }
  expect(await codeOf('replica', 'sign-in', 'ada', asNew)).toBe('user-not-confirmed')
  expect(await codeOf('replica', 'confirm-sign-up', 'ada')).toBe('ok')
  expect(await codeOf('replica', 'sign-in', 'ada', asNew)).toBe('ok')
  await soon(() => codeOf('primary', 'sign-in', 'ada', asNew)).toBe('ok')
}

/** What is written in one Region while the other cannot hear of it wins, whole. */
async function lastWriter({ stack, perform, codeOf, shown, soon }: Pair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'bob')
  const staff = { arguments: { group: 'staff' } }
  const { id: added } = await perform('primary', 'add-to-group', 'bob', staff)
  await soon(() => shown('replica', 'bob/group:staff')).toEqual([added])
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
  const all: RegisterName[] = ['bob/attribute:nickname', 'bob/group:staff']
  await soon(() => shown('primary', ...all)).toEqual([nickname, added])
  expect(await codeOf('primary', 'sign-in', 'bob', right)).toBe('ok')
  await cut?.lift()
  const { id: later } = await perform('primary', 'update-attribute', 'bob', {
    arguments: { attribute: 'nickname' },
  })
  await soon(() => shown('replica', ...all)).toEqual([later, added])
}

/** What was acknowledged is on the disk, and the worker goes on where it was. */
async function crash({ stack, perform, codeOf, shown, soon }: Pair): Promise<void> {
  const { id: created } = await perform('primary', 'admin-create-user', 'eve')
  const [primary] = stack.regions
  await primary?.lifecycle.crash()
  expect(await codeOf('primary', 'delete-user', 'eve')).toMatch(/^(not-sent|connection-re)/)
  const { id: meanwhile } = await perform('replica', 'admin-create-user', 'dan')
  await primary?.lifecycle.start()
  expect(await shown('primary', 'eve/existence')).toEqual([created])
  await soon(() => shown('replica', 'eve/existence')).toEqual([created])
  await soon(() => shown('primary', 'dan/existence')).toEqual([meanwhile])
}
