import { scenario } from 'interregnum'
import { readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

export const walLinkBlackHole = scenario('wal-link-black-hole', {
  claim:
    'When the log of the primary database vanishes on its way while the primary still shows its standby as streaming, what is missing at a cutover is known, and nothing acknowledged is lost.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['black-hole', 'region-loss', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    storage: 'postgres',
    worlds: ['process', 'container'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    // A silent standby is given up after five seconds; this is over before.
    const dark = await nemesis.inject('black-hole', { link: links.replication })
    await readAt(workload, primary.name, readsDuringFault)
    await late.make()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await dark.heal()
    await clients.failback()
    await workload.converge()
  },
})
