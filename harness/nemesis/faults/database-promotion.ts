import type { Json } from '../../kernel/json.ts'
import type { RunningRegion } from '../../target/contract.ts'
import { type FaultKind, regionOf, type Verification } from '../fault.ts'
import { regionParameter } from '../fault-parameter.ts'
import { eventually } from '../verification.ts'
import { databaseOf } from './database-crash.ts'

/**
 * The standby of a Region becomes a primary of its own, as somebody who gave the other one up would
 * make it. A replica whose primary is back gives way by itself: the heal waits for that.
 */
export const databasePromotion: FaultKind<'database-promotion'> = {
  name: 'database-promotion',
  description: "Promotes a replica's standby database; healed when it follows the primary again.",
  worlds: ['process'],
  parameters: { region: regionParameter },
  mayCause: ['replication-disturbed'],
  effects: ({ region }) => [{ effect: 'replication-disturbed', region }],
  create: (parameters, environment) => {
    const region = regionOf(environment, parameters.region)
    databaseOf(region)
    return {
      apply: async () => {
        await region.control.command('promote-database', null)
      },
      verify: async () => standsAs(await stateOf(region), 'promoted', region),
      heal: async () => undefined,
      verifyHealed: async () => {
        await eventually(
          environment.stack.clock,
          async () => (await stateOf(region)) === 'following',
        )
        return standsAs(await stateOf(region), 'following', region)
      },
    }
  },
}

/** What PostgreSQL itself says of the copy. */
async function stateOf(region: RunningRegion): Promise<string> {
  const said = (await region.control.command('database', null)) as { readonly standby?: Json }
  return typeof said.standby === 'string' ? said.standby : 'unknown'
}

function standsAs(seen: string, expected: string, { name }: RunningRegion): Verification {
  return { held: seen === expected, detail: `standby of ${name}: ${seen}` }
}
