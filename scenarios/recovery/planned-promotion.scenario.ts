import { scenario } from 'interregnum'
import { changesDuringFault, startWork, traffic } from '../directory-at-work.ts'

export const plannedPromotion = scenario('planned-promotion', {
  claim:
    'When writers wait until the replica has everything before it is promoted, and the old primary becomes its replica, nothing acknowledged is lost and both Regions agree.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['promotion', 'failover'], functions: ['read-user'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    await late.make()
    await running.stop()
    await workload.replicated()
    const promoted = await nemesis.inject('promotion', { region: replica.name, yields: 'primary' })
    await clients.failover()
    await promoted.heal()
    await workload.cutoverRead(replica.name)
    const after = traffic(workload)
    await after.until({ kind: 'acknowledged', count: changesDuringFault })
    await after.stop()
    await workload.converge()
  },
})
