import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegionName } from '../../history/operation.ts'
import { type Clock, systemClock, systemWallClock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { createPrivateDirectory } from '../../ledger/private-directory.ts'
import type { Plan } from '../../plan/plan.ts'
import type {
  NodePlan,
  RegionPlan,
  RunningNode,
  RunningStack,
  Topology,
  World,
} from '../../target/contract.ts'
import { type Casualties, casualties } from './casualties.ts'
import { type ChildRegion, childRegion } from './child-region.ts'
import { type LinkProxies, type ProcessLink, startLinkProxies } from './link-proxies.ts'
import { regionPorts } from './region-ports.ts'
import type { StartFrame } from './region-process.ts'
import { runAuthority } from './run-authority.ts'
import { type Teardown, teardown } from './teardown.ts'
import { startTlsFront } from './tls-front.ts'
import { type WallTravel, wallTravel } from './wall-travel.ts'

/** What a world of processes needs. */
export interface ProcessWorldOptions {
  readonly plan: Pick<Plan, 'seed' | 'limits'>
  /** Lists every process and folder; that of an open run, see `openRun`. */
  readonly ledger: Ledger
  readonly clock?: Clock
}

/** What the parts of one stack share. */
interface Frame {
  readonly options: ProcessWorldOptions
  readonly clock: Clock
  readonly folder: string
  readonly links: readonly ProcessLink[]
  readonly travel: WallTravel
  readonly casualties: Casualties
}

/**
 * The world in which each Region is a process of this machine, every link runs through a fault
 * proxy on loopback, and faults of Regions are signals. All ports are given by the system.
 *
 * `start` throws a RegionNotReadyError, with the child's last words, if a Region is not ready in
 * time, and leaves nothing behind then.
 */
export function processWorld(options: ProcessWorldOptions): World {
  return {
    name: 'process',
    start: async (topology) => {
      checkTopology(topology)
      const undoing = teardown()
      try {
        return await startStack(options, topology, undoing)
      } catch (error) {
        // What could not be stopped stands in the ledger; the first error is the one to show.
        await undoing.run().catch(() => {})
        throw error
      }
    },
  }
}

async function startStack(
  options: ProcessWorldOptions,
  topology: Topology,
  undoing: Teardown,
): Promise<RunningStack> {
  const { plan, ledger } = options
  const clock = options.clock ?? systemClock()
  const directory = await createPrivateDirectory(ledger, 'disks of the Regions')
  undoing.defer('the folder of the disks', directory.remove)
  const dead = casualties()
  const proxies: LinkProxies = await startLinkProxies({
    plans: topology.links,
    seed: plan.seed,
    ...{ ledger, clock, onCasualty: dead.report },
  })
  undoing.defer('the link proxy', proxies.dispose)
  const links = await withFronts(proxies.links, clock, undoing)
  const regions: ChildRegion[] = []
  const travel = wallTravel(systemWallClock(), () => regions)
  const frame = {
    options,
    clock,
    folder: directory.path,
    links,
    travel,
    casualties: dead,
  }
  const { nodes = [] } = topology
  for (const plan of [...topology.regions, ...nodes.map(asRegion)]) {
    const region = await createRegion(frame, plan)
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

/** Links with TLS in front of those whose clients speak it. */
async function withFronts(
  links: readonly ProcessLink[],
  clock: Clock,
  undoing: Teardown,
): Promise<readonly ProcessLink[]> {
  if (!links.some(({ plan }) => plan.tls)) return links
  const authority = runAuthority()
  const fronted: ProcessLink[] = []
  for (const link of links) {
    if (link.plan.tls === undefined) {
      fronted.push(link)
      continue
    }
    const options = { region: link.plan.to, linkPort: link.port, authority, clock }
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

async function createRegion(frame: Frame, plan: RegionPlan): Promise<ChildRegion> {
  const { options, clock, folder, links, travel } = frame
  const { name } = plan
  const clients = links.find((link) => link.plan.from === 'clients' && link.plan.to === name)
  if (clients === undefined) {
    throw new WorldError(`no link leads from clients to Region ${name}`)
  }
  const dataFolder = join(folder, encodeURIComponent(name))
  await mkdir(dataFolder, { mode: 0o700 })
  const ports = regionPorts(
    name,
    links.filter((link) => link.plan.to === name),
  )
  return childRegion({
    plan,
    ledger: options.ledger,
    clock,
    frame: {
      region: name,
      settings: plan.settings,
      dataFolder,
      seed: options.plan.seed,
      peers: peersOf(name, links),
    },
    readyMillisMax: options.plan.limits.regionReadyMillisMax,
    clientsPort: clients.front?.port ?? clients.port,
    ...(clients.front === undefined ? {} : { tls: clients.front.trust }),
    travelled: travel.travelled,
    onCasualty: frame.casualties.report,
    onReady: ports.lead,
    onGone: ports.keep,
    onDisposed: ports.release,
  })
}

/** Where a Region finds its peers: at the proxies of the links that it opens. */
function peersOf(name: RegionName, links: readonly ProcessLink[]): StartFrame['peers'] {
  const peers: Record<RegionName, Record<string, { host: string; port: number }>> = {}
  for (const { plan, port } of links.filter((link) => link.plan.from === name)) {
    peers[plan.to] = { ...peers[plan.to], [plan.service]: { host: '127.0.0.1', port } }
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
