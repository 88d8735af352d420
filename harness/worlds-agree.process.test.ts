import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { memorySink } from './history/memory-sink.ts'
import { normaliseHistory } from './history/normalise.ts'
import { loadHistory } from './history/reader.ts'
import { packageRoot } from './kernel/paths.ts'
import { openRun } from './ledger/run-guard.ts'
import type { Plan } from './plan/plan.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import type { InjectedFault } from './scenario/context.ts'
import { type Scenario, scenario } from './scenario/scenario.ts'
import { realTrial, simTrial } from './trial.ts'

/**
 * Goal: a scenario is one story, whatever world it is told in. Method: its pinned schedule in
 * virtual time and on real processes; the histories are equal but for times, ids and digests.
 */
const found = await discoverScenarios({ folder: packageRoot, library: {} })

function planOf(scenario: Scenario, world: Plan['world']): Plan {
  return resolvePlan(
    {
      ...{ world, pinned: true, scenarios: [scenario.id] },
      cryptography: { passwordHashCost: 2 },
      limits: { operationMillisMax: 700 },
    },
    { tool: '0', targets: ['reference'], scenarios: [scenario.id], mutants: [] },
  )
}

async function inSim(scenario: Scenario): Promise<Uint8Array> {
  const plan = planOf(scenario, 'sim')
  const trial = await simTrial({ plan, scenario, registries: builtinRegistries })
  expect(trial.error).toBeUndefined()
  return trial.history
}

async function onProcesses(scenario: Scenario): Promise<Uint8Array> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'interregnum-agree-'))
  onTestFinished(() => rmSync(stateFolder, { recursive: true, force: true }))
  const guard = await openRun({ stateFolder })
  const sink = memorySink()
  try {
    const conducted = await realTrial({
      ...{ plan: planOf(scenario, 'process'), scenario, sink, ledger: guard.ledger },
      registries: builtinRegistries,
      signal: new AbortController().signal,
    })
    expect(conducted.error).toBeUndefined()
  } finally {
    expect(await guard.close()).toEqual([])
  }
  return sink.toBytes()
}

function normalised(bytes: Uint8Array): readonly string[] {
  const { header, lines } = loadHistory(bytes)
  return normaliseHistory(header, lines)
}

async function expectAgreement(scenario: Scenario): Promise<void> {
  const told = normalised(await inSim(scenario))
  const lived = normalised(await onProcesses(scenario))
  const first = told.findIndex((line, index) => line !== lived[index])
  expect({ line: first, sim: told[first], process: lived[first] }).toEqual({
    ...{ line: -1, sim: undefined, process: undefined },
  })
  expect(lived).toHaveLength(told.length)
  expect(told.length).toBeGreaterThan(150)
}

test.for(['region-loss-with-replication-held', 'tokens-survive-cutover'])('%s', async (id) => {
  const own = found.find((one) => one.scenario.id === id)?.scenario
  if (own === undefined) throw new Error(`no scenario ${id}`)
  await expectAgreement(own)
})

/** Every kind of fault on clients and replication, and what somebody who works meanwhile sees. */
const everyFault = scenario('every-fault', {
  claim: 'Faults are the same in every world.',
  requirements: ['FS-39'],
  needs: { faults: [], links: ['replication'] },
  async run({ primary, replica, links, workload, nemesis }) {
    const [user = ''] = await workload.bystanders(1)
    const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 50 })
    await workload.population(2)
    const work = async (): Promise<void> => {
      await traffic.until({ kind: 'completed', count: 1 })
      await workload.signIn([user], primary.name)
      await workload.signIn([user], replica.name)
    }
    const region = primary.name
    const link = links.clientsToPrimary
    const behind = links.replication
    const story: readonly (() => Promise<InjectedFault>)[] = [
      () => nemesis.inject('cut', { link }),
      () => nemesis.inject('black-hole', { link }),
      () => nemesis.inject('one-way', { link, direction: 'upstream' }),
      () => nemesis.inject('one-way', { link, direction: 'downstream' }),
      () => nemesis.inject('hold', { link }),
      () => nemesis.inject('latency', { link, latencyMillis: 60, jitterMillis: 5 }),
      () => nemesis.inject('one-way', { link: behind, direction: 'upstream' }),
      () => nemesis.inject('one-way', { link: behind, direction: 'downstream' }),
      () => nemesis.inject('latency', { link: behind, latencyMillis: 60 }),
      () => nemesis.inject('process-crash', { region }),
      () => nemesis.inject('process-crash', { region: replica.name }),
      () => nemesis.inject('restart', { region }),
      () => nemesis.inject('restart', { region: replica.name }),
      () => nemesis.inject('pause', { region: replica.name }),
      () => nemesis.inject('clock-skew', { region, offsetMillis: 90_000 }),
      () => nemesis.inject('region-loss', { region: replica.name }),
    ]
    for (const inject of story) {
      const fault = await inject()
      await work()
      await fault.heal()
      await work()
    }
    await workload.converge()
  },
})

test('every fault shows the same to those who work meanwhile', async () => {
  await expectAgreement(everyFault)
})

/** Applications of every kind, what they keep, and who cannot be asked. */
const applications = scenario('applications-decide', {
  claim: 'Applications decide the same in every world.',
  requirements: ['FS-37'],
  needs: {
    faults: ['cut', 'region-loss', 'restart'],
    relyingParties: [
      { name: 'shop', kind: 'jose' },
      { name: 'bank', kind: 'aws-jwt-verify' },
      { name: 'desk', kind: 'introspecting' },
      { name: 'gate', kind: 'caching-authorizer' },
      { name: 'blog', kind: 'web-application' },
    ],
  },
  async run({ primary, replica, relyingParties, links, workload, nemesis }) {
    const [user = ''] = await workload.bystanders(1)
    const [session] = await workload.signIn([user])
    const from = session?.operation ?? ''
    const accessToken = { from, field: 'accessToken' } as const
    const idToken = { from, field: 'idToken' } as const
    const course = { user, purpose: 'workload', lane: 'visitor' } as const
    const opened = await workload.attempt({
      ...course,
      function: 'open-session',
      to: 'blog',
      arguments: { idToken },
    })
    const visitAll = async (): Promise<void> => {
      for (const { name } of relyingParties) {
        const visit = {
          ...course,
          function: 'visit',
          to: name,
          arguments: { accessToken },
        } as const
        await workload.attempt(visit)
      }
      const cookie = { from: opened.operation, field: 'cookie' } as const
      await workload.attempt({ ...course, function: 'visit', to: 'blog', arguments: { cookie } })
    }
    await visitAll()
    const story: readonly (() => Promise<InjectedFault>)[] = [
      () => nemesis.inject('cut', { link: links.between('desk', primary.name) }),
      () => nemesis.inject('cut', { link: links.between('clients', 'gate') }),
      () => nemesis.inject('region-loss', { region: primary.name }),
      () => nemesis.inject('restart', { region: replica.name }),
    ]
    for (const inject of story) {
      const fault = await inject()
      await visitAll()
      await fault.heal()
      await visitAll()
    }
    const access = { ...course, function: 'revoke', to: primary.name } as const
    await workload.attempt({
      ...access,
      arguments: { refreshToken: { from, field: 'refreshToken' } },
    })
    await workload.replicated()
    await visitAll()
  },
})

test('applications decide the same as processes of their own', async () => {
  await expectAgreement(applications)
})
