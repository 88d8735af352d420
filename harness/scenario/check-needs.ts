import type { Json } from '../kernel/json.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import { worldNames } from '../plan/plan.ts'
import { checkSwitches, type TargetSwitches } from '../plan/resolve.ts'
import type { Target } from '../target/contract.ts'
import { regionLinks, type Scenario } from './scenario.ts'

/**
 * Checks that what a scenario needs exists at all: a misspelt name would be skipped for ever.
 *
 * @throws UsageError naming the scenario, the name and the nearest one that exists.
 */
export function checkNeeds(
  scenario: Scenario,
  faults: readonly string[],
  targets: readonly Pick<Target, 'switches'>[],
): void {
  for (const name of scenario.needs.faults) {
    if (faults.includes(name)) continue
    const sentence = `scenario "${scenario.id}": fault "${name}" in "needs.faults" is unknown`
    throw unknownName(sentence, name, faults, 'interregnum faults')
  }
  for (const name of scenario.needs.worlds ?? []) {
    if (worldNames.some((known) => known === name)) continue
    const sentence = `scenario "${scenario.id}": world "${name}" in "needs.worlds" is unknown`
    throw unknownName(sentence, name, worldNames)
  }
  for (const name of scenario.needs.links ?? []) {
    if (regionLinks.some((known) => known === name)) continue
    const sentence = `scenario "${scenario.id}": link "${name}" in "needs.links" is unknown`
    throw unknownName(sentence, name, regionLinks)
  }
  const field = `scenario "${scenario.id}": in "needs.switches" switch`
  checkSwitches(scenario.needs.switches ?? {}, allSwitches(targets), field)
}

/** Every choice of every target: whether this one has it is no question of spelling. */
function allSwitches(targets: readonly Pick<Target, 'switches'>[]): TargetSwitches {
  const all: Record<string, readonly Json[]> = {}
  for (const { switches = {} } of targets) {
    for (const [name, choices] of Object.entries(switches)) {
      all[name] = [...(all[name] ?? []), ...choices]
    }
  }
  return all
}
