import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const pauseInsteadOfCrash = scenario('pause-instead-of-crash', {
  claim:
    'A primary Region that freezes with its connections open and later goes on as if nothing had happened loses nothing and agrees with the replica again.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['pause', 'failover'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    const users = await workload.population(8)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()

    const frozen = await nemesis.inject('pause', { region: primary.name })
    await traffic.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await frozen.heal()
    await clients.failback()
    const after = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await late.make()
    await after.until({ kind: 'acknowledged', count: changesDuringFault })
    await workload.converge()
  },
})
