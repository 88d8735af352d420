import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../checkers/checker.ts'
import type { EventLine, HeaderLine } from '../history/line.ts'
import { scanHistory } from '../history/reader.ts'
import { InterregnumError } from '../kernel/errors.ts'
import type { ScenarioResult } from '../verdict/verdict.ts'
import { foldGuesses, type GuessSample } from './guess-samples.ts'
import { byMeasurement } from './headline.ts'
import { foldLag, type LagSample } from './lag-samples.ts'
import { type Story, storyOf } from './story.ts'
import { foldTimeline, type Timeline } from './timeline.ts'
import { watchFor } from './witness.ts'

/** What the report shows of one history: bounded, whatever the length of the history. */
export interface Chronicle {
  readonly header: HeaderLine
  readonly timeline: Timeline
  readonly lag: readonly LagSample[]
  readonly guesses: readonly GuessSample[]
  /** By finding: the smallest excerpt that shows it. */
  readonly stories: ReadonlyMap<Finding, Story>
}

/** So many findings of one measurement are told with a diagram. */
const storiesPerMeasurement = 4
/** So many of one scenario. */
const storiesMax = 16

/** The chronicles of a run by scenario; where there is none, why. */
export interface Chronicles {
  readonly of: ReadonlyMap<string, Chronicle>
  readonly trouble: ReadonlyMap<string, string>
}

/** Nothing is known of any history. */
export const noChronicles: Chronicles = { of: new Map(), trouble: new Map() }

export interface ChronicleFold {
  step(line: EventLine): void
  finish(): Chronicle
}

/** Folds one history into what the report shows of it, in one pass. */
export function foldChronicle(
  header: HeaderLine,
  findings: readonly Finding[] = [],
): ChronicleFold {
  const timelineFold = foldTimeline(header)
  const told = toldOf(findings)
  const witness = watchFor(told)
  const lag = foldLag(header)
  const guesses = foldGuesses()
  return {
    step: (line) => {
      timelineFold.step(line)
      witness.step(line)
      lag.step(line)
      guesses.step(line)
    },
    finish: () => {
      const timeline = timelineFold.finish()
      const exchanges = witness.finish()
      const stories = told.flatMap((finding): [Finding, Story][] => {
        const story = storyOf(finding, exchanges, timeline)
        return story === undefined ? [] : [[finding, story]]
      })
      return {
        header,
        timeline,
        lag: lag.finish(),
        guesses: guesses.finish(),
        stories: new Map(stories),
      }
    },
  }
}

/** The findings that get a diagram: of each measurement one of each user, the first users first. */
function toldOf(findings: readonly Finding[]): readonly Finding[] {
  return byMeasurement(findings)
    .flatMap(([, group]) => onePerUser(group).slice(0, storiesPerMeasurement))
    .slice(0, storiesMax)
}

/** The first finding of each user; of uses that go on, the last, which shows how long. */
function onePerUser(group: readonly Finding[]): readonly Finding[] {
  const chosen = new Map<string, Finding>()
  for (const finding of group) {
    const goesOn = finding.kind === 'still-accepted'
    if (goesOn || !chosen.has(finding.user)) chosen.set(finding.user, finding)
  }
  return [...chosen.values()]
}

/** The chronicle of a history that is in memory. */
export function chronicleOf(
  header: HeaderLine,
  lines: Iterable<EventLine>,
  findings: readonly Finding[] = [],
): Chronicle {
  const fold = foldChronicle(header, findings)
  for (const line of lines) fold.step(line)
  return fold.finish()
}

/**
 * Reads `<scenario>/history.ndjson` below the folder of a run. A history that is missing, torn out
 * of its seals or of another format is no error here: the report says so in its place.
 */
export function readChronicles(folder: string, scenarios: readonly ScenarioResult[]): Chronicles {
  const of = new Map<string, Chronicle>()
  const trouble = new Map<string, string>()
  for (const { id, verdict, findings } of scenarios) {
    if (verdict === 'skipped') continue
    const path = join(folder, id, 'history.ndjson')
    if (!existsSync(path)) {
      trouble.set(id, 'its history is not beside the report')
      continue
    }
    try {
      of.set(id, readChronicle(path, findings))
    } catch (error) {
      if (!InterregnumError.is(error)) throw error
      trouble.set(id, error.message)
    }
  }
  return { of, trouble }
}

function readChronicle(path: string, findings: readonly Finding[]): Chronicle {
  const folds: ChronicleFold[] = []
  scanHistory(path, {
    header: (line) => folds.push(foldChronicle(line, findings)),
    line: (line) => folds[0]?.step(line),
  })
  const fold = folds[0]
  if (fold === undefined) throw new InterregnumError(`${path} has no header`)
  return fold.finish()
}
