import { type Mutant, mutants } from '../../fixtures/mutants/index.ts'
import { UsageError } from '../kernel/errors.ts'
import { nearest } from '../kernel/nearest.ts'

/** The planted defects of these ids, in their order. @throws UsageError for one that is unknown. */
export function mutantsNamed(ids: readonly string[]): readonly Mutant[] {
  return ids.map((id) => named('mutant', id, mutants))
}

/** The entry of that id. @throws UsageError with the ids that there are and the nearest of them. */
export function named<T extends { readonly id: string }>(
  field: string,
  id: string,
  all: readonly T[],
): T {
  const found = all.find((one) => one.id === id)
  if (found !== undefined) return found
  const names = all.map((one) => one.id)
  const close = nearest(id, names)
  throw new UsageError(`${field} "${id}" is unknown; expected one of: ${names.join(', ')}`, {
    ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
  })
}
