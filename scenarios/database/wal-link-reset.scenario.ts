import { scenario } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

export const walLinkReset = scenario('wal-link-reset', {
  claim:
    'When the connection that carries the log of the primary database is reset and refused, the standby serves what it has, and follows again from where it was once the link is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['cut', 'black-hole', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    storage: 'postgres',
    worlds: ['process', 'container'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    const cut = await nemesis.inject('cut', { link: links.replication })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    const away = await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await away.heal()
    await cut.heal()
    await clients.failback()
    await workload.converge()
  },
})
