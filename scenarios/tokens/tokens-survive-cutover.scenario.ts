import { scenario } from 'interregnum'
import { changesDuringFault, traffic } from '../directory-at-work.ts'

/** Longer than a recovery may take: not recovering must show as such. */
const twelveSeconds = 12_000_000

export const tokensSurviveCutover = scenario('tokens-survive-cutover', {
  claim:
    'A token minted before the primary Region was lost is accepted by the replica after it, users keep signing in and refreshing there, and what the replica minted is accepted by the primary when it is back.',
  requirements: ['FS-37'],
  needs: { faults: ['region-loss', 'failover'], functions: ['refresh', 'use-token'] },
  quick: true,
  typicalSeconds: 4,
  async run({ primary, replica, workload, nemesis, clients }) {
    await workload.population(6)
    const users = await workload.bystanders(6)
    const before = await workload.signIn(users)
    const running = traffic(workload)
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await running.stop()
    await workload.presentTokens(before, primary.name)
    await workload.presentTokens(before, replica.name)
    const probe = workload.probe({ ratePerSecond: 10 })

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await probe.untilHealthy(20, twelveSeconds)
    await probe.stop()
    await workload.presentTokens(before, replica.name)
    await workload.refresh(before, replica.name)
    const after = await workload.signIn(users.slice(0, 4), replica.name)
    await workload.presentTokens(after, replica.name)

    await lost.heal()
    await clients.failback()
    await workload.presentTokens(after, primary.name)
    await workload.refresh(after, primary.name)
  },
})
