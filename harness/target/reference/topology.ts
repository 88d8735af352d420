import { randomBytes } from 'node:crypto'
import { byText } from '../../kernel/compare.ts'
import { UsageError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import { TopologyError } from '../../plan/topology-error.ts'
import type { Capabilities, LinkPlan, RegionPlan, StackNeeds, Topology } from '../contract.ts'
import type { RegionFactory } from '../region.ts'
import { remoteTopology } from '../remote-topology.ts'
import { databaseCanary } from './database-canary.ts'
import { lockoutThreshold } from './lockout-threshold.ts'
import { primaryRegion, regionCanary, replicaRegion } from './regions.ts'
import { relyingPartyNodes } from './relying-party-nodes.ts'
import { routerNode } from './router-node.ts'
import { srpGroupOf } from './srp-group.ts'

/** The name of the link over which the replica tails the primary's log. */
export const replicationLink = 'replication'

const streamCanary: LinkPlan['canary'] = {
  send: 'ping\n',
  expect: 'pong\n',
  padded: { send: 'ping {padding}\n', expect: 'pong {padding}\n', bytesMax: 32_768 },
}

const linksWith = (replicationCanary: LinkPlan['canary']): readonly LinkPlan[] => [
  {
    name: replicationLink,
    from: replicaRegion,
    to: primaryRegion,
    service: 'replication',
    canary: replicationCanary,
  },
  {
    name: 'clients→primary',
    from: 'clients',
    to: primaryRegion,
    service: 'api',
    canary: regionCanary,
  },
  {
    name: 'clients→replica',
    from: 'clients',
    to: replicaRegion,
    service: 'api',
    canary: regionCanary,
  },
]

/**
 * Two Regions of the reference stack and their links, as the plan wants them. Planted defects run
 * the same stack from another module.
 *
 * @throws UsageError if the plan names a planted defect that does not exist.
 */
export async function referenceTopology(plan: Plan, needs?: StackNeeds): Promise<Topology> {
  if (plan.world === 'remote') return remoteReference(plan)
  const parties = needs?.relyingParties ?? []
  const applications =
    parties.length === 0 ? undefined : await relyingPartyNodes(parties, plan.mutants)
  const router = needs?.router === undefined ? undefined : await routerNode(needs.router)
  const nodes = [...(applications?.nodes ?? []), ...(router === undefined ? [] : [router.node])]
  const launch = plan.mutants.length === 0 ? await plainLaunch() : await mutantLaunch(plan.mutants)
  const settings = { ...sharedSettings(plan), ...storageSettings(plan) }
  const region = (name: string, role: RegionPlan['role']): RegionPlan => ({
    name,
    role,
    settings: { ...settings, region: name, role },
    launch,
  })
  const links = linksWith(plan.storage === 'postgres' ? databaseCanary : streamCanary)
  return {
    regions: [region(primaryRegion, 'primary'), region(replicaRegion, 'replica')],
    lockout: lockoutOf(plan),
    links: [
      ...(needs?.tls === true ? links.map(overTls) : links),
      ...(applications?.links ?? []),
      ...(router?.links ?? []),
    ],
    ...(nodes.length === 0 ? {} : { nodes }),
    ...(applications === undefined ? {} : { relyingParties: applications.headers }),
  }
}

/** Two Regions of the reference that somebody started. */
function remoteReference(plan: Plan): Topology {
  const topology = remoteTopology(plan)
  for (const { name, role } of topology.regions) {
    const known = role === 'primary' ? primaryRegion : replicaRegion
    if (name === known) continue
    const message = `Expected ${known}: so is the ${role} of the reference called`
    throw new TopologyError([{ path: ['regions', name], message }])
  }
  return { ...topology, lockout: lockoutOf(plan) }
}

/** A link that clients open, over TLS. */
function overTls(link: LinkPlan): LinkPlan {
  return link.from === 'clients' ? { ...link, tls: true } : link
}

/** The part of the settings that both Regions have in common; see `ReferenceSettings`. */
function sharedSettings(plan: Plan): { readonly [field: string]: Json } {
  return {
    primaryRegion,
    secondaryRegion: replicaRegion,
    signing: plan.cryptography.signing,
    passwordHashCost: plan.cryptography.passwordHashCost,
    srpGroup: srpGroupOf(plan),
    replicationLag: {
      millisMin: plan.replication.lagMillisMin,
      millisMax: plan.replication.lagMillisMax,
    },
    syncBeforeAcknowledge: plan.syncBeforeAcknowledge,
    mutants: plan.mutants,
    ...plan.switches,
  }
}

/** A password of the run alone: the two Regions know it, and nothing that is written. */
function storageSettings({ storage }: Plan): { readonly [field: string]: Json } {
  if (storage === 'memory') return {}
  return { storage, databasePassword: randomBytes(24).toString('hex') }
}

/** Failed attempts count in one Region or in both, as the plan says. */
function lockoutOf({ switches }: Plan): Capabilities['lockout'] {
  const scope = switches.lockoutScope === 'mirrored' ? 'mirrored' : 'regional'
  return { scope, threshold: lockoutThreshold }
}

async function plainLaunch(): Promise<RegionPlan['launch']> {
  const { regionFactory } = await import('../../../fixtures/reference/region.ts')
  return launchOf(regionFactory, 'fixtures/reference/server.ts')
}

async function mutantLaunch(wanted: readonly string[]): Promise<RegionPlan['launch']> {
  const { mutants } = await import('../../../fixtures/mutants/index.ts')
  const known = mutants.map(({ id }) => id)
  const unknown = wanted.find((id) => !known.includes(id))
  if (unknown !== undefined) {
    throw new UsageError(`the reference target has no mutant "${unknown}"`, {
      hint: `Known mutants: ${[...known].sort(byText).join(', ')}.`,
    })
  }
  const { regionFactory } = await import('../../../fixtures/mutants/region.ts')
  return launchOf(regionFactory, 'fixtures/mutants/server.ts')
}

function launchOf(inProcess: RegionFactory, module: string): RegionPlan['launch'] {
  return { inProcess, command: { module: builtModule(module) } }
}
