import type { HistorySummary } from './history/history-parser.ts'
import type { HeaderLine } from './history/line.ts'
import { type HistorySource, scanHistory } from './history/reader.ts'
import { HistoryUnreadableError } from './kernel/errors.ts'
import { foldTimeline, type Timeline, type TimelineFold } from './report/timeline.ts'
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
  readonly timeline: Timeline
}

/**
 * Judges a stored history in one pass: every checker that its requirements name, and its timeline.
 *
 * @throws HistoryBrokenError, HistoryUnreadableError for a file that cannot be evidence.
 */
export function judgeStoredHistory(
  source: HistorySource,
  registries: JudgeRegistries,
): StoredJudgement {
  let header: HeaderLine | undefined
  let judge: HistoryJudge | undefined
  let timeline: TimelineFold | undefined
  const summary = scanHistory(source, {
    header: (line) => {
      header = line
      judge = judgeHistory(line, registries)
      timeline = foldTimeline(line)
    },
    line: (line) => {
      judge?.step(line)
      timeline?.step(line)
    },
  })
  if (header === undefined || judge === undefined || timeline === undefined) {
    throw new HistoryUnreadableError('the history has no header')
  }
  return {
    header,
    summary,
    judgement: judge.finish(summary.torn !== undefined),
    timeline: timeline.finish(),
  }
}
