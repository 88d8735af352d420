import { FaultError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import type { RegionDatabase, RunningRegion } from '../../target/contract.ts'
import { confinedRegion } from '../effects.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { both, eventually } from '../verification.ts'

/**
 * No sync of the Region's disk succeeds, and none of its databases'. Afterwards nobody knows what
 * a file holds whose sync failed: the log of memory storage takes nothing more until its Region
 * starts again, and a PostgreSQL that could not sync has ended itself, so the heal starts it.
 */
export const fsyncFails: FaultKind<'fsync-fails'> = {
  name: 'fsync-fails',
  description: "Answers every sync of a Region's disk and of its databases' with EIO.",
  worlds: ['sim', 'process', 'container'],
  needs: ['own-stack'],
  parameters: { region: regionParameter },
  mayCause: ['region-degraded', 'replication-disturbed'],
  effects: ({ region }, environment) => confinedRegion(environment, region),
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    const { lifecycle, database } = region
    return {
      apply: async () => {
        if (lifecycle.failSyncs === undefined) {
          throw new FaultError(`the syncs of ${region.name} were not prepared to fail`, {
            hint: 'name "fsync-fails" in "needs.faults" of the scenario',
          })
        }
        await lifecycle.failSyncs()
      },
      verify: () => diskSyncs(region, false),
      heal: async () => {
        await lifecycle.mendSyncs?.()
        if (database === undefined || (await lifecycle.observe()) !== 'running') return
        // One that runs may still be about to end.
        await eventually(environment.stack.clock, () => commits(region, database))
      },
      verifyHealed: () => diskSyncs(region, true),
    }
  },
}

/** Starts the database where it ended; whether it commits. */
async function commits(region: RunningRegion, database: RegionDatabase): Promise<boolean> {
  try {
    await database.start()
    return (await probe(region)).database?.synced === true
  } catch {
    return false
  }
}

interface Probed {
  readonly synced?: Json
  readonly code?: Json
  /** Of a commit there: a database that could not sync may be away by now. */
  readonly database?: { readonly synced?: Json }
}

/** The Region itself tries to make something durable. */
async function probe({ control }: RunningRegion): Promise<Probed> {
  return (await control.command('sync-probe', null)) as Probed
}

async function diskSyncs(region: RunningRegion, expected: boolean): Promise<Verification> {
  const { synced, code, database } = await probe(region)
  const seen = synced === true ? 'done' : `refused with ${String(code)}`
  const disk = {
    held: expected ? synced === true : code === 'EIO',
    detail: `a sync of the disk of ${region.name}: ${seen}`,
  }
  if (database === undefined) return disk
  const committed = database.synced === true
  const detail = `a commit in its database: ${committed ? 'done' : 'failed'}`
  return both(disk, { held: committed === expected, detail })
}
