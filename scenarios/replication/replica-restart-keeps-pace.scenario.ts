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
    const users = await workload.population(8)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()
    await workload.replicated()

    const restarted = await nemesis.inject('restart', { region: replica.name })
    await restarted.heal()
    await late.make()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    await traffic.stop()
    await workload.measureLag(5)
    await workload.converge()
  },
})
