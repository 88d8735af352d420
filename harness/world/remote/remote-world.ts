import { dirname } from 'node:path'
import { type Clock, systemClock, systemWallClock } from '../../kernel/clock.ts'
import { RegionNotReadyError, WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Plan } from '../../plan/plan.ts'
import { addressOf, type PlannedTopology } from '../../plan/remote-topology.ts'
import type { LinkPlan, RunningLink, RunningStack, Topology, World } from '../../target/contract.ts'
import { topologyOf } from '../../target/remote-topology.ts'
import { type Casualties, casualties } from '../process/casualties.ts'
import { startLinkProxies } from '../process/link-proxies.ts'
import type { MovableLink } from '../process/proxied-link.ts'
import { type Teardown, teardown } from '../process/teardown.ts'
import { waitingTravel } from '../process/wall-travel.ts'
import { type HookSubject, type RemoteHooks, remoteHooks } from './remote-hooks.ts'
import { borrowLink, placeOfLink } from './remote-links.ts'
import { addressOfUrl, type RemoteRegionHandle, remoteRegion } from './remote-region.ts'
import { remoteTls } from './remote-tls.ts'

/** How long a canary may take before anything was disturbed. */
const canaryMicrosMax: Micros = millis(10_000)
/** How long one look at a Region may take, and the pause before the next. */
const lookMicrosMax: Micros = millis(3_000)
const lookPause: Micros = millis(100)

/** What a world of somebody's Regions needs. */
export interface RemoteWorldOptions {
  readonly plan: Pick<Plan, 'seed' | 'limits' | 'topology'>
  readonly ledger: Ledger
  readonly clock?: Clock
}

/**
 * The world of a system that others run. Clients reach each Region through a listener of this
 * machine, so that their way can be disturbed with no rights at the far side; everything beyond is
 * done by the hooks and over the links that the user's file names. Nothing else is touched.
 *
 * `start` throws a RegionNotReadyError if a Region does not serve in time.
 */
export function remoteWorld(options: RemoteWorldOptions): World {
  return {
    name: 'remote',
    start: async (topology) => {
      const undoing = teardown()
      try {
        return await assemble(options, topology, undoing)
      } catch (error) {
        // What could not be taken back stands in the ledger; the first error is the one to show.
        await undoing.run().catch(() => {})
        throw error
      }
    },
  }
}

async function assemble(
  options: RemoteWorldOptions,
  topology: Topology,
  undoing: Teardown,
): Promise<RunningStack> {
  const { plan, ledger } = options
  const clock = options.clock ?? systemClock()
  const planned = topologyOf(plan)
  const hooks = remoteHooks({ topology: planned, ledger, clock })
  undoing.defer('what hooks did', hooks.dispose)
  const dead = casualties()
  const carried = await openLinks({ ...options, clock }, topology, planned, undoing, dead)
  const regions = topology.regions.map((region) => {
    const link = carried.movable.find(({ plan: { from, to } }) => isClients(from, to, region.name))
    invariant(link !== undefined, `no link leads from clients to Region ${region.name}`)
    const handle = remoteRegion({
      ...{ subject: subjectOf(planned, region.name), region: regionOf(planned, region.name) },
      ...{ folder: dirname(planned.file), port: link.far.port, hooks, clock },
      changeMillisMax: plan.limits.regionReadyMillisMax,
    })
    undoing.defer(`connections to ${region.name}`, handle.dispose)
    return handle
  })
  const { wall, timeTravel } = waitingTravel(systemWallClock(), clock)
  await ready(regions, carried.running, clock, plan.limits.regionReadyMillisMax)
  return {
    regions,
    links: carried.running,
    ...{ clock, wall, timeTravel, onCasualty: dead.listen },
    ...(hooks.has('failover') ? { failover: failoverBy(hooks, planned) } : {}),
    ...(hooks.has('lag') ? {} : { positions: 'unknown' as const }),
    [Symbol.asyncDispose]: undoing.run,
  }
}

function isClients(from: string, to: string, region: string): boolean {
  return from === 'clients' && to === region
}

function regionOf({ content }: PlannedTopology, name: string) {
  const found = content.regions[name]
  if (found !== undefined) return found
  throw new WorldError(`the target wants a Region ${name}, and the topology names none`, {
    hint: `it names ${Object.keys(content.regions).join(' and ')}`,
  })
}

function subjectOf(planned: PlannedTopology, name: string): HookSubject {
  const { role, url } = regionOf(planned, name)
  return { name, role, url }
}

function failoverBy(
  hooks: RemoteHooks,
  planned: PlannedTopology,
): NonNullable<RunningStack['failover']> {
  const names = Object.keys(planned.content.regions)
  return (to) => {
    const before = names.find((name) => name !== to) ?? to
    return hooks.begin('failover', subjectOf(planned, to), subjectOf(planned, before))
  }
}

interface CarriedLinks {
  /** Those that our proxy carries. */
  readonly movable: readonly MovableLink[]
  readonly running: readonly RunningLink[]
}

async function openLinks(
  options: RemoteWorldOptions & { readonly clock: Clock },
  topology: Topology,
  planned: PlannedTopology,
  undoing: Teardown,
  dead: Casualties,
): Promise<CarriedLinks> {
  const { plan, ledger, clock } = options
  const { links: declared } = planned.content
  const isBorrowed = ({ name }: LinkPlan): boolean => declared[name]?.toxiproxy !== undefined
  const proxies = await startLinkProxies({
    plans: topology.links.filter((link) => !isBorrowed(link)),
    seed: plan.seed,
    ...{ ledger, clock, onCasualty: dead.report },
    placeOf: ({ name, from, to }) => {
      const link = declared[name]
      if (link !== undefined) return placeOfLink(link)
      const tls =
        from === 'clients' ? remoteTls(regionOf(planned, to), dirname(planned.file)) : undefined
      return tls === undefined ? {} : { tls }
    },
  })
  undoing.defer('the link proxy', proxies.dispose)
  for (const link of proxies.links) await link.leadTo(endOf(link.plan, planned))
  const borrowed: RunningLink[] = []
  for (const one of topology.links.filter(isBorrowed)) {
    const link = declared[one.name]
    invariant(link !== undefined, `the link ${one.name} is declared`)
    borrowed.push(await borrowLink({ plan: one, link, ledger, clock, undoing }))
  }
  const running = [...proxies.links.map((link) => link.running), ...borrowed]
  return {
    movable: proxies.links,
    // In the order of the topology, whoever carries them.
    running: topology.links.flatMap(({ name }) => running.filter((link) => link.name === name)),
  }
}

function endOf({ name, to }: LinkPlan, planned: PlannedTopology) {
  const upstream = planned.content.links[name]?.upstream
  const declared = upstream === undefined ? undefined : addressOf(upstream)
  return declared ?? addressOfUrl(regionOf(planned, to).url)
}

/** Nothing is disturbed before every Region serves and every link carries bytes. */
async function ready(
  regions: readonly RemoteRegionHandle[],
  links: readonly RunningLink[],
  clock: Clock,
  millisMax: number,
): Promise<void> {
  const deadline = clock.monotonic() + millis(millisMax)
  for (const region of regions) {
    for (;;) {
      const why = await region.whyNotServing(lookMicrosMax)
      if (why === undefined) break
      if (clock.monotonic() >= deadline) {
        throw new RegionNotReadyError(
          `Region ${region.name} does not serve after ${millisMax} ms: ${why}`,
          { hint: 'look whether its "url" and its "health" are right, and whether it is up' },
        )
      }
      await clock.sleep(lookPause)
    }
  }
  for (const link of links) {
    const { outcome } = await link.canary(canaryMicrosMax)
    if (outcome === 'passed') continue
    throw new WorldError(`the link ${link.name} carries nothing: its canary was ${outcome}`, {
      hint: 'where the topology declares it, look at its "upstream" and its "canary"',
    })
  }
}
