import { type Mutant, mutants } from '../../fixtures/mutants/index.ts'
import { unknownName } from '../kernel/unknown-name.ts'

/** The planted defects of these ids, in their order. @throws UsageError for one that is unknown. */
export function mutantsNamed(ids: readonly string[]): readonly Mutant[] {
  return ids.map((id) => named('mutant', id, mutants))
}

/** The entry of that id. @throws UsageError with the nearest ids and the command that lists all. */
export function named<T extends { readonly id: string }>(
  field: 'mutant' | 'scenario',
  id: string,
  all: readonly T[],
): T {
  const found = all.find((one) => one.id === id)
  if (found !== undefined) return found
  const names = all.map((one) => one.id)
  throw unknownName(`${field} "${id}" is unknown`, id, names, `interregnum ${field}s`)
}
