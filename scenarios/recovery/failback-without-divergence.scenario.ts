import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const failbackWithoutDivergence = scenario('failback-without-divergence', {
  claim:
    'When the lost primary Region returns from its disk and traffic fails back to it, every acknowledged change is there, and both Regions agree on it and on what is written next.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['region-loss', 'failover'] },
  quick: true,
  async run({ primary, replica, workload, nemesis, clients }) {
    const users = await workload.population(8)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()
    await workload.replicated()

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await traffic.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await clients.failback()
    const after = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await late.make()
    await after.until({ kind: 'acknowledged', count: changesDuringFault })
    await after.stop()
    await workload.measureLag(5)
    await workload.converge()
  },
})
