import { scenario } from 'interregnum'
import { startWork } from '../directory-at-work.ts'

/** Longer than a recovery may take: not recovering must show as such. */
const twelveSeconds = 12_000_000

export const blackHole = scenario('black-hole', {
  claim:
    'When every packet to and from the primary Region vanishes without an error, users can sign in at the replica, and both Regions agree once packets flow again.',
  requirements: ['FS-36', 'FS-37', 'FS-39'],
  needs: {
    faults: ['black-hole', 'failover'],
    links: ['replication'],
    functions: ['read-user', 'use-token'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const sessions = await workload.signIn(await workload.bystanders(3))
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    const probe = workload.probe({ ratePerSecond: 10 })

    const dark = await nemesis.inject('black-hole', { link: links.replication })
    await late.make()
    const unreachable = await nemesis.inject('black-hole', { link: links.clientsToPrimary })
    await running.stop()
    await clients.failover()
    await probe.untilHealthy(20, twelveSeconds)
    await probe.stop()
    await workload.presentTokens(sessions, replica.name)
    await workload.cutoverRead(replica.name)

    await unreachable.heal()
    await dark.heal()
    await clients.failback()
    await workload.converge()
  },
})
