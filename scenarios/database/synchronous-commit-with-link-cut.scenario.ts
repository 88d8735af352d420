import { scenario, seconds } from 'interregnum'
import { startWork } from '../directory-at-work.ts'

/** Several requests come to their deadline meanwhile. */
const waiting = seconds(4)

export const synchronousCommitWithLinkCut = scenario('synchronous-commit-with-link-cut', {
  claim:
    'When a commit waits for the standby and the link to it is cut, no change is acknowledged that a cutover would miss.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['cut', 'black-hole', 'failover'],
    storage: 'postgres',
    worlds: ['process', 'container'],
    switches: { synchronousCommit: 'remote_apply' },
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })
    const cut = await nemesis.inject('cut', { link: links.replication })
    await clock.sleep(waiting, signal)
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
