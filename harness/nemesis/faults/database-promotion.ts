import type { Json } from '../../kernel/json.ts'
import type { RegionDatabase, RunningRegion, StandbyState } from '../../target/contract.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { eventually } from '../verification.ts'
import { databaseOf } from './database-crash.ts'

/**
 * The standby of a Region becomes a primary of its own, as somebody who gave the other one up would
 * make it. A replica that runs its databases itself gives way when its primary is back, and the
 * heal waits for that; where the world runs them, the heal takes a new copy of the primary's.
 */
export const databasePromotion: FaultKind<'database-promotion'> = {
  name: 'database-promotion',
  description: "Promotes a replica's standby database; healed when it follows the primary again.",
  worlds: ['process', 'container'],
  needs: ['own-stack'],
  parameters: { region: regionParameter },
  mayCause: ['replication-disturbed'],
  effects: ({ region }) => [{ effect: 'replication-disturbed', region }],
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    const standby = databaseOf(region).standby ?? ownStandby(region)
    return {
      apply: standby.promote,
      verify: async () => standsAs(await standby.observe(), 'promoted', region),
      heal: standby.follow,
      verifyHealed: async () => {
        const follows = async () => (await standby.observe()) === 'following'
        await eventually(environment.stack.clock, follows)
        return standsAs(await standby.observe(), 'following', region)
      },
    }
  },
}

/** The standby of a Region that runs its databases itself; what it is PostgreSQL says. */
function ownStandby({ control }: RunningRegion): NonNullable<RegionDatabase['standby']> {
  return {
    observe: async () => {
      const said = (await control.command('database', null)) as { readonly standby?: Json }
      return states.find((state) => state === said.standby) ?? 'away'
    },
    promote: async () => {
      await control.command('promote-database', null)
    },
    follow: async () => {},
  }
}

const states: readonly StandbyState[] = ['following', 'promoted', 'away']

function standsAs(
  seen: StandbyState,
  expected: StandbyState,
  { name }: RunningRegion,
): Verification {
  return { held: seen === expected, detail: `standby of ${name}: ${seen}` }
}
