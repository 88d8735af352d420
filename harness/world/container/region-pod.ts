import { freePorts } from '../free-ports.ts'
import type { StackFrame } from '../process/assemble-stack.ts'
import type { DiskFaults } from '../process/child-region.ts'
import type { RegionGround } from './container-region.ts'
import { imageOf } from './images.ts'
import { type PlacedContainer, type Placement, placeContainer } from './placed-container.ts'
import { dataFolder, fillDisk, freeDisk, makeDisk } from './region-disk.ts'
import { switchedSyncs } from './switched-syncs.ts'

/** Ports of a Region's container, as its entry module has them. */
export const apiPort = 8_080
export const controlPort = 8_082

/** Size of a Region's disk. */
const diskMegabytes = 128

/** What the containers of a Region share, and what outlives all of them. */
export interface RegionPod {
  /** Does nothing but keep network and disk. */
  readonly holder: PlacedContainer
  /** For the software alone. */
  readonly volumes: NonNullable<Placement['volumes']>
  /** For the software and for databases. */
  readonly common: Required<Pick<Placement, 'environment' | 'volumes'>>
  /** Ports of this machine that lead to those of the Region. */
  readonly published: { readonly api: number; readonly control: number }
  readonly disk: DiskFaults
}

/**
 * Makes the disk of a Region and the container that keeps its network.
 *
 * @param ordinal - Its place in the networks, from 1.
 */
export async function makePod(
  ground: Pick<RegionGround, 'engine' | 'objects' | 'networks' | 'failingSyncs'>,
  name: string,
  { undoing }: Pick<StackFrame, 'undoing'>,
  ordinal: number,
): Promise<RegionPod> {
  const { engine, objects, networks } = ground
  const owner = `Region ${name}`
  const disk = await makeDisk(engine, objects, {
    ...{ owner: `disk of ${owner}`, words: ['disk', name] },
    ...{ megabytes: diskMegabytes, mode: '0700' },
  })
  undoing.defer(`disk of ${owner}`, disk.remove)
  const syncs = await switchedSyncs(ground, owner, name)
  if (syncs !== undefined) undoing.defer(`switches of ${owner}`, syncs.remove)
  const volumes = [{ source: disk.name, target: dataFolder }]
  const common = { environment: syncs?.environment ?? {}, volumes: syncs?.volumes ?? [] }
  const [api = 0, control = 0] = await freePorts(2)
  const holder = await placeContainer(engine, objects, {
    ...{ owner: `network of ${owner}`, word: `${name}-network`, image: imageOf('region') },
    ...{ entrypoint: ['sleep'], command: ['2147483647'] },
    attachment: {
      networks: [networks.control, networks.links].map((network) => ({
        network,
        address: network.address(ordinal),
      })),
      published: new Map([
        [apiPort, api],
        [controlPort, control],
      ]),
    },
    volumes: [...volumes, ...common.volumes],
  })
  undoing.defer(`network of ${owner}`, holder.remove)
  await syncs?.install(holder)
  return {
    ...{ holder, volumes, common, published: { api, control } },
    disk: {
      fillDisk: () => fillDisk(holder),
      freeDisk: () => freeDisk(holder),
      ...syncs?.faults(holder),
    },
  }
}
