import type { EngineRuntime } from './engine-runtime.ts'
import type { PlacedContainer } from './placed-container.ts'
import { runInContainer } from './run-in-container.ts'
import type { RunObject, RunObjects } from './run-objects.ts'

/** Where a container finds its disk. */
export const dataFolder = '/data'

/** User and group of the software in our images. */
const userId = 1_000

/**
 * A disk of its own for a container, of a fixed size, in memory. It lives as long as some container
 * that mounts it runs: a crash of its Region leaves it as it was.
 */
export function makeDisk(
  { docker }: EngineRuntime,
  objects: RunObjects,
  owner: string,
  word: string,
  megabytes: number,
): Promise<RunObject> {
  const name = objects.nameOf('disk', word)
  const size = `size=${megabytes}m,mode=0700,uid=${userId},gid=${userId}`
  return objects.make({
    kind: 'volume',
    owner: `disk of ${owner}`,
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
export function fillDisk(holder: PlacedContainer): Promise<void> {
  return runInContainer(holder, ['node', '-e', fill])
}

/** Takes back what {@link fillDisk} wrote. */
export function freeDisk(holder: PlacedContainer): Promise<void> {
  return runInContainer(holder, [
    'node',
    '-e',
    `require('node:fs').rmSync('${filler}', { force: true })`,
  ])
}
