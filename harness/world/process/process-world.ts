import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { createPrivateDirectory } from '../../ledger/private-directory.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RegionPlan, Topology, World } from '../../target/contract.ts'
import {
  buildFailingSyncs,
  diskSwitches,
  failingSyncsFault,
  fullDiskFault,
  syncEnvironment,
} from '../failing-syncs.ts'
import { assembleStack, moduleOf, regionFrame } from './assemble-stack.ts'
import { startChild } from './child-life.ts'
import { childRegion } from './child-region.ts'
import { databaseLifecycle } from './database-lifecycle.ts'
import { onLoopback } from './endpoint.ts'
import { startLinkProxies } from './link-proxies.ts'
import { regionPorts } from './region-ports.ts'

/** What a world of processes needs. */
export interface ProcessWorldOptions {
  readonly plan: Pick<Plan, 'seed' | 'limits'> & Partial<Pick<Plan, 'storage'>>
  /** Lists every process and folder; that of an open run, see `openRun`. */
  readonly ledger: Ledger
  readonly clock?: Clock
  /** What will be injected, by name: some faults need Regions that are prepared for them. */
  readonly faults?: readonly string[]
}

/**
 * The world in which each Region is a process of this machine, every link runs through a fault
 * proxy on loopback, and faults of Regions are signals. All ports are given by the system.
 *
 * `start` throws a RegionNotReadyError, with the child's last words, if a Region is not ready in
 * time, and leaves nothing behind then.
 */
export function processWorld(options: ProcessWorldOptions): World {
  const { plan, ledger, faults = [] } = options
  const clock = options.clock ?? systemClock()
  return {
    name: 'process',
    start: (topology) =>
      assembleStack(topology, clock, async (undoing) => {
        const directory = await createPrivateDirectory(ledger, 'disks of the Regions')
        undoing.defer('the folder of the disks', directory.remove)
        if (plan.storage === 'postgres') await letPass(directory.path)
        const library = [failingSyncsFault, fullDiskFault].some((name) => faults.includes(name))
          ? await buildFailingSyncs(directory.path)
          : undefined
        return {
          openLinks: async (dead) => {
            const proxies = await startLinkProxies({
              plans: topology.links,
              seed: plan.seed,
              ...{ ledger, clock, onCasualty: dead.report },
            })
            undoing.defer('the link proxy', proxies.dispose)
            return proxies.links
          },
          createRegion: async (region, frame) => {
            const module = moduleOf(region)
            const isRegion = isOfStack(topology, region)
            const hasDatabase = plan.storage === 'postgres' && isRegion
            const owner = `Region ${region.name}`
            const dataFolder = join(directory.path, encodeURIComponent(region.name))
            await mkdir(dataFolder, { mode: 0o700 })
            const flags = [`${dataFolder}.syncs-fail`, `${dataFolder}.full`] as const
            const prepared = isRegion && library !== undefined
            const environment = prepared ? syncEnvironment(library, ...flags) : {}
            const ports = regionPorts(
              region.name,
              frame.links.filter((link) => link.plan.to === region.name),
            )
            return childRegion({
              ...regionFrame(region, frame, { dataFolder, seed: plan.seed }),
              launch: (onCasualty) =>
                startChild({
                  ...{ ledger, clock, owner, module, onCasualty, environment },
                  hasFamily: hasDatabase || region.family === true,
                }),
              ...(hasDatabase ? { database: databaseLifecycle } : {}),
              ...(prepared ? { disk: diskSwitches(...flags) } : {}),
              readyMillisMax: Math.max(
                plan.limits.regionReadyMillisMax,
                region.readyMillisMax ?? 0,
              ),
              directUrl: ({ apiPort }) => `http://127.0.0.1:${apiPort}`,
              directAddress: ({ apiPort }) => onLoopback(apiPort),
              onReady: ports.lead,
              onGone: ports.keep,
              onDisposed: ports.release,
            })
          },
        }
      }),
  }
}

/** A Region of the topology, and no node beside it. */
function isOfStack({ regions }: Topology, { name }: RegionPlan): boolean {
  return regions.some((region) => region.name === name)
}

/**
 * PostgreSQL refuses to be root: whoever it runs as has to pass the folder. Nobody can list it, and
 * its name is not to be guessed.
 */
async function letPass(folder: string): Promise<void> {
  if (process.getuid?.() === 0) await chmod(folder, 0o711)
}
