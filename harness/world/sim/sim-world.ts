import { InvariantError, WorldError } from '../../kernel/errors.ts'
import type { Plan } from '../../plan/plan.ts'
import type {
  LinkPlan,
  NodePlan,
  RegionPlan,
  RunningLink,
  RunningNode,
  RunningStack,
  Topology,
  World,
} from '../../target/contract.ts'
import type { Connection, NodePorts, RegionFactory } from '../../target/region.ts'
import { bulkCanary, type SendCanary } from '../padded-canary.ts'
import { currentSim, type Sim } from './run-in-sim.ts'
import { closing, httpCanary, streamCanary } from './sim-canary.ts'
import { SimDisk } from './sim-disk.ts'
import { SimLink } from './sim-link.ts'
import { SimRegion } from './sim-region.ts'
import { type Listener, openStream } from './sim-stream.ts'

export interface SimWorldOptions {
  readonly plan: {
    readonly simulation: Plan['simulation']
    readonly limits: Pick<Plan['limits'], 'regionReadyMillisMax'>
  }
}

/** The files of one Region, for an oracle that compares them with what was measured. */
export type DiskImage = Pick<SimDisk, 'files' | 'read'>

/** A stack in virtual time; its disks can be looked at. */
export interface SimStack extends RunningStack {
  /** @throws WorldError if there is no such Region. */
  disk(region: string): DiskImage
}

export interface SimWorld extends World {
  start(topology: Topology): Promise<SimStack>
}

/** Regions in virtual time. `start` works inside `runInSim` only. */
export function simWorld({ plan }: SimWorldOptions): SimWorld {
  return { name: 'sim', start: (topology) => startStack(currentSim(), plan, topology) }
}

async function startStack(
  sim: Sim,
  plan: SimWorldOptions['plan'],
  topology: Topology,
): Promise<SimStack> {
  const { linkLatencyMicros, linkJitterMicros, diskSyncMicros } = plan.simulation
  const { scheduler, random } = sim
  const links = new Map<LinkPlan, SimLink>()
  for (const link of topology.links) {
    const { name } = link
    const [latencyMicros, jitterMicros] = [linkLatencyMicros, linkJitterMicros]
    links.set(link, new SimLink({ scheduler, random, name, latencyMicros, jitterMicros }))
  }
  const { nodes = [] } = topology
  const disks = new Map<string, SimDisk>()
  const regions = new Map<string, SimRegion>()
  for (const region of [...topology.regions, ...nodes.map(asRegion)]) {
    const { name } = region
    const disk = new SimDisk({ scheduler, random, region: name, syncMicros: diskSyncMicros })
    disks.set(name, disk)
    const created = new SimRegion({
      sim,
      plan: region,
      disk,
      readyMillisMax: plan.limits.regionReadyMillisMax,
      clientLink: clientLinkOf(links, name),
      incomingLinks: [...links].filter(([link]) => link.to === name).map(([, link]) => link),
      wayTo: (peer, service) => {
        const way = [...links].find(
          ([link]) => link.from === name && link.to === peer && link.service === service,
        )
        return way && { link: way[1], listener: () => regions.get(peer)?.listener(service) }
      },
      httpTo: (peer) => {
        const way = [...links].find(
          ([link]) => link.from === name && link.to === peer && link.service === 'api',
        )
        const there = regions.get(peer)
        if (way !== undefined && there !== undefined) return there.httpOver(way[1], 'link')
        throw new WorldError(`no link leads from ${name} to the API of ${peer}`)
      },
    })
    regions.set(name, created)
  }
  const stack: SimStack = {
    regions: topology.regions.map(({ name }) => startedRegion(regions, name)),
    nodes: nodes.map(({ name, kind }) => nodeOf(startedRegion(regions, name), kind)),
    links: [...links].map(([link, running]) => runningLink(sim, link, running, regions)),
    clock: sim.clock,
    wall: sim.wall,
    timeTravel: sim.timeTravel,
    disk: (region) => {
      const disk = disks.get(region)
      if (disk === undefined) throw new WorldError(`there is no Region ${region}`)
      return disk
    },
    [Symbol.asyncDispose]: () => stopAll([...regions.values()]),
  }
  try {
    await Promise.all([...regions.values()].map((region) => region.start()))
    return stack
  } catch (error) {
    await stopAll([...regions.values()])
    throw error
  }
}

/** A node lives as a Region does; its software gets what a Region's gets, and HTTP to Regions. */
function asRegion({ name, settings, launch }: NodePlan): RegionPlan {
  const { inProcess } = launch
  // Every ports object of this world can do what a node needs.
  const factory: RegionFactory | undefined =
    inProcess && ((ports, value) => inProcess(ports as NodePorts, value))
  const embedded = factory === undefined ? {} : { inProcess: factory }
  return { name, role: 'replica', settings, launch: embedded }
}

function nodeOf(region: SimRegion, kind: NodePlan['kind']): RunningNode {
  const { name, http, direct, lifecycle, control } = region
  return { name, kind, http, direct, lifecycle, control }
}

function startedRegion(regions: ReadonlyMap<string, SimRegion>, name: string): SimRegion {
  const region = regions.get(name)
  if (region === undefined) throw new InvariantError(`"${name}" was not created`)
  return region
}

function clientLinkOf(links: ReadonlyMap<LinkPlan, SimLink>, region: string): SimLink {
  for (const [{ from, to, service }, link] of links) {
    if (from === 'clients' && to === region && service === 'api') return link
  }
  throw new WorldError(`the topology has no link from clients to the API of Region ${region}`)
}

function runningLink(
  sim: Sim,
  plan: LinkPlan,
  link: SimLink,
  regions: ReadonlyMap<string, SimRegion>,
): RunningLink {
  const { scheduler, clock } = sim
  const { name, from, to, service, canary } = plan
  const region = regions.get(to)
  if (region === undefined) throw new InvariantError(`link "${name}" leads to no Region`)
  const open = (signal: AbortSignal): Promise<Connection> => {
    const listener = (): Listener | undefined => region.listener(service)
    return openStream({ scheduler, link, near: sim.owner, listener, signal })
  }
  const send: SendCanary = (texts, deadline) =>
    service === 'api'
      ? httpCanary(clock, region.httpOver(link, 'link'), texts, deadline)
      : streamCanary(clock, open, texts, deadline)
  return {
    name,
    from,
    to,
    service,
    disturb: async (disturbance) => link.disturb(disturbance),
    canary: (deadline) => send(canary, deadline),
    ...(canary.padded === undefined ? {} : { bulk: bulkCanary(canary.padded, send) }),
    closing: (deadline) => closing(sim, link, deadline),
  }
}

/** The newest first; what fails does not keep the others from being stopped. */
async function stopAll(regions: readonly SimRegion[]): Promise<void> {
  const errors: unknown[] = []
  for (const region of [...regions].reverse()) {
    await region.stop().catch((error: unknown) => errors.push(error))
  }
  if (errors.length > 0) {
    throw new WorldError('not every Region could be stopped in order', {
      cause: new AggregateError(errors),
    })
  }
}
