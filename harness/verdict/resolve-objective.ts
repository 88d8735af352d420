import type { Comparator, Objective } from '../history/objective.ts'
import { durationUnits, objectiveText, parseObjective, percentiles } from '../history/objective.ts'
import { UsageError } from '../kernel/errors.ts'
import { nearest } from '../kernel/nearest.ts'
import { isDuration, unitOf } from '../profiles/measurement-unit.ts'
import type { ObjectiveName } from '../profiles/objective-names.ts'
import type { MeasurementNames } from './measurement-names.ts'

/** An objective that can be judged: the measurement that it bounds, in that measurement's unit. */
export interface ResolvedObjective {
  /** As the user would read it: `observedLoss <= 1s`. */
  readonly text: string
  readonly measurement: string
  readonly comparator: Comparator
  readonly limit: number
}

/**
 * What an objective means: which measurement, and the limit in its unit.
 *
 * @param place - Where the objective stands, for the message: `bank.txt:3`, `--objective`.
 * @throws UsageError for a name that nothing measures, a unit that does not fit, or a percentile
 * that is not taken.
 */
export function resolveObjective(
  text: string,
  names: MeasurementNames,
  place = 'objective',
): ResolvedObjective {
  const objective = parseObjective(text, place)
  const canonical = objectiveText(objective)
  const wrong = (message: string, hint?: string): UsageError =>
    new UsageError(`${place}: "${canonical}": ${message}`, hint === undefined ? {} : { hint })
  const measurement = measurementOf(objective, names, wrong)
  const limit = limitOf(objective, measurement, wrong)
  return { text: canonical, measurement, comparator: objective.comparator, limit }
}

type Wrong = (message: string, hint?: string) => UsageError

function measurementOf(
  { name, at }: Objective,
  { short, measurements }: MeasurementNames,
  wrong: Wrong,
): string {
  const exact = short.find((one) => one.name === name)
  const found = exact ?? short.find((one) => wordOf(name, one.name) !== undefined)
  if (found === undefined) {
    if (!measurements.some((one) => one === name || wordOf(name, one) !== undefined)) {
      throw wrong(`name: nothing measures "${name}"`, hintFor(name, { short, measurements }))
    }
    if (at !== undefined) throw noPercentile(name, at, short, wrong)
    return name
  }
  const word = wordOf(name, found.name) ?? ''
  if (at === undefined) return filled(found.measurement, word)
  const measured = found.at?.[at]
  if (measured === undefined) throw noPercentile(name, at, short, wrong)
  return filled(measured, word)
}

function noPercentile(
  name: string,
  at: string,
  short: readonly ObjectiveName[],
  wrong: Wrong,
): UsageError {
  const taken = short.flatMap((one) =>
    percentiles.filter((of) => one.at?.[of] !== undefined).map((of) => `${one.name} at ${of}`),
  )
  const where = taken.length === 0 ? 'nowhere' : taken.join(', ')
  return wrong(`percentile: ${name} is not taken at ${at}`, `percentiles are taken: ${where}`)
}

/** The word that stands for `<…>` in a pattern, if the name fits it. */
function wordOf(name: string, pattern: string): string | undefined {
  const [before = '', after] = pattern.split(/<\w+>/)
  if (after === undefined || !name.startsWith(before) || !name.endsWith(after)) return undefined
  const word = name.slice(before.length, name.length - after.length)
  return /^[A-Za-z0-9][\w-]*$/.test(word) ? word : undefined
}

function filled(pattern: string, word: string): string {
  return pattern.replace(/<\w+>/, () => word)
}

function hintFor(name: string, { short, measurements }: MeasurementNames): string {
  const names = [...short.map((one) => one.name), ...measurements]
  const close = nearest(name, names)
  if (close !== undefined) return `did you mean "${close}"?`
  return `short names: ${short.map((one) => one.name).join(', ')}; or any measurement of REFERENCE.md`
}

/** The limit in the unit of the measurement. */
function limitOf({ name, value, unit }: Objective, measurement: string, wrong: Wrong): number {
  if (isDuration(measurement)) {
    if (unit === '') {
      throw wrong(
        `unit: ${name} is a duration: give a unit such as 1s`,
        `did you mean "${value}s"?`,
      )
    }
    if (unit === '%') throw wrong(`unit: ${name} is a duration, not a share: 1s, 500ms, 2min`)
    const inSeconds = value * durationUnits[unit]
    return unitOf(measurement) === 'seconds' ? inSeconds : inSeconds * 1_000
  }
  if (unit === '%') {
    if (unitOf(measurement) !== 'share') throw wrong(`unit: ${name} is a number, not a share`)
    return value / 100
  }
  if (unit !== '') {
    throw wrong(`unit: ${name} is no duration: give ${value} without "${unit}"`)
  }
  if (unitOf(measurement) === 'share' && value > 1) {
    throw wrong(`value: ${name} is a share from 0 to 1`, `did you mean "${value}%"?`)
  }
  return value
}
