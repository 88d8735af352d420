import { scenario } from 'interregnum'
import { readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

export const regionLossWithReplicationHeld = scenario('region-loss-with-replication-held', {
  claim:
    'When the primary Region is lost while its last changes are still under way, what is missing on the replica is known, and nothing acknowledged is lost once the primary is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'region-loss', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
  },
  quick: true,
  typicalSeconds: 8,
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 10 })

    const held = await nemesis.inject('hold', { link: links.replication })
    await readAt(workload, primary.name, readsDuringFault)
    await late.make()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()

    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.converge()
  },
})
