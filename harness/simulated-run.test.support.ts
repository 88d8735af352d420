import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { packageRoot } from './kernel/paths.ts'
import { resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { runPlan } from './run.ts'
import type { RunResult } from './verdict/verdict.ts'

const found = await discoverScenarios({ folder: packageRoot, library: {} })

/**
 * One scenario of the package against the reference with these switches, in the sim world. Its
 * reports are in `outFolder` until the test is over.
 */
export async function simulatedRun(
  id: string,
  switches: Readonly<Record<string, string>>,
): Promise<{ readonly result: RunResult; readonly outFolder: string }> {
  const scenario = found.find((one) => one.scenario.id === id)?.scenario
  const target = builtinRegistries.targets.find(({ name }) => name === 'reference')
  if (scenario === undefined || target === undefined) throw new Error(`no ${id}`)
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-simulated-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const plan = resolvePlan(
    { world: 'sim', scenarios: [id], switches },
    {
      tool: '0',
      targets: [target.name],
      scenarios: [id],
      mutants: [],
      switches: { [target.name]: target.switches ?? {} },
    },
  )
  const outFolder = join(folder, 'out')
  return { result: await runPlan(plan, { scenarios: [scenario], outFolder }), outFolder }
}
