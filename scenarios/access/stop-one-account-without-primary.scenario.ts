import { access, scenario } from 'interregnum'
import {
  answersInARow,
  everyWay,
  fiveSeconds,
  inUse,
  signedInUsers,
  useOnce,
} from './account-in-use.ts'

export const stopOneAccountWithoutPrimary = scenario('stop-one-account-without-primary', {
  claim:
    'While the primary is gone, one named account can be stopped at the replica: by disabling or deleting it, by ending its password or by taking its groups.',
  requirements: ['FS-10'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: [
      'disable-user',
      'delete-user',
      'reset-password',
      'remove-from-group',
      'add-to-group',
      'set-password',
      'sign-in',
      'refresh',
      'use-token',
    ],
  },
  expected: { verdict: 'fail', rule: 'FS-10' },
  async run({ primary, replica, workload, nemesis, clients }) {
    const [session] = await signedInUsers(workload, 1)
    const { user } = session
    const ways = everyWay(workload, session)
    for (const { name } of [primary, replica]) await useOnce(workload, session, name, ways)
    await workload.perform(access.addToGroup(user, 'staff'))
    await workload.replicated()

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    const goesOn = inUse(workload, session, replica.name, ways)
    for (const stop of [
      access.disableUser(user),
      access.resetPassword(user),
      access.setPassword(user),
      access.removeFromGroup(user, 'staff'),
      access.deleteUser(user),
    ]) {
      await workload.attempt(stop)
    }
    await goesOn.untilOk(answersInARow, fiveSeconds)

    await lost.heal()
    await clients.failback()
    await workload.perform(access.disableUser(user))
    await goesOn.untilRefused(answersInARow, fiveSeconds)
    await goesOn.stop()
  },
})
