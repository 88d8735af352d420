import { worldNames } from '../plan/plan.ts'
import type { WorldName } from '../target/contract.ts'
import type { Scenario } from './scenario.ts'

/** The worlds that can carry a scenario: those that it names, if each can inject its faults. */
export function worldsOf(
  { needs }: Scenario,
  faults: Readonly<Record<string, { readonly worlds: readonly WorldName[] }>>,
): readonly WorldName[] {
  return worldNames.filter(
    (world) =>
      (needs.worlds?.includes(world) ?? true) &&
      needs.faults.every((name) => faults[name]?.worlds.includes(world)),
  )
}
