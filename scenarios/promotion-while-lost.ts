import type { InjectedFault, ScenarioContext } from 'interregnum'
import { changesDuringFault, startWork, traffic } from './directory-at-work.ts'

/** Who gives way when a lost primary comes back; without it, the promoted one does. */
export interface Promotion {
  readonly yields?: 'primary'
}

/** What stands between the promotion of a replica and the day on which both are one again. */
export interface PromotionWhileLost {
  /** The primary starts, hears of the other again, and one of them follows the other. */
  reunite(): Promise<void>
}

/**
 * The primary is lost, its replica is promoted, and clients go there.
 *
 * @param held - What keeps the replica from hearing of the primary since before.
 * @param meanwhile - What happens once the primary is lost, and before the replica is promoted.
 */
export async function promoteWhileLost(
  { primary, replica, nemesis, clients }: ScenarioContext,
  held: InjectedFault,
  { yields, meanwhile }: Promotion & { readonly meanwhile?: () => Promise<void> } = {
    yields: 'primary',
  },
): Promise<PromotionWhileLost> {
  const lost = await nemesis.inject('region-loss', { region: primary.name })
  await meanwhile?.()
  const region = replica.name
  const promoted = await nemesis.inject(
    'promotion',
    yields === undefined ? { region } : { region, yields },
  )
  await clients.failover()
  return {
    reunite: async () => {
      await lost.heal()
      await held.heal()
      await promoted.heal()
    },
  }
}

/**
 * A directory at work, of which the replica hears nothing any more before its primary is lost: both
 * have acknowledged what the other does not know.
 */
export async function workOnBothSides(
  context: ScenarioContext,
  promotion: Promotion,
): Promise<PromotionWhileLost> {
  const { links, workload, replica, nemesis } = context
  const { running, late } = await startWork(context, { users: 8 })
  const held = await nemesis.inject('hold', { link: links.replication })
  await late.make()
  await running.until({ kind: 'acknowledged', count: changesDuringFault })
  const meanwhile = () => running.stop()
  const apart = await promoteWhileLost(context, held, { ...promotion, meanwhile })
  await workload.cutoverRead(replica.name)
  const after = traffic(workload)
  await after.until({ kind: 'acknowledged', count: changesDuringFault })
  await after.stop()
  return apart
}
