import { access, scenario, seconds } from 'interregnum'
import {
  byAdministrator,
  byPassword,
  signedInUsers,
  untilShutOut,
  useOnce,
} from './account-in-use.ts'

/** Whoever is let in this long after the change was let in for longer than is allowed. */
const beyondAllowed = seconds(1.2)

export const forcedResetStopsOldPassword = scenario('forced-reset-stops-old-password', {
  claim:
    'A password that an administrator ended at the primary gets no token from the replica once the declared lag has passed, not while the primary is lost and not after another one was set with a code.',
  requirements: ['FS-06'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: [
      'reset-password',
      'confirm-forgot-password',
      'admin-sign-in',
      'update-attribute',
      'forgot-password',
      'sign-in',
      'refresh',
      'use-token',
    ],
  },
  async run({ primary, replica, workload, nemesis, clients, clock, signal }) {
    const [session] = await signedInUsers(workload, 1)
    const { user } = session
    await workload.perform(access.setEmail(user))
    await workload.replicated()
    const ways = [byPassword(workload, session), byAdministrator(workload, session)]
    const change = access.resetPassword(user)
    await untilShutOut({ primary, replica, workload }, session, change, ways)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await useOnce(workload, session, replica.name, ways)
    await lost.heal()
    await clients.failback()
    await workload.perform(access.forgotPassword(user))
    await workload.perform(access.confirmForgotPassword(user))
    await workload.replicated()
    await clock.sleep(beyondAllowed, signal)
    for (const { name } of [primary, replica]) {
      await useOnce(workload, session, name, [byPassword(workload, session)])
      await useOnce(workload, session, name, ways)
    }
  },
})
