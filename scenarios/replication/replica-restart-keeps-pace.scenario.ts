import { scenario } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

export const replicaRestartKeepsPace = scenario('replica-restart-keeps-pace', {
  claim:
    'A replica Region that is killed and starts again from its disk in the middle of replication goes on where it was: it brings nobody back and shows nothing old.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['restart'], functions: ['read-user'] },
  async run({ primary, replica, workload, nemesis }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })

    const restarted = await nemesis.inject('restart', { region: replica.name })
    await restarted.heal()
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await running.stop()
    await workload.measureLag(5)
    await workload.converge()
  },
})
