import { existsSync, readdirSync } from 'node:fs'
import type { Checker } from './checkers/checker.ts'
import { checkers } from './checkers/index.ts'
import { faults } from './nemesis/faults/index.ts'
import type { FaultRegistry } from './nemesis/nemesis.ts'
import type { TargetSwitches } from './plan/resolve.ts'
import { profiles } from './profiles/index.ts'
import type { Profile } from './profiles/profile.ts'
import type { Target } from './target/contract.ts'

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

/**
 * A folder below `target/` whose module `target` exports `target` is one: a new system needs no
 * line anywhere else.
 */
async function findTargets(): Promise<readonly Target[]> {
  const folder = new URL('./target/', import.meta.url)
  const file = `target${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`
  const modules = readdirSync(folder)
    .map((name) => new URL(`${name}/${file}`, folder))
    .filter((module) => existsSync(module))
  const found = await Promise.all(
    modules.map(async ({ href }) => ((await import(href)) as { readonly target: Target }).target),
  )
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What the package brings with it. */
export const builtinRegistries: Registries = {
  targets: await findTargets(),
  faults,
  checkers,
  profiles,
}
