import { randomBytes } from 'node:crypto'
import { WorldError } from '../../kernel/errors.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { ActiveDisturbance, RegionMachine } from '../../target/contract.ts'
import { failingSyncsFault, readFailingSyncs, syncTrial } from '../failing-syncs.ts'
import { teardown } from '../process/teardown.ts'
import { type EngineRuntime, openEngineRuntime } from './engine-runtime.ts'
import { imageOf } from './images.ts'
import { type PlacedContainer, type Placement, placeContainer } from './placed-container.ts'
import { regionMachine } from './region-machine.ts'
import { runInContainer } from './run-in-container.ts'
import { makeNetwork, type RunObjects, runObjects } from './run-objects.ts'
import { switchedSyncs } from './switched-syncs.ts'

/** What a trial of a bound sets: enough for a container that sleeps. */
const megabytes = 64
const share = 0.5

/** What is done to the machine of a container that nobody uses. */
const trials: Readonly<Record<string, (machine: RegionMachine) => Promise<void>>> = {
  'network-disconnect': (machine) => thereAndBack(machine.disconnect()),
  'network-one-way-drop': (machine) => thereAndBack(machine.drop('into')),
  'memory-limit': async (machine) => {
    const active = await machine.limit({ kind: 'memory', megabytes })
    const seen = await machine.limits()
    await active.lift()
    mustBe('MB', seen.megabytes, megabytes)
  },
  'cpu-limit': async (machine) => {
    const active = await machine.limit({ kind: 'cpu', share })
    const seen = await machine.limits()
    await active.lift()
    mustBe('processors', seen.share, share)
  },
}

/** Faults of containers that depend on the engine, its machine, or ours. */
export const triedInContainers: readonly string[] = [...Object.keys(trials), failingSyncsFault]

/**
 * Does each of these faults to a container that only sleeps, and undoes it.
 *
 * @param attempt - Runs one trial and keeps its failure.
 * @throws WorldError if the container cannot be made.
 */
export async function tryInContainer(
  ledger: Ledger,
  faults: readonly string[],
  attempt: (name: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const engine = await openEngineRuntime()
  const objects = runObjects(engine, ledger, randomBytes(3).toString('hex'))
  const undoing = teardown()
  try {
    const links = await makeNetwork(engine, objects, 'trial', true)
    undoing.defer('the network of a trial', links.remove)
    const address = links.address(1)
    const attachment = { networks: [{ network: links, address }], published: new Map() }
    const place = (word: string, more: Partial<Placement>): Promise<PlacedContainer> =>
      placeContainer(engine, objects, {
        ...{ owner: 'a trial of faults', word, image: imageOf('region'), attachment, ...more },
        ...{ entrypoint: ['sleep'], command: ['2147483647'] },
      })
    const holder = await place('trial', {})
    undoing.defer('the container of a trial', holder.remove)
    const containers = (): readonly PlacedContainer[] => [holder]
    const machine = regionMachine({ engine, objects, holder, links, address, containers })
    for (const name of faults) {
      const trial = trials[name]
      if (trial !== undefined) await attempt(name, () => trial(machine))
    }
    if (faults.includes(failingSyncsFault)) {
      await attempt(failingSyncsFault, () => trySyncs(engine, objects, ledger, place))
    }
  } finally {
    await undoing.run()
  }
}

async function trySyncs(
  engine: EngineRuntime,
  objects: RunObjects,
  ledger: Ledger,
  place: (word: string, more: Partial<Placement>) => Promise<PlacedContainer>,
): Promise<void> {
  const failingSyncs = await readFailingSyncs(ledger)
  const undoing = teardown()
  try {
    const syncs = await switchedSyncs({ engine, objects, failingSyncs }, 'a trial', 'trial')
    if (syncs === undefined) return
    undoing.defer('the switches of a trial', syncs.remove)
    const { volumes, environment } = syncs
    const own = { networks: [], published: new Map() }
    const container = await place('trial-syncs', { volumes, environment, attachment: own })
    undoing.defer('the second container of a trial', container.remove)
    await syncs.install(container)
    const { failSyncs, mendSyncs } = syncs.faults(container)
    const run = (code: string) =>
      runInContainer(container, ['node', '-e', syncTrial, '/tmp/trial', code])
    await run('none')
    await failSyncs()
    await run('EIO')
    await mendSyncs()
    await run('none')
  } finally {
    await undoing.run()
  }
}

async function thereAndBack(disturbed: Promise<ActiveDisturbance>): Promise<void> {
  const active = await disturbed
  await active.lift()
}

function mustBe(unit: string, seen: number | undefined, wanted: number): void {
  if (seen === wanted) return
  throw new WorldError(`a bound of ${wanted} ${unit} shows as ${seen ?? 'none'}`)
}
