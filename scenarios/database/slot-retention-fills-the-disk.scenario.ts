import { scenario } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

/** Requests at a database that has no room: most of them are changes. */
const requestsWithoutRoom = 80

export const slotRetentionFillsTheDisk = scenario('slot-retention-fills-the-disk', {
  claim:
    'When the log that the primary database keeps for a standby behind a held link has taken the last room on its disk, changes are refused, nothing acknowledged is lost, and the standby catches up once there is room.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'disk-full', 'black-hole', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    storage: 'postgres',
    worlds: ['process'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    // Behind a held link the standby confirms nothing: its slot keeps everything from here on.
    const held = await nemesis.inject('hold', { link: links.replication })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    const full = await nemesis.inject('disk-full', { region: primary.name })
    await running.until({ kind: 'completed', count: requestsWithoutRoom })
    const away = await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await full.heal()
    await held.heal()
    await away.heal()
    await clients.failback()
    await workload.converge()
  },
})
