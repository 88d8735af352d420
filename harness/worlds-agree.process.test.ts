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
import type { Scenario } from './scenario/scenario.ts'
import { processTrial, simTrial } from './trial.ts'

/**
 * Goal: a scenario is one story, whatever world it is told in. Method: its pinned schedule in
 * virtual time and on real processes; the histories are equal but for times, ids and digests.
 */
const found = await discoverScenarios({ folder: packageRoot, library: {} })

function planOf(scenario: Scenario, world: Plan['world']): Plan {
  return resolvePlan(
    { world, pinned: true, scenarios: [scenario.id], cryptography: { passwordHashCost: 2 } },
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
    const conducted = await processTrial({
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

test.for(['region-loss-with-replication-held', 'tokens-survive-cutover'])('%s', async (id) => {
  const scenario = found.find((one) => one.scenario.id === id)?.scenario
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const told = normalised(await inSim(scenario))
  const lived = normalised(await onProcesses(scenario))
  const first = told.findIndex((line, index) => line !== lived[index])
  expect({ line: first, sim: told[first], process: lived[first] }).toEqual({
    ...{ line: -1, sim: undefined, process: undefined },
  })
  expect(lived).toHaveLength(told.length)
  expect(told.length).toBeGreaterThan(250)
})
