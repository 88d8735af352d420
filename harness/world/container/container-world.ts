import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Topology, World } from '../../target/contract.ts'
import { failingSyncsFault, readFailingSyncs } from '../failing-syncs.ts'
import { assembleStack, type Ground } from '../process/assemble-stack.ts'
import type { Teardown } from '../process/teardown.ts'
import { proxyImage } from './choose-proxy.ts'
import { createContainerRegion } from './container-region.ts'
import { type EngineRuntime, openEngineRuntime } from './engine-runtime.ts'
import { imageOf, imagesFor, requireImages } from './images.ts'
import { type Reach, startLinkProxyContainer } from './link-proxy-container.ts'
import { databasePassword } from './region-databases.ts'
import { makeNetwork, runObjects } from './run-objects.ts'

/** What a world of containers needs. */
export interface ContainerWorldOptions {
  readonly plan: Pick<Plan, 'seed' | 'limits' | 'storage' | 'proxy'>
  /** Lists every container, network and volume; that of an open run, see `openRun`. */
  readonly ledger: Ledger
  readonly clock?: Clock
  /** What will be injected, by name: some faults need Regions that are prepared for them. */
  readonly faults?: readonly string[]
}

/**
 * The world in which each Region is a container, every link runs through a fault proxy in another
 * one, and faults of Regions are the engine's.
 *
 * `start` throws a WorldError if there is no engine or no image, and a RegionNotReadyError, with
 * the end of the container's log, if a Region is not ready in time; nothing is left behind then.
 */
export function containerWorld(options: ContainerWorldOptions): World {
  const clock = options.clock ?? systemClock()
  return {
    name: 'container',
    start: async (topology) => {
      const engine = await openEngineRuntime()
      const { storage, proxy } = options.plan
      await requireImages(engine, [
        ...imagesFor(storage, proxy).map(imageOf),
        ...(proxy === 'toxiproxy' ? [proxyImage(proxy)] : []),
      ])
      return assembleStack(topology, clock, (undoing) =>
        containerGround(engine, { faults: [], ...options, clock }, topology, undoing),
      )
    },
  }
}

/** Two networks first, then the proxy with its links, then Regions one by one. */
async function containerGround(
  engine: EngineRuntime,
  { plan, ledger, clock, faults }: Required<ContainerWorldOptions>,
  topology: Topology,
  undoing: Teardown,
): Promise<Ground> {
  const objects = runObjects(engine, ledger, randomBytes(3).toString('hex'))
  const control = await makeNetwork(engine, objects, 'control', false)
  undoing.defer('the control network', control.remove)
  const links = await makeNetwork(engine, objects, 'links', true)
  undoing.defer('the network of the links', links.remove)
  const networks = { control, links }
  const { seed, limits, storage, proxy: proxyName } = plan
  const password = storage === 'postgres' ? databasePassword() : undefined
  const syncs = faults.includes(failingSyncsFault) ? await readFailingSyncs(ledger) : undefined
  const regions = new Set(topology.regions.map(({ name }) => name))
  let reach: Reach | undefined
  let ordinal = 0
  return {
    openLinks: async (dead) => {
      const proxy = await startLinkProxyContainer({
        ...{ engine, objects, networks, seed, clock },
        plans: topology.links,
        proxy: proxyName,
        onCasualty: dead.report,
      })
      undoing.defer('the link proxy', proxy.dispose)
      reach = proxy.reach
      return proxy.links
    },
    createRegion: (region, frame) => {
      invariant(reach !== undefined, 'links are opened before Regions are made')
      ordinal += 1
      const readyMillisMax = limits.regionReadyMillisMax
      const ground = {
        ...{ engine, objects, networks, reach, seed, readyMillisMax },
        databasePassword: regions.has(region.name) ? password : undefined,
        failingSyncs: regions.has(region.name) ? syncs : undefined,
      }
      return createContainerRegion(ground, region, frame, ordinal)
    },
  }
}
