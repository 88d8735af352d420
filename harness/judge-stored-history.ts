import type { HistorySummary } from './history/history-parser.ts'
import type { HeaderLine } from './history/line.ts'
import { type HistorySource, scanHistory } from './history/reader.ts'
import { HistoryUnreadableError } from './kernel/errors.ts'
import {
  type HistoryJudge,
  type HistoryJudgement,
  type JudgeRegistries,
  judgeHistory,
} from './verdict/judge-scenario.ts'

/** What follows from a file alone. */
export interface StoredJudgement {
  readonly header: HeaderLine
  readonly summary: HistorySummary
  readonly judgement: HistoryJudgement
}

/**
 * Judges a stored history in one pass, by every checker that its requirements name.
 *
 * @throws HistoryBrokenError, HistoryUnreadableError for a file that cannot be evidence.
 */
export function judgeStoredHistory(
  source: HistorySource,
  registries: JudgeRegistries,
): StoredJudgement {
  let header: HeaderLine | undefined
  let judge: HistoryJudge | undefined
  const summary = scanHistory(source, {
    header: (line) => {
      header = line
      judge = judgeHistory(line, registries)
    },
    line: (line) => judge?.step(line),
  })
  if (header === undefined || judge === undefined) {
    throw new HistoryUnreadableError('the history has no header')
  }
  return {
    header,
    summary,
    judgement: judge.finish(summary.torn !== undefined),
  }
}
