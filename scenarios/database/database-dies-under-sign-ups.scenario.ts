import { scenario } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

export const databaseDiesUnderSignUps = scenario('database-dies-under-sign-ups', {
  claim:
    'When either database is killed while sign-ups are being acknowledged, everything that was acknowledged is there when it runs again, and both Regions agree.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['database-crash', 'region-loss', 'failover'],
    functions: ['read-user', 'sign-up'],
    storage: 'postgres',
    worlds: ['process', 'container'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })
    const signUps = workload.traffic({ mix: { 'sign-up': 1 }, ratePerSecond: 8 })
    for (const region of [primary, replica]) {
      await signUps.until({ kind: 'acknowledged', count: 12, function: 'sign-up' })
      const dead = await nemesis.inject('database-crash', { region: region.name })
      await dead.heal()
    }
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await signUps.stop()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await clients.failback()
    await workload.converge()
  },
})
