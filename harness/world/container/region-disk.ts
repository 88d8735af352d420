import type { EngineRuntime } from './engine-runtime.ts'
import type { PlacedContainer } from './placed-container.ts'
import { runInContainer } from './run-in-container.ts'
import type { RunObject, RunObjects } from './run-objects.ts'

/** Where a container finds its disk. */
export const dataFolder = '/data'

/** User and group of the software in our images. */
const userId = 1_000

/** A volume in memory. */
export interface DiskRequest {
  /** For the ledger, such as `disk of Region us-east-1`. */
  readonly owner: string
  /** Tells it apart in the engine. */
  readonly words: readonly string[]
  readonly megabytes: number
  /** Who may do what; the software of our images is its owner. */
  readonly mode: '0700' | '0755'
}

/**
 * A disk of its own for a container, of a fixed size, in memory. It lives as long as some container
 * that mounts it runs: a crash of its Region leaves it as it was.
 */
export function makeDisk(
  { docker }: EngineRuntime,
  objects: RunObjects,
  { owner, words, megabytes, mode }: DiskRequest,
): Promise<RunObject> {
  const name = objects.nameOf(...words)
  const size = `size=${megabytes}m,mode=${mode},uid=${userId},gid=${userId}`
  return objects.make({
    kind: 'volume',
    owner,
    name,
    create: async () => {
      const options = { type: 'tmpfs', device: 'tmpfs', o: size }
      const labels = { ...objects.labels }
      await docker.createVolume({
        Name: name,
        Driver: 'local',
        DriverOpts: options,
        Labels: labels,
      })
      return name
    },
    remove: (id) => docker.getVolume(id).remove({ force: true }),
  })
}

const filler = `${dataFolder}/.filler`

/** Writes until there is no room, in ever smaller pieces. */
const fill = `
const { openSync, writeSync, closeSync } = require('node:fs')
const file = openSync('${filler}', 'a')
for (let size = 1 << 20; size >= 1; size >>= 3) {
  const piece = Buffer.alloc(size)
  try { while (writeSync(file, piece) === size); } catch (error) {
    if (error.code !== 'ENOSPC') throw error
  }
}
closeSync(file)
`

/** Leaves no room on a disk that the container mounts. */
export async function fillDisk(holder: PlacedContainer): Promise<void> {
  await runInContainer(holder, ['node', '-e', fill])
}

/** Takes back what {@link fillDisk} wrote. */
export async function freeDisk(holder: PlacedContainer): Promise<void> {
  await runInContainer(holder, [
    'node',
    '-e',
    `require('node:fs').rmSync('${filler}', { force: true })`,
  ])
}
