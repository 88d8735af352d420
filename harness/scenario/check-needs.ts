import { UsageError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { nearest } from '../kernel/nearest.ts'
import { checkSwitches, type TargetSwitches } from '../plan/resolve.ts'
import type { Target } from '../target/contract.ts'
import type { Scenario } from './scenario.ts'

const worldNames: readonly string[] = ['sim', 'process', 'container']

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
    checkName(`scenario "${scenario.id}": fault "${name}" in "needs.faults"`, name, faults)
  }
  for (const name of scenario.needs.worlds ?? []) {
    checkName(`scenario "${scenario.id}": world "${name}" in "needs.worlds"`, name, worldNames)
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

function checkName(what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  const close = nearest(name, names)
  throw new UsageError(`${what} is unknown; expected some of: ${names.join(', ')}`, {
    ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
  })
}
