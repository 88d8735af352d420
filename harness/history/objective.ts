import { UsageError } from '../kernel/errors.ts'

/** Comparators of an objective, the longer before their beginnings. */
export const comparators = ['<=', '>=', '<', '>', '='] as const

export type Comparator = (typeof comparators)[number]

/** Units of an objective's value; durations come with their length in seconds. */
export const durationUnits = { ms: 0.001, s: 1, min: 60, h: 3_600 } as const

export type ObjectiveUnit = keyof typeof durationUnits | '%' | ''

export const percentiles = ['p50', 'p90', 'p99'] as const

export type Percentile = (typeof percentiles)[number]

/** One sentence of the grammar `name comparator value[unit] [at percentile]`. */
export interface Objective {
  readonly name: string
  readonly comparator: Comparator
  readonly value: number
  readonly unit: ObjectiveUnit
  readonly at?: Percentile
}

/** Longer than any objective that means something. */
const lengthMax = 200

/**
 * Reads an objective such as `recovery.hosted <= 30s at p99`. Only the form is looked at: whether
 * there is such a name, and whether the unit fits it, is known to who has the registries.
 *
 * @param text - One objective, blanks around its parts.
 * @param place - Where it stands, for the message: `bank.txt:3`, `--objective`.
 * @throws UsageError naming the place and the part that is wrong.
 */
export function parseObjective(text: string, place = 'objective'): Objective {
  const wrong = (part: string, expected: string, hint?: string): UsageError =>
    new UsageError(`${place}: "${text.slice(0, lengthMax)}": ${part}: expected ${expected}`, {
      hint: hint ?? 'an objective is written like "observedLoss <= 1s" or "recovery <= 30s at p99"',
    })
  if (text.length > lengthMax) throw wrong('length', `at most ${lengthMax} characters`)
  const [, name, afterName = ''] = /^\s*([A-Za-z][\w.-]*)\s*(.*?)\s*$/s.exec(text) ?? []
  if (name === undefined) throw wrong('name', 'a measurement or one of its short names')
  const comparator = comparators.find((one) => afterName.startsWith(one))
  if (comparator === undefined) {
    throw wrong('comparator', `one of ${comparators.join(', ')} after "${name}"`, hinted(afterName))
  }
  const afterComparator = afterName.slice(comparator.length).trimStart()
  const [whole, digits, unit = ''] =
    /^(\d+(?:\.\d+)?)\s*(%|(?!at\b)[A-Za-z]+)?/.exec(afterComparator) ?? []
  if (whole === undefined) {
    throw wrong('value', `a number from 0 after "${comparator}", such as 1s, 5% or 3`)
  }
  if (!isUnit(unit)) throw wrong('unit', `ms, s, min, h, % or none, not "${unit}"`)
  const rest = afterComparator.slice(whole.length).trim()
  const at = percentileOf(rest)
  if (rest !== '' && at === undefined) {
    throw wrong('percentile', `nothing or "at p50", "at p90", "at p99" at the end, not "${rest}"`)
  }
  const value = Number(digits)
  return { name, comparator, value, unit, ...(at === undefined ? {} : { at }) }
}

/** The one way to write an objective: `recovery.hosted <= 30s at p99`. */
export function objectiveText({ name, comparator, value, unit, at }: Objective): string {
  return `${name} ${comparator} ${value}${unit}${at === undefined ? '' : ` at ${at}`}`
}

function isUnit(unit: string): unit is ObjectiveUnit {
  return unit === '' || unit === '%' || Object.hasOwn(durationUnits, unit)
}

function percentileOf(rest: string): Percentile | undefined {
  const named = /^at\s+(\S+)$/.exec(rest)?.[1]
  return percentiles.find((one) => one === named)
}

/** What other languages write for the comparators. */
const lookalikes: Readonly<Record<string, Comparator>> = {
  '≤': '<=',
  '≥': '>=',
  '==': '=',
  ':': '=',
  '=<': '<=',
}

function hinted(text: string): string | undefined {
  const [, meant] = Object.entries(lookalikes).find(([sign]) => text.startsWith(sign)) ?? []
  return meant === undefined ? undefined : `did you mean "${meant}"?`
}
