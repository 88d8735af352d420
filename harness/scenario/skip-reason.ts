import { declaresReplication } from '../plan/remote-topology.ts'
import type { TargetSwitches } from '../plan/resolve.ts'
import { capabilitiesAt } from '../target/capabilities.ts'
import type { Target, WorldName } from '../target/contract.ts'
import type { Scenario } from './scenario.ts'
import { lackOf, type WorldNeed, type WorldPlan } from './world-need.ts'

/** What has to be known of a fault. */
interface FaultNeeds {
  readonly worlds: readonly WorldName[]
  readonly needs?: readonly WorldNeed[]
  readonly capability?: 'promotion'
}

/**
 * Why a scenario cannot run here; undefined where it can. A need that is not met is visible.
 *
 * @param missing - Faults that this machine cannot inject, each with the reason.
 */
export function skipReason(
  scenario: Scenario,
  plan: WorldPlan,
  target: Pick<Target, 'capabilities' | 'switches' | 'worlds' | 'relyingParties'>,
  faults: Readonly<Record<string, FaultNeeds>>,
  missing: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const { needs } = scenario
  const { world, storage } = plan
  const { switches = {} } = target
  const set = { ...needs.switches, ...plan.switches }
  const capabilities = capabilitiesAt(target.capabilities, set)
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
    for (const need of fault.needs ?? []) {
      const lack = lackOf(need, plan)
      if (lack !== undefined) return `needs the fault "${name}", but ${lack}`
    }
    if (fault.capability !== undefined && !capabilities[fault.capability]) {
      return `needs the fault "${name}", and the target declares no ${fault.capability}`
    }
    const why = missing.get(name)
    if (why !== undefined) return `needs the fault "${name}", which is not possible here: ${why}`
  }
  const lacking = targetLacks(scenario, plan, target)
  if (lacking !== undefined) return lacking
  if (needs.replicaWrites !== undefined && needs.replicaWrites !== capabilities.replicaWrites) {
    return `needs a replica that ${needs.replicaWrites ? 'takes' : 'refuses'} writes`
  }
  if (needs.replicaSignIns === true && capabilities.replicaSignIns === false) {
    return 'needs a replica that signs users in'
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
  if (world === 'remote') {
    if (needs.tls === true) return 'needs TLS of its own, and a remote system has what it has'
    return linkReason(scenario, plan) ?? attachedReason(scenario, plan, switches, 'a remote')
  }
  return plan.attach === undefined
    ? undefined
    : attachedReason(scenario, plan, switches, 'an attached')
}

/** Links beside those of clients are there where the topology declares them. */
function linkReason({ needs }: Scenario, { topology }: WorldPlan): string | undefined {
  if (topology === undefined) return undefined
  for (const name of needs.links ?? []) {
    const [from, to] =
      name === 'replication' ? (['replica', 'primary'] as const) : (['primary', 'replica'] as const)
    if (declaresReplication(topology.content, from)) continue
    return `needs the link "${name}", and the topology declares none from ${from} to ${to}`
  }
  return undefined
}

/** What the system cannot take at all, or not in this world. */
function targetLacks(
  { needs }: Scenario,
  { world }: WorldPlan,
  { capabilities, worlds, relyingParties }: Pick<Target, 'capabilities'> & Partial<Target>,
): string | undefined {
  if (worlds !== undefined && !worlds.includes(world)) {
    return `the target runs in the ${worlds.join(' or ')} world`
  }
  const { lacks = {} } = capabilities
  for (const name of needs.faults) {
    if (Object.hasOwn(lacks, name)) return `needs the fault "${name}": ${lacks[name]}`
  }
  for (const [name, wanted] of [
    ['router', needs.router !== undefined],
    ['tls', needs.tls === true],
  ] as const) {
    if (wanted && Object.hasOwn(lacks, name)) return `needs "${name}": ${lacks[name]}`
  }
  const kind = needs.relyingParties?.find((one) => relyingParties?.includes(one.kind) === false)
  if (kind === undefined) return undefined
  return `needs a relying party "${kind.kind}", which the target cannot start`
}

/** A stack that is up already has what it was started with. */
function attachedReason(
  { needs }: Scenario,
  { switches: given = {} }: WorldPlan,
  switches: TargetSwitches,
  whose: 'an attached' | 'a remote',
): string | undefined {
  const { relyingParties = [], router } = needs
  if (relyingParties.length > 0) return `needs relying parties, and ${whose} stack has none`
  if (router !== undefined) return 'needs a router with settings of its own'
  for (const [name, value] of Object.entries(needs.switches ?? {})) {
    const stands = given[name] ?? String(switches[name]?.[0])
    if (String(value) !== stands) {
      return `needs the switch ${name} at "${String(value)}", and ${whose.replace(/^an? /, 'the ')} stack has "${stands}"`
    }
  }
  return undefined
}
