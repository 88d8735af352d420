import { claimSystem } from '../../ledger/claimed-system.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Plan } from '../../plan/plan.ts'
import { topologyOf } from '../../target/remote-topology.ts'

/** Hooks that only look. */
const looking: readonly string[] = ['health', 'lag']

/**
 * Notes that a run is at the system of its topology. The way of its own clients is its own: only
 * hooks and links are felt by anybody else.
 *
 * @throws WorldError if another run is there, and one of the two disturbs it.
 */
export async function claimRemote(ledger: Ledger, plan: Pick<Plan, 'topology'>): Promise<void> {
  const { regions, links, hooks } = topologyOf(plan).content
  const urls = Object.values(regions).map(({ url }) => url.replace(/\/$/, ''))
  const acting = Object.keys(hooks).filter((name) => !looking.includes(name))
  await claimSystem(ledger, { urls, disturbs: acting.length + Object.keys(links).length > 0 })
}
