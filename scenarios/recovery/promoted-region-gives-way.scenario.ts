import { scenario } from 'interregnum'
import { changesDuringFault, startWork, traffic } from '../directory-at-work.ts'

export const promotedRegionGivesWay = scenario('promoted-region-gives-way', {
  claim:
    'When a replica was promoted while the primary was lost, and follows it again once it is back, nothing that either of them acknowledged is lost.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    const held = await nemesis.inject('hold', { link: links.replication })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    const promoted = await nemesis.inject('promotion', { region: replica.name })
    await clients.failover()
    await workload.cutoverRead(replica.name)
    const meanwhile = traffic(workload)
    await meanwhile.until({ kind: 'acknowledged', count: changesDuringFault })
    await meanwhile.stop()

    await lost.heal()
    await held.heal()
    await promoted.heal()
    await clients.failback()
    await workload.converge()
  },
})
