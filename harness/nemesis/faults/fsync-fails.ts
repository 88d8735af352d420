import { FaultError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { confinedRegion } from '../effects.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'

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
        if ((await lifecycle.observe()) === 'running') await database?.start()
      },
      verifyHealed: () => diskSyncs(region, true),
    }
  },
}

/** The Region itself tries to make something durable. */
async function diskSyncs(region: RunningRegion, expected: boolean): Promise<Verification> {
  const said = (await region.control.command('sync-probe', null)) as {
    readonly synced?: Json
    readonly code?: Json
  }
  const held = expected ? said.synced === true : said.code === 'EIO'
  const seen = said.synced === true ? 'done' : `refused with ${String(said.code)}`
  return { held, detail: `a sync of the disk of ${region.name}: ${seen}` }
}
