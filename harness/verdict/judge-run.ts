import { judgeRunObjectives } from './judge-objective.ts'
import { combine, conclude } from './lattice.ts'
import type { ResolvedObjective } from './resolve-objective.ts'
import type { RunResult, ScenarioResult, Verdict } from './verdict.ts'

/** What a run is judged by beside its scenarios. */
export interface RunGrounds {
  /**
   * False where scenarios are missing: what was not run shows nothing, so that the rest is at
   * best inconclusive.
   */
  readonly complete?: boolean
  readonly objectives?: readonly ResolvedObjective[]
}

/**
 * The answers of a whole run: *Safe?* by rules and by what a scenario claims beyond them, *Claim?*
 * by the objectives of the plan, if there are some, *Compatible?* by what the profile of its kind
 * documents. The verdict rests on the first two: a system may differ from what is documented and be
 * the safer for it. What is expected to be broken makes nothing safe, but does not fail the run.
 */
export function judgeRun(
  scenarios: readonly (Pick<
    ScenarioResult,
    'id' | 'verdict' | 'safe' | 'objectives' | 'conformance'
  > &
    Partial<Pick<ScenarioResult, 'expected'>>)[],
  { complete = true, objectives = [] }: RunGrounds = {},
): Pick<RunResult, 'verdict' | 'safe' | 'compatible' | 'claim' | 'objectives'> {
  const missing = complete ? [] : (['inconclusive'] as const)
  const texts = new Set(objectives.map((one) => one.text))
  const safe = conclude([...scenarios.map((one) => safetyOf(one, texts)), ...missing])
  const documented = scenarios.flatMap(({ conformance = [] }) => conformance)
  const compatible = combine(documented.map((one) => one.verdict))
  const standing = standingOf(scenarios, missing)
  if (objectives.length === 0) return { verdict: standing ?? safe, safe, compatible }
  const aims = judgeRunObjectives(objectives, scenarios)
  const claim = conclude([...aims.map((aim) => aim.verdict), ...missing])
  // One that is broken counts in the scenario that broke it, unless it is expected there.
  const open = claim === 'fail' ? 'pass' : claim
  const verdict = standing === undefined ? combine([safe, claim]) : combine([standing, open])
  return { verdict, safe, compatible, claim, objectives: aims }
}

/** What scenarios count as beside a file of expected results; undefined where there is none. */
function standingOf(
  scenarios: readonly Partial<Pick<ScenarioResult, 'expected'>>[],
  missing: readonly Verdict[],
): Verdict | undefined {
  const standings = scenarios.flatMap(({ expected }) => expected?.standing ?? [])
  if (standings.length === 0) return undefined
  return conclude([...standings.map((one) => (one === 'expected' ? 'pass' : one)), ...missing])
}

/** Of a scenario: by its rules and its own objectives, whatever those of the plan say. */
function safetyOf(
  { verdict, safe, objectives = [] }: Pick<ScenarioResult, 'verdict' | 'safe' | 'objectives'>,
  ofPlan: ReadonlySet<string>,
): Verdict {
  const own = objectives.filter((one) => !ofPlan.has(one.objective))
  return combine([safe ?? verdict, ...own.map((one) => one.verdict)])
}
