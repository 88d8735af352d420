import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { findPostgres } from '../../../fixtures/reference/storage/postgres/binaries.ts'
import type { Operation } from '../../history/operation.ts'
import { systemClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { seconds } from '../../kernel/time.ts'
import { processTable } from '../../ledger/process-table.ts'
import { openRun } from '../../ledger/run-guard.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { signUp } from '../../workload/intents.ts'
import { failingSyncsFault } from '../../world/failing-syncs.ts'
import { missingFaults } from '../../world/missing-faults.ts'
import { processWorld } from '../../world/process/process-world.ts'
import type { FaultEnvironment } from '../fault.ts'
import { fsyncFails } from './fsync-fails.ts'

// Goal: real software whose syncs fail acknowledges nothing, and what it acknowledged before stays.
// Method: the reference pair on processes, in both storages; a sign-up before, during and after.

const faults = [failingSyncsFault]
const clock = systemClock()

async function startPair(context: TestContext, storage: 'memory' | 'postgres') {
  const plan = resolvePlan(
    {
      ...{ scenarios: ['any'], world: 'process', storage },
      cryptography: { passwordHashCost: 2 },
    },
    { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
  )
  const state = await mkdtemp(join(tmpdir(), 'failing-syncs-test-'))
  const guard = await openRun({ stateFolder: state })
  const { ledger } = guard
  onTestFinished(async () => {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  })
  const missing = await missingFaults('process', new Set(faults), ledger)
  need(context, 'cc', missing.size === 0 ? true : undefined)
  const topology = await referenceTarget.topology(plan)
  const stack = await processWorld({ plan, ledger, faults }).start(topology)
  onTestFinished(() => stack[Symbol.asyncDispose]())
  const session = await referenceTarget.prepare(stack, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: new Uint8Array(32),
    onJwks: () => {},
  })
  const [primary] = stack.regions
  invariant(primary !== undefined, 'the topology has a primary')
  const client = session.connect(primary)
  const perform = async (operation: Operation): Promise<string> => {
    const resolved = { ...operation, resolved: {} }
    return (await client.perform(resolved, clock.timeout(seconds(20)))).type
  }
  const route = { current: () => primary.name, switchTo: () => {} }
  const environment: FaultEnvironment = { stack, route }
  return { primary, perform, fault: fsyncFails.create({ region: primary.name }, environment) }
}

test('memory: nothing is acknowledged before the next start', async (context) => {
  const { primary, perform, fault } = await startPair(context, 'memory')
  expect(await perform(signUp('op1', 'ada'))).toBe('ok')
  await fault.apply()
  expect(await fault.verify()).toMatchObject({ held: true })
  expect(await perform(signUp('op2', 'eve'))).toBe('info')
  await fault.heal()
  expect(await fault.verifyHealed()).toMatchObject({ held: true })
  expect(await perform(signUp('op3', 'kim'))).toBe('info')
  await primary.lifecycle.crash()
  await primary.lifecycle.start()
  expect(await perform(signUp('op4', 'kim'))).toBe('ok')
  expect(await perform(signUp('op5', 'ada'))).toBe('fail')
})

test('postgres: the database ends itself, and recovers what it acknowledged', async (context) => {
  need(context, 'postgres', findPostgres())
  const { primary, perform, fault } = await startPair(context, 'postgres')
  /** Those that serve below the first process of the database: all of them end in a panic. */
  const family = async (): Promise<readonly number[]> => {
    const said = await primary.control.command('database', null)
    const { servers } = said as { readonly servers: readonly { readonly pid: number }[] }
    const families = servers.map(({ pid }) => processTable().children(pid))
    const members = (await Promise.all(families)).flat()
    return members.map(({ pid }) => pid)
  }
  expect(await perform(signUp('op1', 'ada'))).toBe('ok')
  const before = await family()
  expect(before).not.toEqual([])
  await fault.apply()
  expect(await fault.verify()).toMatchObject({ held: true })
  expect(await perform(signUp('op2', 'eve'))).toBe('info')
  await fault.heal()
  expect(await fault.verifyHealed()).toMatchObject({ held: true })
  const after = await family()
  expect(before.filter((pid) => after.includes(pid))).toEqual([])
  expect(await perform(signUp('op3', 'ada'))).toBe('fail')
  expect(await perform(signUp('op4', 'kim'))).toBe('ok')
})
