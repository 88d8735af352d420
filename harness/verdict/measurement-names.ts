import type { Checker } from '../checkers/checker.ts'
import { type HeaderLine, historyFormat } from '../history/line.ts'
import { type ObjectiveName, objectiveNames } from '../profiles/objective-names.ts'
import type { Profile } from '../profiles/profile.ts'

/** A history in which nothing happens still names most of what a checker measures. */
const nothing: HeaderLine = {
  type: 'header',
  format: historyFormat,
  scenario: 'nothing',
  claim: 'Nothing happens.',
  requirements: [],
  seed: 0,
  target: 'none',
  model: true,
  regions: [
    { name: 'primary', role: 'primary' },
    { name: 'replica', role: 'replica' },
  ],
  declared: { lagMillisMax: 0, settleMillisMax: 0, clockSkewMillisMax: 0 },
  pinned: false,
}

/** What an objective may name, where these checkers and profiles are there. */
export interface MeasurementNames {
  /** Short names whose checkers are there. */
  readonly short: readonly ObjectiveName[]
  /** Names of measurements, sorted; `<…>` stands for any word. */
  readonly measurements: readonly string[]
}

/** The measurements that these checkers are known to make, and the short names that fit them. */
export function measurementNames(
  checkers: readonly Checker[],
  profiles: readonly Profile[],
): MeasurementNames {
  const known = new Set(checkers.map((checker) => checker.name))
  const isKnown = (name: string): boolean => known.has(checkerOf(name))
  const short = objectiveNames.filter(({ measurement }) => isKnown(measurement))
  const always = checkers.flatMap((checker) => [...namesOf(checker), ...(checker.patterns ?? [])])
  const judged = profiles
    .flatMap((profile) => profile.requirements)
    .flatMap((requirement) => requirement.judgements.map((judgement) => judgement.measurement))
  const named = short.flatMap(({ measurement, at = {} }) => [measurement, ...Object.values(at)])
  const measurements = [...new Set([...always, ...judged, ...named])].filter(isKnown).sort()
  return { short, measurements }
}

/** The checker that makes a measurement. */
export function checkerOf(measurement: string): string {
  return measurement.slice(0, measurement.indexOf('.'))
}

/** The names that a checker always gives. */
function namesOf(checker: Checker): readonly string[] {
  return checker
    .begin(nothing)
    .finish()
    .measurements.map((one) => one.name)
}
