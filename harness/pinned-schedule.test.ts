import { expect, test } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { loadHistory } from './history/reader.ts'
import { packageRoot } from './kernel/paths.ts'
import { faults } from './nemesis/faults/index.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { skipReason } from './scenario/skip-reason.ts'
import { referenceTarget } from './target/reference/target.ts'
import { simTrial } from './trial.ts'

/**
 * Goal: each scenario has one pinned schedule: one process at a time, the same operations in the
 * same order. Method: conducted twice in virtual time, compared byte by byte.
 */
const found = await discoverScenarios({ folder: packageRoot, library: {} })

const plan = { world: 'sim', storage: 'memory' } as const

const simulated = found
  .map(({ scenario }) => scenario)
  .filter((scenario) => skipReason(scenario, plan, referenceTarget, faults) === undefined)

test.for(simulated)('$id', async (scenario) => {
  const pinned = resolvePlan(
    { world: 'sim', pinned: true, scenarios: [scenario.id] },
    { tool: '0', targets: ['reference'], scenarios: [scenario.id], mutants: [] },
  )
  const conduct = () => simTrial({ plan: pinned, scenario, registries: builtinRegistries })
  const [first, second] = [await conduct(), await conduct()]
  expect(first.error).toBeUndefined()
  expect(second.traceDigest).toBe(first.traceDigest)
  expect(Buffer.from(second.history).equals(first.history)).toBe(true)

  const { header, lines } = loadHistory(first.history)
  expect(header.pinned).toBe(true)
  const underWay = new Set<string>()
  for (const line of lines) {
    if (line.type === 'invoke') {
      expect([...underWay]).toEqual([])
      underWay.add(line.operation)
    } else if (line.type === 'ok' || line.type === 'fail' || line.type === 'info') {
      underWay.delete(line.operation)
    }
  }
  expect(lines.at(-1)).toMatchObject({ type: 'end', reason: 'complete' })
})
