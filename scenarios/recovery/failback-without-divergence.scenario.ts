import { scenario } from 'interregnum'
import { changesDuringFault, startWork, traffic } from '../directory-at-work.ts'

export const failbackWithoutDivergence = scenario('failback-without-divergence', {
  claim:
    'When the lost primary Region returns from its disk and traffic fails back to it, every acknowledged change is there, and both Regions agree on it and on what is written next.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['region-loss', 'failover'], functions: ['read-user'] },
  quick: true,
  typicalSeconds: 8,
  async run({ primary, replica, workload, nemesis, clients }) {
    const stack = { primary, replica, workload }
    const { running, late } = await startWork(stack, { users: 8, lastChanges: true })

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await clients.failback()
    const after = traffic(workload)
    await late.make()
    await after.until({ kind: 'acknowledged', count: changesDuringFault })
    await after.stop()
    await workload.measureLag(5)
    await workload.converge()
  },
})
