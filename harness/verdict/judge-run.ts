import { conclude } from './lattice.ts'
import type { RunResult, ScenarioResult } from './verdict.ts'

/**
 * The answers of a whole run. It is judged by safety; compatibility is judged by a named profile
 * alone and stays `skipped` where none is asked for.
 */
export function judgeRun(
  scenarios: readonly Pick<ScenarioResult, 'verdict'>[],
): Pick<RunResult, 'verdict' | 'safe' | 'compatible'> {
  const safe = conclude(scenarios.map((scenario) => scenario.verdict))
  return { verdict: safe, safe, compatible: 'skipped' }
}
