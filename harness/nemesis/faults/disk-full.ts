import { FaultError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { confinedRegion } from '../effects.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'

/**
 * There is no room for anything more on the disk of a Region. A PostgreSQL that could not go on
 * with its log has ended itself, so the heal starts it.
 */
export const diskFull: FaultKind<'disk-full'> = {
  name: 'disk-full',
  description: "Leaves no room on a Region's disk: it refuses writes, and a replica falls behind.",
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
        if (lifecycle.fillDisk === undefined) {
          throw new FaultError(`the disk of ${region.name} was not prepared to be filled`, {
            hint: 'name "disk-full" in "needs.faults" of the scenario',
          })
        }
        await lifecycle.fillDisk()
      },
      verify: () => diskHasRoom(region, false),
      heal: async () => {
        await lifecycle.freeDisk?.()
        if ((await lifecycle.observe()) === 'running') await database?.start()
      },
      verifyHealed: () => diskHasRoom(region, true),
    }
  },
}

/** The Region itself tries to write. */
async function diskHasRoom(region: RunningRegion, expected: boolean): Promise<Verification> {
  const said = (await region.control.command('disk-probe', null)) as {
    readonly writable?: Json
    readonly code?: Json
  }
  const held = expected ? said.writable === true : said.code === 'ENOSPC'
  const seen = said.writable === true ? 'written' : `refused with ${String(said.code)}`
  return { held, detail: `a page for the disk of ${region.name}: ${seen}` }
}
