import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const replicaRestartKeepsPace = scenario('replica-restart-keeps-pace', {
  claim:
    'A replica Region that is killed and starts again from its disk in the middle of replication goes on where it was: it brings nobody back and shows nothing old.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['restart'] },
  async run({ replica, workload, nemesis }) {
    await workload.population(8)
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })

    const restarted = await nemesis.inject('restart', { region: replica.name })
    await restarted.heal()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    await traffic.stop()
    await workload.measureLag(5)
    await workload.converge()
  },
})
