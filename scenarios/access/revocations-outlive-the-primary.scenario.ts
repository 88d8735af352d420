import { access, scenario } from 'interregnum'
import { byToken, signedInUsers, untilShutOut, useOnce } from './account-in-use.ts'

export const revocationsOutliveThePrimary = scenario('revocations-outlive-the-primary', {
  claim:
    'What was revoked or signed out at the primary stays so at the replica when the primary is lost and when the replica restarts, and at the primary when it returns.',
  requirements: ['FS-21'],
  needs: {
    faults: ['region-loss', 'failover', 'restart'],
    functions: ['revoke', 'admin-sign-out', 'refresh', 'use-token', 'sign-in'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const sessions = await signedInUsers(workload, 2)
    const [revoked, ended] = sessions
    const regions = { primary, replica, workload }
    const useAll = async (region: string): Promise<void> => {
      for (const session of sessions) await useOnce(workload, session, region, byToken)
    }
    await untilShutOut(regions, revoked, access.revoke(revoked.user, revoked.operation), byToken)
    if (ended !== undefined) {
      await untilShutOut(regions, ended, access.adminSignOut(ended.user), byToken)
    }

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await useAll(replica.name)
    const restarted = await nemesis.inject('restart', { region: replica.name })
    await restarted.heal()
    await useAll(replica.name)
    await lost.heal()
    await clients.failback()
    await useAll(primary.name)
  },
})
