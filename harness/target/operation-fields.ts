import {
  type RegisterKind,
  type RegisterName,
  type RegisterValue,
  registerKind,
} from '../history/operation.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from './contract.ts'

/** What an operation observed of its registers. */
export type Observed = NonNullable<Outcome['observed']>

/** The field `observed` of an outcome: left out where nothing was seen. */
export type ObservedField = { readonly observed?: Observed }

/**
 * An argument of an operation, as the interpreter resolved it or as it stands there.
 *
 * @throws InvariantError if it is absent: generator and interpreter see to it that it is not.
 */
export function textArgument(operation: ResolvedOperation, name: string): string {
  const value = optionalArgument(operation, name)
  invariant(value !== undefined, `${operation.id} (${operation.function}) lacks "${name}"`)
  return value
}

/** As {@link textArgument}, or undefined. */
export function optionalArgument(operation: ResolvedOperation, name: string): string | undefined {
  const value = operation.resolved[name] ?? operation.arguments[name]
  return typeof value === 'string' ? value : undefined
}

/** One value for the registers of a kind that an operation reads. */
export function seen(
  operation: ResolvedOperation,
  kind: RegisterKind,
  value: RegisterValue,
): ObservedField {
  return seenEach(operation, (register) => (registerKind(register) === kind ? value : undefined))
}

/** The value of each register that an operation reads; undefined where it does not show. */
export function seenEach(
  { reads = [] }: ResolvedOperation,
  shows: (register: RegisterName) => RegisterValue | undefined,
): ObservedField {
  const observed = reads.flatMap((register) => {
    const value = shows(register)
    return value === undefined ? [] : [{ register, value }]
  })
  return observed.length === 0 ? {} : { observed }
}

/**
 * The groups that somebody is in, of a system that does not say since when: the argument named like
 * a group holds the operation that last added the user to it.
 */
export function seenMemberships(
  operation: ResolvedOperation,
  groups: readonly string[],
  isMember: (group: string) => boolean,
): ObservedField {
  return seenEach(operation, (register) => {
    const group = groups.find((name) => register.endsWith(`/group:${name}`))
    if (group === undefined) return undefined
    return isMember(group) ? optionalArgument(operation, group) : null
  })
}
