import type { FaultEffect } from '../history/line.ts'
import { UsageError } from '../kernel/errors.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import type { FaultName } from '../scenario/context.ts'

/** One parameter of a kind of fault: what `interregnum faults` says of it, and what is accepted. */
export type FaultParameter = {
  /** One clause for people. */
  readonly about: string
  readonly optional?: true
} & (
  | { readonly type: 'link' | 'region' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | {
      readonly type: 'number'
      readonly unit: string
      readonly min: number
      readonly max: number
    }
)

/** What is known of a kind of fault without making one. */
export interface FaultDescription {
  readonly name: FaultName
  readonly parameters: Readonly<Record<string, FaultParameter>>
}

/** A link of the stack, by its name. */
export const linkParameter: FaultParameter = { type: 'link', about: 'the link, by name' }

/** A Region of the stack, by its name. */
export const regionParameter: FaultParameter = { type: 'region', about: 'the Region, by name' }

/** The effects of what stops a link or a Region: which of them follows from who is at its ends. */
export const stoppingEffects: readonly FaultEffect['effect'][] = [
  'region-unavailable',
  'replication-disturbed',
]

/** One clause of what a parameter accepts, such as `0 to 3600000 ms`. */
export function acceptedText(parameter: FaultParameter): string {
  if (parameter.type === 'choice') return parameter.choices.join(' or ')
  if (parameter.type !== 'number') return `name of a ${parameter.type}`
  const { min, max, unit } = parameter
  return `${min} to ${max} ${unit}`
}

/**
 * Checks what a script gives to a fault, before anything is touched.
 *
 * @throws UsageError naming the fault, the field, the value and what would do.
 */
export function checkParameters(kind: FaultDescription, given: unknown): void {
  const fields: Readonly<Record<string, unknown>> = isRecord(given) ? given : {}
  const names = Object.keys(kind.parameters)
  for (const name of Object.keys(fields)) {
    if (names.includes(name)) continue
    throw unknownName(`fault "${kind.name}" has no parameter "${name}"`, name, names)
  }
  for (const [name, parameter] of Object.entries(kind.parameters)) {
    const value = fields[name]
    if (value === undefined && parameter.optional === true) continue
    if (accepts(parameter, value)) continue
    const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
    throw new UsageError(
      `"${name}" of the fault "${kind.name}" is ${shown}; expected ${acceptedText(parameter)}`,
    )
  }
}

function accepts(parameter: FaultParameter, value: unknown): boolean {
  if (parameter.type === 'number') {
    return typeof value === 'number' && value >= parameter.min && value <= parameter.max
  }
  if (typeof value !== 'string') return false
  return parameter.type === 'choice' ? parameter.choices.includes(value) : value !== ''
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
