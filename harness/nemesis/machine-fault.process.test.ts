import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, type TestContext, test } from 'vitest'
import { need } from '../kernel/testing/need.ts'
import { openRun, type RunGuard } from '../ledger/run-guard.ts'
import { engineForTests } from '../ledger/testing/engine-fixture.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { FaultName, FaultParameters } from '../scenario/context.ts'
import type { RunningStack } from '../target/contract.ts'
import { referenceTarget } from '../target/reference/target.ts'
import { containerWorld } from '../world/container/container-world.ts'
import { imagesFor } from '../world/container/images.ts'
import { prepareContainers } from '../world/container/prepare-containers.ts'
import { missingFaults } from '../world/missing-faults.ts'
import type { FaultEnvironment, Verification } from './fault.ts'
import { faults } from './faults/index.ts'

// Goal: what is done below the links shows to others, and is undone. Method: the reference pair in
// containers, one stack for all tests, each fault through all of its steps.

const plan = resolvePlan(
  {
    scenarios: ['any'],
    world: 'container',
    cryptography: { passwordHashCost: 2 },
    limits: { regionReadyMillisMax: 60_000 },
  },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

const tried = [
  ...(['network-disconnect', 'network-one-way-drop'] as const),
  ...(['memory-limit', 'cpu-limit', 'fsync-fails'] as const),
]

interface Ground {
  readonly state: string
  readonly guard: RunGuard
  readonly stack: RunningStack
  readonly missing: ReadonlyMap<string, string>
}

let ground: Promise<Ground> | undefined

async function begin(): Promise<Ground> {
  const state = await mkdtemp(join(tmpdir(), 'machine-test-'))
  const guard = await openRun({ stateFolder: state })
  const { ledger } = guard
  await prepareContainers(ledger, imagesFor(plan.storage))
  const missing = await missingFaults('container', new Set(tried), ledger)
  const able = tried.filter((name) => !missing.has(name))
  const stack = await containerWorld({ plan, ledger, faults: able }).start(
    await referenceTarget.topology(plan),
  )
  return { state, guard, stack, missing }
}

afterAll(async () => {
  if (ground === undefined) return
  const { guard, stack, state } = await ground
  await stack[Symbol.asyncDispose]()
  expect(await guard.close()).toEqual([])
  await rm(state, { recursive: true })
})

/** The stack, where this machine can inject the fault. */
async function running(context: TestContext, name: FaultName): Promise<Ground> {
  need(context, 'docker', await engineForTests())
  ground ??= begin()
  const found = await ground
  const why = found.missing.get(name)
  return need(context, `what ${name} takes (${why})`, why === undefined ? found : undefined)
}

/** What a fault looks like in force and healed. */
async function throughAllSteps<F extends FaultName>(
  { stack }: Ground,
  name: F,
  parameters: FaultParameters[F],
  meanwhile: () => Promise<void> = async () => {},
): Promise<readonly Verification[]> {
  const route = { current: () => 'nowhere', switchTo: () => {} }
  const environment: FaultEnvironment = { stack, route }
  const fault = faults[name].create(parameters, environment)
  await fault.apply()
  const seen = await fault.verify()
  await meanwhile()
  await fault.heal()
  return [seen, await fault.verifyHealed()]
}

const held = (detail: string): Verification => ({ held: true, detail })

/** Everything that leads to the primary. */
const silent = held('canary through replication: silent; canary through clients→primary: silent')
const passed = held('canary through replication: passed; canary through clients→primary: passed')

const region = 'us-east-1'

test('a Region off the network is silent to all, runs on, and comes back', async (context) => {
  const found = await running(context, 'network-disconnect')
  const [primary] = found.stack.regions
  const endpoint = primary?.endpoint
  const seen = await throughAllSteps(found, 'network-disconnect', { region }, async () => {
    expect(await primary?.lifecycle.observe()).toBe('running')
    expect(await primary?.control.status()).toMatchObject({ boot: 1 })
  })
  expect(seen).toEqual([silent, passed])
  expect(primary?.endpoint).toBe(endpoint)
})

test.for(['into', 'out-of'] as const)('packets %s a Region are dropped', async (way, context) => {
  const found = await running(context, 'network-one-way-drop')
  const parameters = { region, direction: way }
  expect(await throughAllSteps(found, 'network-one-way-drop', parameters)).toEqual([silent, passed])
})

test('the memory of a Region is bounded, and not any more', async (context) => {
  const found = await running(context, 'memory-limit')
  expect(await throughAllSteps(found, 'memory-limit', { region, megabytes: 512 })).toEqual([
    held(`memory of ${region}: at most 512 MB`),
    held(`memory of ${region}: no bound`),
  ])
})

test('processor time of a Region is bounded, and not any more', async (context) => {
  const found = await running(context, 'cpu-limit')
  expect(await throughAllSteps(found, 'cpu-limit', { region, share: 0.5 })).toEqual([
    held(`cpu of ${region}: at most 0.5 processors`),
    held(`cpu of ${region}: no bound`),
  ])
})

test('syncs of a Region fail, and work again', async (context) => {
  const found = await running(context, 'fsync-fails')
  expect(await throughAllSteps(found, 'fsync-fails', { region })).toEqual([
    held(`a sync of the disk of ${region}: refused with EIO`),
    held(`a sync of the disk of ${region}: done`),
  ])
})
