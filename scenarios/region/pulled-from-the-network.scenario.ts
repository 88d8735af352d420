import { scenario } from 'interregnum'
import { startWork } from '../directory-at-work.ts'

/** Longer than a recovery may take: not recovering must show as such. */
const twelveSeconds = 12_000_000

export const pulledFromTheNetwork = scenario('pulled-from-the-network', {
  claim:
    'When the primary Region loses its network and keeps running, users can sign in at the replica, what is missing there is known, and both Regions agree once the network is back.',
  requirements: ['FS-36', 'FS-37', 'FS-39'],
  needs: { faults: ['network-disconnect', 'failover'], functions: ['read-user', 'use-token'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    const sessions = await workload.signIn(await workload.bystanders(3))
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })
    const probe = workload.probe({ ratePerSecond: 10 })

    const pulled = await nemesis.inject('network-disconnect', { region: primary.name })
    await running.stop()
    await clients.failover()
    await probe.untilHealthy(20, twelveSeconds)
    await probe.stop()
    await workload.presentTokens(sessions, replica.name)
    await workload.cutoverRead(replica.name)

    await pulled.heal()
    await clients.failback()
    await workload.converge()
  },
})
