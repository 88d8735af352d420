import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPostgres } from '../../../fixtures/reference/storage/postgres/binaries.ts'
import { findGlewlwyd } from '../../../fixtures/systems/glewlwyd/find-glewlwyd.ts'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { Outcome, RunningRegion, RunningStack } from '../contract.ts'
import { totpStepAt, totpStepMicros } from '../totp.ts'
import { glewlwydFunctions } from './functions.ts'
import { glewlwydTarget } from './target.ts'

// Goal: the contract carries an identity provider above a database that streams. Method: every
// function against two Regions that run, then both ends of a promotion; what replication brings is
// polled for.

const plan = resolvePlan(
  { scenarios: ['any'], target: 'glewlwyd', limits: { regionReadyMillisMax: 60_000 } },
  { tool: 'test', targets: ['glewlwyd'], scenarios: ['any'], mutants: [] },
)

type Perform = (
  region: RunningRegion,
  fn: OperationFunction,
  user: string,
  more?: {
    arguments?: Record<string, string>
    resolved?: Readonly<Record<string, string>>
    reads?: RegisterName[]
    password?: true
  },
) => Promise<Outcome & { readonly id: string }>

async function inPair(
  body: (stack: RunningStack, perform: Perform) => Promise<void>,
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'glewlwyd-test-'))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await glewlwydTarget.topology(plan))
    const session = await glewlwydTarget.prepare(stack, {
      plan,
      random: keyedRandom(plan.seed),
      digestKey: Buffer.from('digest key'),
      onJwks: () => {},
    })
    const clients = new Map(stack.regions.map((region) => [region, session.connect(region)]))
    let operations = 0
    await body(stack, async (region, fn, user, { password, ...more } = {}) => {
      operations += 1
      const id = `op${operations}`
      const writes = password ? [{ register: `${user}/password`, value: id }] : []
      const frame = { id, function: fn, user, to: region.name, purpose: 'workload' } as const
      const operation = { ...frame, arguments: {}, resolved: {}, writes, ...more }
      const outcome = await clients.get(region)?.perform(operation, stack.clock.timeout(late))
      return { id, ...(outcome ?? { type: 'info' }) }
    })
  } finally {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  }
}

const late = seconds(30)
const timeout = 30_000

test('two Regions carry every function, and both ends of a promotion', async (context) => {
  need(context, 'postgres', findPostgres())
  need(context, 'glewlwyd', findGlewlwyd())
  await inPair(async (stack, perform) => {
    const [first, second] = stack.regions as [RunningRegion, RunningRegion]
    const done = new Set<OperationFunction>()
    const codeOf: (...of: Parameters<Perform>) => Promise<string> = async (...of) => {
      done.add(of[1])
      const { type, error } = await perform(...of)
      return error?.code ?? type
    }
    const results: (...of: Parameters<Perform>) => Promise<Record<string, string>> = async (
      ...of
    ) => {
      done.add(of[1])
      const outcome = await perform(...of)
      expect([of[1], outcome.error?.code, outcome.type]).toEqual([of[1], undefined, 'ok'])
      return { id: outcome.id, ...outcome.results }
    }
    const shown = async (region: RunningRegion, read: RegisterName): Promise<unknown> => {
      done.add('read-user')
      const { observed = [] } = await perform(region, 'read-user', 'ada', { reads: [read] })
      return observed[0]?.value
    }
    for (const link of stack.links) {
      expect([link.name, (await link.canary(late)).outcome]).toEqual([link.name, 'passed'])
    }

    // What an administrator does, and what the standby shows of it.
    const { id: created = '' } = await results(first, 'admin-create-user', 'ada', {
      password: true,
    })
    const nickname = { arguments: { attribute: 'nickname' } }
    const { id: named } = await results(first, 'update-attribute', 'ada', nickname)
    await results(first, 'disable-user', 'ada')
    expect(await shown(first, 'ada/enabled')).toBe('disabled')
    await results(first, 'enable-user', 'ada')
    expect(await shown(first, 'ada/enabled')).toBe(null)
    expect(await shown(first, 'ada/existence')).toBe(created)
    await expect.poll(() => shown(second, 'ada/attribute:nickname'), { timeout }).toBe(named)
    expect(await codeOf(second, 'update-attribute', 'ada', nickname)).toBe('server-error')
    expect(await codeOf(first, 'enable-user', 'nobody')).toBe('absent')

    // Tokens: a database decides, and an application of its own may decide otherwise.
    const right = { arguments: { password: created } }
    const tokens = await results(first, 'sign-in', 'ada', right)
    expect(Object.keys(tokens).sort()).toEqual(['accessToken', 'id', 'idToken', 'refreshToken'])
    expect(await codeOf(first, 'guess-password', 'ada')).toBe('wrong-password')
    const session = { resolved: tokens }
    expect(await codeOf(first, 'use-token', 'ada', session)).toBe('ok')
    await expect.poll(() => codeOf(second, 'use-token', 'ada', session), { timeout }).toBe('ok')
    expect(await codeOf(second, 'sign-in', 'ada', right)).toBe('server-error')
    expect(await codeOf(first, 'refresh', 'ada', session)).toBe('ok')
    expect(await codeOf(first, 'revoke', 'ada', session)).toBe('ok')
    expect(await codeOf(first, 'refresh', 'ada', session)).toBe('invalid_grant')
    const rotating = { arguments: { password: created, client: 'rotating' } }
    const turning = { resolved: await results(first, 'sign-in', 'ada', rotating) }
    const { refreshToken: next = '' } = await results(first, 'rotate', 'ada', turning)
    expect(next).not.toBe(turning.resolved.refreshToken)
    expect(await codeOf(first, 'rotate', 'ada', turning)).toBe('invalid_grant')
    await results(first, 'machine-sign-in', 'machine')
    const { id: changed = '' } = await results(first, 'set-password', 'ada')
    expect(await codeOf(first, 'sign-in', 'ada', right)).toBe('wrong-password')

    // A code is good once, and the password alone opens nothing any more.
    const enrolled = { resolved: await results(first, 'associate-totp', 'ada') }
    await results(first, 'verify-totp', 'ada')
    await results(first, 'prefer-totp', 'ada')
    expect(await shown(first, 'ada/factor')).toBe('totp')
    const newest = { arguments: { password: changed } }
    const begin = async (region: RunningRegion): Promise<Record<string, string>> => ({
      ...enrolled.resolved,
      ...(await results(region, 'sign-in', 'ada', newest)),
    })
    const begun = await begin(first)
    expect(begun.accessToken).toBe(undefined)
    expect(await codeOf(first, 'guess-code', 'ada', { resolved: begun })).toBe('wrong-code')
    // A code near the end of its step may be one of the step before when it arrives.
    const left = totpStepMicros - (stack.wall.now() - totpStepAt(stack.wall.now()) * totpStepMicros)
    if (left < seconds(3)) await stack.clock.sleep(left)
    const { code = '' } = await results(first, 'answer-totp', 'ada', { resolved: begun })
    const again = { resolved: { ...(await begin(first)), code } }
    expect(await codeOf(first, 'replay-totp', 'ada', again)).toBe('wrong-code')

    // The standby becomes a primary; the old one comes back as its standby.
    const goal = (await first.control.status()).position
    const position = async (): Promise<number> => (await second.control.status()).position
    await expect.poll(position, { timeout }).toBeGreaterThanOrEqual(goal)
    await first.lifecycle.crash()
    await second.control.command('promote', null)
    expect(await second.control.command('role', null)).toEqual({ role: 'primary' })
    const { id: renamed } = await results(second, 'update-attribute', 'ada', nickname)
    await first.lifecycle.start()
    expect(await first.control.command('role', null)).toEqual({ role: 'primary' })
    await first.control.command('follow', { of: second.name })
    expect(await first.control.command('role', null)).toEqual({ role: 'replica' })
    await expect.poll(() => shown(first, 'ada/attribute:nickname'), { timeout }).toBe(renamed)
    expect(await codeOf(second, 'delete-user', 'ada')).toBe('ok')
    expect(await shown(second, 'ada/existence')).toBe(null)
    expect(glewlwydFunctions.filter((name) => !done.has(name))).toEqual([])
  })
})
