import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const regionLossWithReplicationHeld = scenario('region-loss-with-replication-held', {
  claim:
    'When the primary Region is lost while its last changes are still under way, what is missing on the replica is known, and nothing acknowledged is lost once the primary is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['hold', 'region-loss', 'failover'] },
  quick: true,
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const users = await workload.population(10)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()
    await workload.replicated()

    const held = await nemesis.inject('hold', { link: links.replication })
    await late.make()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await traffic.stop()

    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.converge()
  },
})
