import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { mutants } from '../../fixtures/mutants/index.ts'
import { configuredExpected } from '../cli/configured-expected.ts'
import type { UserConfig } from '../config/define-config.ts'
import { toolVersion } from '../kernel/version.ts'
import { defaults } from '../plan/defaults.ts'
import type { Plan } from '../plan/plan.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { builtinRegistries, switchesOf } from '../registries.ts'
import { failureText } from '../report/failure-text.ts'
import { newRunFolder, runPlan } from '../run.ts'
import { type Registrar, registrarKey, type Scenario } from '../scenario/scenario.ts'
import type { ScenarioResult } from '../verdict/verdict.ts'

/** Room for cleaning and judging beyond the longest scenario. */
const marginMillis = 60_000

const config: UserConfig = JSON.parse(process.env.INTERREGNUM_CONFIG ?? '{}')

/** Read before there is a registrar: the files of scenarios that it names are loaded for it. */
const expected =
  config.expected === undefined
    ? undefined
    : await configuredExpected(
        process.env.INTERREGNUM_CONFIG_FOLDER ?? process.cwd(),
        config.target ?? defaults.target,
      )

/** One scenario as a run of its own, from the environment that the plugin set. */
function planOf(scenario: Scenario): Plan {
  const seed = process.env.INTERREGNUM_SEED ?? ''
  return resolvePlan(
    {
      target: config.target,
      mutants: config.mutants,
      switches: config.switches,
      pinned: config.pinned,
      objectives: config.objectives,
      expected,
      scenarios: [scenario.id],
      world: process.env.INTERREGNUM_WORLD,
      seed: seed === '' ? undefined : Number(seed),
    },
    {
      tool: toolVersion(),
      targets: builtinRegistries.targets.map((target) => target.name),
      scenarios: [scenario.id],
      mutants: mutants.map(({ id }) => id),
      switches: switchesOf(builtinRegistries),
    },
  )
}

/**
 * What is wrong with the answer of one scenario; undefined if nothing is. A hazard that the
 * documented reference is known to have must show there, by the rule that it breaks and no other;
 * what differs from it, such as a user's own system, has to pass, but for what a file of expected
 * results names.
 */
function complaint({ target, mutants }: Plan, result: ScenarioResult): string | undefined {
  const { expected, verdict, requirements } = result
  if (verdict === 'skipped') return undefined
  if (expected.standing !== undefined) {
    const { standing } = expected
    const green = standing === 'pass' || standing === 'expected'
    return green ? undefined : `${standing}: ${failureText(result)}`
  }
  const documented = target === 'reference' && mutants.length === 0 && expected.verdict === 'fail'
  if (!documented || verdict === 'inconclusive') {
    return verdict === 'pass' ? undefined : `${verdict}: ${failureText(result)}`
  }
  if (verdict === 'pass') {
    return `pass: the hazard that the documented reference has did not show (${expected.rule})`
  }
  const broken = requirements.filter((rule) => rule.verdict === 'fail').map(({ id }) => id)
  const others = broken.filter((id) => expected.rule !== undefined && id !== expected.rule)
  return others.length === 0 ? undefined : `fail of ${others.join(', ')}: ${failureText(result)}`
}

/** Registers a scenario as a test. What a run left stays where the test is red. */
const register: Registrar = (scenario) => {
  const plan = planOf(scenario)
  const timeout = plan.limits.scenarioMillisMax + marginMillis
  test(scenario.id, { timeout }, async ({ signal, skip }) => {
    const outFolder = join(process.cwd(), 'reports', 'vitest', basename(newRunFolder('.')))
    const run = await runPlan(plan, { scenarios: [scenario], outFolder, signal })
    const result = run.scenarios[0]
    if (result === undefined) expect.fail('interrupted before the scenario ran')
    const clean = run.leftovers.length === 0
    const wrong = complaint(plan, result)
    if (clean && wrong === undefined) await rm(outFolder, { recursive: true, force: true })
    if (!clean) expect.fail(`left behind: ${run.leftovers.join('; ')}`)
    if (result.verdict === 'skipped') skip(result.reason)
    if (wrong !== undefined) expect.fail(`${wrong}\nReport: ${outFolder}/report.html`)
  })
}

Object.assign(globalThis, { [registrarKey]: register })
