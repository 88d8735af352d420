import type { RegionName } from '../../history/operation.ts'
import { type Clock, systemWallClock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type {
  NodePlan,
  RegionPlan,
  RunningNode,
  RunningStack,
  Topology,
} from '../../target/contract.ts'
import { type Casualties, casualties } from './casualties.ts'
import type { ChildRegion, ChildRegionOptions } from './child-region.ts'
import { onLoopback } from './endpoint.ts'
import type { MovableLink } from './proxied-link.ts'
import type { StartFrame } from './region-process.ts'
import { runAuthority } from './run-authority.ts'
import { type Teardown, teardown } from './teardown.ts'
import { startTlsFront } from './tls-front.ts'
import { type WallTravel, waitingTravel, wallTravel } from './wall-travel.ts'

/** What the parts of one stack share. */
export interface StackFrame {
  readonly clock: Clock
  readonly links: readonly MovableLink[]
  readonly travel: WallTravel
  readonly casualties: Casualties
  readonly undoing: Teardown
}

/** What a world of real software gives: links, and Regions that are not started yet. */
export interface Ground {
  openLinks(dead: Casualties): Promise<readonly MovableLink[]>
  createRegion(plan: RegionPlan, frame: StackFrame): Promise<ChildRegion>
}

/**
 * From a topology to a running stack. What was started is undone in reverse order, also where a
 * step fails; the error of that step is then thrown.
 */
export async function assembleStack(
  topology: Topology,
  clock: Clock,
  prepare: (undoing: Teardown) => Promise<Ground>,
): Promise<RunningStack> {
  checkTopology(topology)
  const undoing = teardown()
  try {
    return await assemble(topology, clock, undoing, await prepare(undoing))
  } catch (error) {
    // What could not be stopped stands in the ledger; the first error is the one to show.
    await undoing.run().catch(() => {})
    throw error
  }
}

async function assemble(
  topology: Topology,
  clock: Clock,
  undoing: Teardown,
  ground: Ground,
): Promise<RunningStack> {
  const dead = casualties()
  const links = await withFronts(await ground.openLinks(dead), clock, undoing)
  const regions: ChildRegion[] = []
  const travel = topology.regions.some(({ wall }) => wall === 'machine')
    ? waitingTravel(systemWallClock(), clock)
    : wallTravel(systemWallClock(), () => regions)
  const frame = { clock, links, travel, casualties: dead, undoing }
  const { nodes = [] } = topology
  for (const plan of [...topology.regions, ...nodes.map(asRegion)]) {
    const region = await ground.createRegion(plan, frame)
    regions.push(region)
    undoing.defer(`Region ${plan.name}`, region.dispose)
  }
  await Promise.all(regions.map((region) => region.begin()))
  return {
    regions: regions.slice(0, topology.regions.length),
    nodes: nodes.map(({ kind }, index) =>
      nodeOf(regions[topology.regions.length + index] as ChildRegion, kind),
    ),
    links: links.map(({ running }) => running),
    clock,
    wall: travel.wall,
    timeTravel: travel.timeTravel,
    onCasualty: dead.listen,
    [Symbol.asyncDispose]: undoing.run,
  }
}

/** What every Region of a stack needs, whatever it runs in. */
export function regionFrame(
  plan: RegionPlan,
  { clock, links, travel, casualties }: StackFrame,
  start: Pick<StartFrame, 'dataFolder' | 'seed'>,
): Pick<
  ChildRegionOptions,
  'plan' | 'clock' | 'frame' | 'clientsEnd' | 'tls' | 'travelled' | 'onCasualty'
> {
  const { name, settings } = plan
  const clients = links.find((link) => link.plan.from === 'clients' && link.plan.to === name)
  if (clients === undefined) {
    throw new WorldError(`no link leads from clients to Region ${name}`)
  }
  return {
    plan,
    clock,
    frame: { region: name, settings, peers: peersOf(name, links), ...start },
    clientsEnd: clients.front === undefined ? clients.far : onLoopback(clients.front.port),
    ...(clients.front === undefined ? {} : { tls: clients.front.trust }),
    travelled: travel.travelled,
    onCasualty: casualties.report,
  }
}

/** The module that a world of real software starts. @throws WorldError if the plan names none. */
export function moduleOf({ name, launch }: RegionPlan): string {
  if (launch.command !== undefined) return launch.command.module
  throw new WorldError(`Region ${name} cannot be started by itself: its plan names no module`, {
    hint: 'give the target a launch.command, or use a world that it supports',
  })
}

/** Links with TLS in front of those whose clients speak it. */
async function withFronts(
  links: readonly MovableLink[],
  clock: Clock,
  undoing: Teardown,
): Promise<readonly MovableLink[]> {
  if (!links.some(({ plan }) => plan.tls)) return links
  const authority = runAuthority()
  const fronted: MovableLink[] = []
  for (const link of links) {
    if (link.plan.tls === undefined) {
      fronted.push(link)
      continue
    }
    const options = { region: link.plan.to, link: link.far, authority, clock }
    const front = await startTlsFront(options)
    undoing.defer(`TLS in front of ${link.plan.name}`, front.dispose)
    fronted.push({ ...link, front, running: { ...link.running, tls: front } })
  }
  return fronted
}

/** A node lives as a Region does: a process, with the control channel of a child. */
function asRegion({ name, settings, launch: { command } }: NodePlan): RegionPlan {
  return { name, role: 'replica', settings, launch: command === undefined ? {} : { command } }
}

function nodeOf(region: ChildRegion, kind: NodePlan['kind']): RunningNode {
  const { name, http, direct, lifecycle, control } = region
  return { name, kind, http, direct, lifecycle, control }
}

/** Where a Region finds its peers: at the proxies of the links that it opens. */
function peersOf(name: RegionName, links: readonly MovableLink[]): StartFrame['peers'] {
  const peers: Record<RegionName, Record<string, { host: string; port: number }>> = {}
  for (const { plan, near } of links.filter((link) => link.plan.from === name)) {
    peers[plan.to] = { ...peers[plan.to], [plan.service]: near }
  }
  return peers
}

function checkTopology({ regions, nodes = [], links }: Topology): void {
  const names = new Set([...regions, ...nodes].map(({ name }) => name))
  if (names.size !== regions.length + nodes.length) {
    throw new WorldError('two Regions or nodes have the same name')
  }
  for (const link of links) {
    for (const end of [link.from, link.to]) {
      if (end !== 'clients' && !names.has(end)) {
        throw new WorldError(`the link ${link.name} ends at ${end}, which is no Region of the plan`)
      }
    }
  }
}
