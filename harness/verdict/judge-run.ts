import { conclude } from './lattice.ts'
import type { RunResult, ScenarioResult } from './verdict.ts'

/**
 * The answers of a whole run. It is judged by safety; compatibility is judged by a named profile
 * alone and stays `skipped` where none is asked for.
 *
 * @param complete - False where scenarios are missing: what was not run shows nothing, so that
 *   the rest is at best inconclusive.
 */
export function judgeRun(
  scenarios: readonly Pick<ScenarioResult, 'verdict'>[],
  complete = true,
): Pick<RunResult, 'verdict' | 'safe' | 'compatible'> {
  const verdicts = scenarios.map((scenario) => scenario.verdict)
  const safe = conclude(complete ? verdicts : [...verdicts, 'inconclusive'])
  return { verdict: safe, safe, compatible: 'skipped' }
}
