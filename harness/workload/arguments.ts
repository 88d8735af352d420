import type { RegionName } from '../history/operation.ts'
import { UsageError } from '../kernel/errors.ts'
import type { Micros } from '../kernel/time.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import type { Condition } from '../scenario/context.ts'

/** Arrivals are whole microseconds apart. */
const ratePerSecondMax = 1_000_000
/** So many users are more than any Region is asked to hold. */
export const usersMax = 1_000_000
/** A week. */
const waitMicrosMax: Micros = 604_800_000_000

/**
 * A number of things that a script asks for.
 *
 * @throws UsageError naming the field, the value and what would do.
 */
export function checkCount(field: string, value: unknown, max: number, min = 1): void {
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return
  throw wrong(field, value, `a whole number from ${min} to ${max}`)
}

/** @throws UsageError if it is no rate that arrivals can have. */
export function checkRate(value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= ratePerSecondMax) return
  throw wrong('ratePerSecond', value, `a rate above 0, up to ${ratePerSecondMax}`)
}

/** @throws UsageError if it is no time that a script can wait. */
export function checkWait(field: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value <= waitMicrosMax) return
  throw wrong(field, value, 'a time in microseconds, from 0 to a week')
}

/** @throws UsageError with the nearest name if there is no such Region. */
export function checkRegion(field: string, value: unknown, names: readonly RegionName[]): void {
  if (typeof value === 'string' && names.includes(value)) return
  if (typeof value === 'string') {
    throw unknownName(`"${field}" is ${JSON.stringify(value)}`, value, names)
  }
  throw wrong(field, value, `one of: ${names.join(', ')}`)
}

/** @throws UsageError if a value of a list is missing or no list was given. */
export function checkList(field: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrong(field, value, 'a list')
}

/** A script that was not type-checked may give anything. */
interface GivenCondition {
  readonly kind?: unknown
  readonly count?: unknown
  readonly duration?: unknown
}

/** @throws UsageError naming the field of the condition that cannot be meant. */
export function checkCondition(condition: Condition): void {
  const given = condition as GivenCondition | undefined
  const kind = given?.kind
  if (kind === 'elapsed') checkWait('condition.duration', given?.duration)
  else if (kind === 'acknowledged' || kind === 'completed') {
    checkCount('condition.count', given?.count, Number.MAX_SAFE_INTEGER, 0)
  } else throw wrong('condition.kind', kind, 'one of: acknowledged, completed, elapsed')
}

function wrong(field: string, value: unknown, expected: string): UsageError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new UsageError(`"${field}" is ${shown}; expected ${expected}`)
}
