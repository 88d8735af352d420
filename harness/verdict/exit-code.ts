import { exitCodes } from '../kernel/errors.ts'
import type { RunResult, Verdict } from './verdict.ts'

/** The order in which exit codes win over each other. */
const precedence: readonly number[] = [
  exitCodes.internal,
  exitCodes.usage,
  exitCodes.leftover,
  exitCodes.interrupted,
  exitCodes.fail,
  exitCodes.inconclusive,
  exitCodes.pass,
]

/** The code that wins; of nothing it is that of a pass. Unknown codes count as internal. */
export function worstExitCode(codes: Iterable<number>): number {
  let best = precedence.length - 1
  for (const code of codes) {
    const place = precedence.indexOf(code)
    best = Math.min(best, Math.max(place, 0))
  }
  return precedence[best] ?? exitCodes.internal
}

/** The exit code of a verdict; `skipped` counts as inconclusive. */
export function exitCodeOfVerdict(verdict: Verdict): number {
  return verdict === 'skipped' ? exitCodes.inconclusive : exitCodes[verdict]
}

/** The exit code of a run that came to its end. */
export function exitCodeOfRun(result: Pick<RunResult, 'verdict' | 'leftovers'>): number {
  return worstExitCode([
    exitCodeOfVerdict(result.verdict),
    ...(result.leftovers.length > 0 ? [exitCodes.leftover] : []),
  ])
}
