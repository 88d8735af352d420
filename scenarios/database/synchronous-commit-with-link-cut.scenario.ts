import { scenario, seconds } from 'interregnum'
import { changesDuringFault, startWork, steadyRatePerSecond } from '../directory-at-work.ts'

/** Several requests come to their deadline meanwhile. */
const waiting = seconds(4)

export const synchronousCommitWithLinkCut = scenario('synchronous-commit-with-link-cut', {
  claim:
    'When a commit waits for the standby and the link to it is cut, no change is acknowledged that a cutover would miss.',
  requirements: ['FS-36', 'FS-39'],
  objectives: ['missingWrites <= 0'],
  needs: {
    faults: ['cut', 'black-hole', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    storage: 'postgres',
    worlds: ['process', 'container'],
    switches: { synchronousCommit: 'remote_apply' },
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })
    await running.stop()
    await workload.replicated()
    // Nothing that takes access away: each change can be read at the cutover, or is missing there.
    const changes = workload.traffic({
      mix: { 'update-attribute': 1 },
      ratePerSecond: steadyRatePerSecond,
    })
    await changes.until({ kind: 'acknowledged', count: changesDuringFault })
    const cut = await nemesis.inject('cut', { link: links.replication })
    await clock.sleep(waiting, signal)
    const away = await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    await changes.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await away.heal()
    await cut.heal()
    await clients.failback()
    await workload.converge()
  },
})
