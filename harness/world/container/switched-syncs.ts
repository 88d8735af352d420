import { syncEnvironment } from '../failing-syncs.ts'
import type { DiskFaults } from '../process/child-region.ts'
import type { RegionGround } from './container-region.ts'
import type { PlacedContainer, Placement } from './placed-container.ts'
import { makeDisk } from './region-disk.ts'
import { runInContainer } from './run-in-container.ts'

/** Where all containers of a Region find the library and the switch. */
const folder = '/switches'
const library = `${folder}/failing-syncs.so`
const switchFile = `${folder}/fail`

const write = `require('node:fs').writeFileSync('${library}', process.argv[1], 'base64')`

/** What makes the syncs of a Region's containers fail and work again. */
export interface SwitchedSyncs {
  readonly volumes: NonNullable<Placement['volumes']>
  readonly environment: Readonly<Record<string, string>>
  /** Puts the library where the containers look for it, before they are made. */
  install(holder: PlacedContainer): Promise<void>
  faults(holder: PlacedContainer): Required<Pick<DiskFaults, 'failSyncs' | 'mendSyncs'>>
  remove(): Promise<void>
}

/**
 * A small volume that all containers of a Region share: it holds the library that stands before
 * the system's, and the file whose existence makes syncs fail. The container that keeps the network
 * reads and writes it, since it never stops.
 */
export async function switchedSyncs(
  { engine, objects, failingSyncs }: Pick<RegionGround, 'engine' | 'objects' | 'failingSyncs'>,
  owner: string,
  word: string,
): Promise<SwitchedSyncs | undefined> {
  if (failingSyncs === undefined) return undefined
  const volume = await makeDisk(engine, objects, {
    ...{ owner: `switches of ${owner}`, words: ['switches', word] },
    // Databases run as somebody else, who only looks.
    ...{ megabytes: 1, mode: '0755' },
  })
  return {
    volumes: [{ source: volume.name, target: folder }],
    environment: syncEnvironment(library, switchFile),
    install: async (holder) => {
      await runInContainer(holder, ['node', '-e', write, failingSyncs.toString('base64')])
    },
    faults: (holder) => ({
      failSyncs: async () => {
        await runInContainer(holder, ['touch', switchFile])
      },
      mendSyncs: async () => {
        await runInContainer(holder, ['rm', '-f', switchFile])
      },
    }),
    remove: volume.remove,
  }
}
