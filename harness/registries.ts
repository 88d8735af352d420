import type { Checker } from './checkers/checker.ts'
import { checkers } from './checkers/index.ts'
import { faults } from './nemesis/faults/index.ts'
import type { FaultRegistry } from './nemesis/nemesis.ts'
import type { TargetSwitches } from './plan/resolve.ts'
import { profiles } from './profiles/index.ts'
import type { Profile } from './profiles/profile.ts'
import type { Target } from './target/contract.ts'
import { openldapTarget } from './target/openldap/target.ts'
import { referenceTarget } from './target/reference/target.ts'

/** Everything that is looked up by name: plain values, joined here and nowhere else. */
export interface Registries {
  readonly targets: readonly Target[]
  readonly faults: FaultRegistry
  readonly checkers: readonly Checker[]
  readonly profiles: readonly Profile[]
}

/** What the switches of each target choose among, by the name of the target. */
export function switchesOf({ targets }: Registries): Readonly<Record<string, TargetSwitches>> {
  return Object.fromEntries(targets.map(({ name, switches = {} }) => [name, switches]))
}

/** What the package brings with it. */
export const builtinRegistries: Registries = {
  targets: [referenceTarget, openldapTarget],
  faults,
  checkers,
  profiles,
}
