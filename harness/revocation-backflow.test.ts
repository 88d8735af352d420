import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { packageRoot } from './kernel/paths.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { runPlan } from './run.ts'

// Goal: a primary that is told what was revoked at the replica is found safe, and one that is not
// is found unsafe. Method: one story with both settings of the switch.

const id = 'revoked-stays-revoked'
const found = await discoverScenarios({ folder: packageRoot, library: {} })

test.each([
  ['none', 'fail'],
  ['async', 'pass'],
])('with revocationBackflow=%s the verdict is %s', async (revocationBackflow, verdict) => {
  const scenario = found.find((one) => one.scenario.id === id)?.scenario
  const [target] = builtinRegistries.targets
  if (scenario === undefined || target === undefined) throw new Error(`no ${id}`)
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-backflow-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const plan = resolvePlan(
    { world: 'sim', scenarios: [id], switches: { revocationBackflow } },
    {
      tool: '0',
      targets: [target.name],
      scenarios: [id],
      mutants: [],
      switches: { [target.name]: target.switches ?? {} },
    },
  )
  const outFolder = join(folder, 'out')
  const result = await runPlan(plan, { scenarios: [scenario], outFolder })
  expect(result.scenarios[0]?.requirements[0]).toMatchObject({ id: 'FS-21', verdict })
})
