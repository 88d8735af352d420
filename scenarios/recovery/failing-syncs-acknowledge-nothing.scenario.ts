import { scenario } from 'interregnum'
import { readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

export const failingSyncsAcknowledgeNothing = scenario('failing-syncs-acknowledge-nothing', {
  claim:
    'When the disk of the primary Region fails to sync, no change is acknowledged that a cutover or a new start could lose: what was acknowledged before is there, and both Regions agree.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['fsync-fails', 'region-loss', 'failover'], functions: ['read-user'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })

    const failing = await nemesis.inject('fsync-fails', { region: primary.name })
    // Reads are served while changes are refused: nobody may see what was not acknowledged.
    await readAt(workload, primary.name, readsDuringFault)
    await failing.heal()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await clients.failback()
    await workload.converge()
  },
})
