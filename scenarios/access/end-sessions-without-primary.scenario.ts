import { access, scenario } from 'interregnum'
import {
  answersInARow,
  byRefreshToken,
  byToken,
  fiveSeconds,
  inUse,
  signedInUsers,
} from './account-in-use.ts'

export const endSessionsWithoutPrimary = scenario('end-sessions-without-primary', {
  claim:
    'While the primary is gone, the sessions of one named account can be ended at the replica: those of one sign-in by a revocation, all of them by a sign-out.',
  requirements: ['FS-10'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['revoke', 'sign-out', 'admin-sign-out', 'refresh', 'use-token'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const [revoked, signedOut, ended] = await signedInUsers(workload, 3)
    if (signedOut === undefined || ended === undefined) return

    await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    for (const [session, stop, ways] of [
      [revoked, access.revoke(revoked.user, revoked.operation), byToken],
      // Whoever signed out has no use for the access token, but might keep the refresh token.
      [signedOut, access.signOut(signedOut.user, signedOut.operation), [byRefreshToken]],
      [ended, access.adminSignOut(ended.user), byToken],
    ] as const) {
      const goesOn = inUse(workload, session, replica.name, ways)
      await goesOn.untilOk(answersInARow, fiveSeconds)
      await workload.perform(stop)
      await goesOn.untilRefused(answersInARow, fiveSeconds)
      await goesOn.stop()
    }
  },
})
