import { scenario } from 'interregnum'
import { startWork } from '../directory-at-work.ts'

export const promotedStandbyMeetsOldPrimary = scenario('promoted-standby-meets-old-primary', {
  claim:
    'When the standby was promoted and the old primary comes back, the two never rule side by side: the promoted copy gives way, and both Regions agree.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['region-loss', 'database-promotion', 'failover'],
    functions: ['read-user'],
    storage: 'postgres',
    worlds: ['process', 'container'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    await late.make()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    const promoted = await nemesis.inject('database-promotion', { region: replica.name })
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await promoted.heal()
    await clients.failback()
    await workload.converge()
  },
})
