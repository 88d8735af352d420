import type { Plan } from '../plan/plan.ts'
import type { Target, WorldName } from '../target/contract.ts'
import type { Scenario } from './scenario.ts'

/**
 * Why a scenario cannot run here; undefined where it can. A need that is not met is visible.
 *
 * @param missing - Faults that this machine cannot inject, each with the reason.
 */
export function skipReason(
  scenario: Scenario,
  { world, storage }: Pick<Plan, 'world' | 'storage'>,
  { capabilities, switches = {} }: Pick<Target, 'capabilities' | 'switches'>,
  faults: Readonly<Record<string, { readonly worlds: readonly WorldName[] }>>,
  missing: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const { needs } = scenario
  if (needs.worlds !== undefined && !needs.worlds.includes(world)) {
    return `needs the ${needs.worlds.join(' or ')} world`
  }
  if (needs.storage !== undefined && needs.storage !== storage) {
    return `needs --storage ${needs.storage}`
  }
  for (const name of needs.faults) {
    const fault = faults[name]
    if (!fault?.worlds.includes(world)) {
      return `needs the fault "${name}", which the ${world} world cannot inject`
    }
    const why = missing.get(name)
    if (why !== undefined) return `needs the fault "${name}", which is not possible here: ${why}`
  }
  for (const name of needs.functions ?? []) {
    if (!capabilities.functions.includes(name)) return `needs "${name}", which the target lacks`
  }
  for (const [name, value] of Object.entries(needs.switches ?? {})) {
    const choices = switches[name]?.map(String) ?? []
    if (!choices.includes(String(value))) {
      return `needs the switch ${name} at "${String(value)}", which the target lacks`
    }
  }
  return undefined
}
