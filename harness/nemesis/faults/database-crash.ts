import { FaultError } from '../../kernel/errors.ts'
import type { RegionDatabase, RegionState, RunningRegion } from '../../target/contract.ts'
import { degradedRegion } from '../effects.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { both, regionServes } from '../verification.ts'

/** SIGKILL for the database servers of a Region; healed by their start from the disk they left. */
export const databaseCrash: FaultKind<'database-crash'> = {
  name: 'database-crash',
  description: "Kills a Region's database at once; the Region lives on without it until the heal.",
  worlds: ['process', 'container'],
  parameters: { region: regionParameter },
  mayCause: ['region-degraded', 'replication-disturbed'],
  effects: ({ region }, environment) => [
    ...degradedRegion(region),
    ...environment.stack.regions
      .filter(({ role }) => role === 'replica')
      .map(({ name }) => ({ effect: 'replication-disturbed' as const, region: name })),
  ],
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    const database = databaseOf(region)
    return {
      apply: () => database.crash(),
      verify: () => databaseIs(region, database, 'stopped'),
      heal: () => database.start(),
      verifyHealed: async () =>
        both(
          await databaseIs(region, database, 'running'),
          await regionServes(region, environment.stack.clock),
        ),
    }
  },
}

/** @throws FaultError where the Region has no database that is a process of its own. */
export function databaseOf({ name, database }: RunningRegion): RegionDatabase {
  if (database !== undefined) return database
  throw new FaultError(`Region ${name} has no database of its own here`, {
    hint: 'run with --storage postgres',
  })
}

async function databaseIs(
  { name }: RunningRegion,
  database: RegionDatabase,
  state: RegionState,
): Promise<Verification> {
  const seen = await database.observe()
  return { held: seen === state, detail: `database of ${name}: ${seen}` }
}
