import type { HistorySummary } from '../history/history-parser.ts'
import type { EventLine, HeaderLine } from '../history/line.ts'
import { type HistorySource, scanHistory } from '../history/reader.ts'
import { Audience } from './audience.ts'
import type { Checker, CheckerResult, CheckerRun } from './checker.ts'

/** Checkers at work on one history, side by side. */
export interface CheckerPass {
  step(line: EventLine, index: number): void
  finish(): readonly CheckerResult[]
}

/**
 * Begins checkers on one history. They share what they have in common (see `fold/`), and each is
 * shown the lines that it asks for.
 */
export function beginCheckers(header: HeaderLine, checkers: readonly Checker[]): CheckerPass {
  const runs: readonly CheckerRun[] = checkers.map((checker) => checker.begin(header))
  const audience = new Audience(runs)
  return {
    step: (line, index) => {
      for (const run of audience.of(line, index)) run.step(line, index)
    },
    finish: () => runs.map((run) => run.finish()),
  }
}

/** Runs checkers over lines in memory, in one pass. */
export function runCheckers(
  header: HeaderLine,
  lines: Iterable<EventLine>,
  checkers: readonly Checker[],
): readonly CheckerResult[] {
  const pass = beginCheckers(header, checkers)
  let index = 1
  for (const line of lines) {
    pass.step(line, index)
    index += 1
  }
  return pass.finish()
}

/** Results and what the reader says of the file. */
export interface CheckedHistory {
  readonly results: readonly CheckerResult[]
  readonly summary: HistorySummary
}

/**
 * Runs checkers over a stored history, in one pass, without holding it in memory.
 *
 * @throws HistoryBrokenError, HistoryUnreadableError as {@link scanHistory} does.
 */
export function checkHistory(source: HistorySource, checkers: readonly Checker[]): CheckedHistory {
  let pass: CheckerPass | undefined
  const summary = scanHistory(source, {
    header: (header) => {
      pass = beginCheckers(header, checkers)
    },
    line: (line, index) => pass?.step(line, index),
  })
  return { results: pass?.finish() ?? [], summary }
}
