import { access, scenario } from 'interregnum'
import {
  beyondTheLag,
  byName,
  byPassword,
  byToken,
  everyWay,
  signedInUsers,
  useOnce,
} from './account-in-use.ts'

export const usernameReuse = scenario('username-reuse', {
  claim:
    'When a username is deleted and taken by somebody else, no token, session or password of the former user opens the new account in either Region, not while the primary is lost and not when it returns.',
  requirements: ['FS-05'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: [
      'delete-user',
      'sign-up',
      'confirm-sign-up',
      'read-user',
      'sign-in',
      'refresh',
      'use-token',
    ],
  },
  async run({ primary, replica, workload, nemesis, clients, clock, signal }) {
    const [former] = await signedInUsers(workload, 1)
    const { user } = former
    const regions = [primary.name, replica.name]
    const formerWays = everyWay(workload, former)
    for (const region of regions) await useOnce(workload, former, region, formerWays)

    await workload.perform(access.deleteUser(user))
    await workload.perform(access.signUp(user))
    await workload.perform(access.confirmSignUp(user))
    const owners = await workload.signIn([user])
    await workload.replicated()
    // From here on no Region can be excused by the lag that it declares.
    await clock.sleep(beyondTheLag, signal)
    const meet = async (region: string): Promise<void> => {
      await useOnce(workload, former, region, formerWays)
      for (const owner of owners) {
        await useOnce(workload, owner, region, [byName, byPassword(workload, owner), ...byToken])
      }
    }
    for (const region of regions) await meet(region)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await meet(replica.name)
    await lost.heal()
    await clients.failback()
    await meet(primary.name)
  },
})
