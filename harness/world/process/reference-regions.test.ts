import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyedRandom } from '../../kernel/random.ts'
import { seconds } from '../../kernel/time.ts'
import { openRun, type RunGuard } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { RunningStack, TargetSession } from '../../target/contract.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { processWorld } from './process-world.ts'

// Goal: the world carries a real identity stack through faults. Method: the reference pair as
// processes, set up by its target; what replication brings is polled for, never slept for.

const plan = resolvePlan(
  { scenarios: ['any'], cryptography: { passwordHashCost: 2 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

let state: string
let guard: RunGuard
let stack: RunningStack
let session: TargetSession
let operations = 0

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'reference-test-'))
  guard = await openRun({ stateFolder: state })
  stack = await processWorld({ plan, ledger: guard.ledger }).start(
    await referenceTarget.topology(plan),
  )
  session = await referenceTarget.prepare(stack, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: Buffer.from('digest key'),
    onJwks: () => {},
  })
})

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]()
  expect(await guard?.close()).toEqual([])
  await rm(state, { recursive: true })
})

const regionOf = (role: 'primary' | 'replica') => {
  const found = stack.regions.find((region) => region.role === role)
  if (found === undefined) throw new Error(`no ${role}`)
  return found
}

const linkOf = (name: string) => {
  const found = stack.links.find((link) => link.name === name)
  if (found === undefined) throw new Error(`no link ${name}`)
  return found
}

const create = async (user: string): Promise<string> => {
  operations += 1
  const operation = {
    id: `op${operations}`,
    function: 'admin-create-user',
    user,
    to: regionOf('primary').name,
    purpose: 'workload',
    arguments: {},
    resolved: {},
  } as const
  const client = session.connect(regionOf('primary'))
  return (await client.perform(operation, stack.clock.timeout(seconds(10)))).type
}

const exists = async (role: 'primary' | 'replica', user: string): Promise<boolean> => {
  operations += 1
  const register = `${user}/existence`
  const operation = {
    id: `op${operations}`,
    function: 'read-user',
    user,
    to: regionOf(role).name,
    purpose: 'probe',
    arguments: {},
    resolved: {},
    reads: [register],
  } as const
  const client = session.connect(regionOf(role))
  const outcome = await client.perform(operation, stack.clock.timeout(seconds(10)))
  expect(outcome.type).toBe('ok')
  return (
    outcome.observed?.some((read) => read.register === register && read.value !== null) ?? false
  )
}

test('the canary of every link passes', async () => {
  for (const link of stack.links) {
    expect([link.name, (await link.canary(seconds(10))).outcome]).toEqual([link.name, 'passed'])
  }
})

test('a write reaches the replica, not over a cut link, and after the link is back', async () => {
  expect(await create('ada')).toBe('ok')
  await expect.poll(() => exists('replica', 'ada'), { timeout: 10_000 }).toBe(true)
  const cut = await linkOf('replication').disturb({ kind: 'cut' })
  expect(await create('grace')).toBe('ok')
  expect(await exists('primary', 'grace')).toBe(true)
  expect(await exists('replica', 'grace')).toBe(false)
  await cut.lift()
  await expect.poll(() => exists('replica', 'grace'), { timeout: 10_000 }).toBe(true)
})

test('what was acknowledged survives a crash, and replication goes on after it', async () => {
  expect(await create('edsger')).toBe('ok')
  const before = await regionOf('primary').control.status()
  await regionOf('primary').lifecycle.crash()
  expect(await regionOf('primary').lifecycle.observe()).toBe('stopped')
  await regionOf('primary').lifecycle.start()
  const after = await regionOf('primary').control.status()
  expect(after.boot).toBe(before.boot + 1)
  expect(after.position).toBeGreaterThanOrEqual(before.position)
  expect(await exists('primary', 'edsger')).toBe(true)
  expect(await create('barbara')).toBe('ok')
  await expect.poll(() => exists('replica', 'barbara'), { timeout: 15_000 }).toBe(true)
})

test('each Region tells its own time, and both travel', async () => {
  await regionOf('replica').control.setWallOffset(seconds(90))
  await stack.timeTravel.advance(seconds(600))
  const ahead = async (role: 'primary' | 'replica'): Promise<number> =>
    Math.round(((await regionOf(role).control.readWall()) - stack.wall.now()) / 10_000_000) + 0
  expect([await ahead('primary'), await ahead('replica')]).toEqual([0, 9])
})
