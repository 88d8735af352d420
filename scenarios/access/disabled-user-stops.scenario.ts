import { access, scenario } from 'interregnum'
import { everyWay, signedInUsers, untilShutOut, useOnce } from './account-in-use.ts'

export const disabledUserStops = scenario('disabled-user-stops', {
  claim:
    'A user who is disabled at the primary gets nothing more from the replica once the declared lag has passed, neither by password nor by a token, and the loss of the primary gives nothing back.',
  requirements: ['FS-01'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['disable-user', 'refresh', 'use-token', 'sign-in'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const [session] = await signedInUsers(workload, 1)
    const ways = everyWay(workload, session)
    await untilShutOut({ primary, replica, workload }, session, access.disableUser(session.user))

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await useOnce(workload, session, replica.name, ways)
    await lost.heal()
    await clients.failback()
    await useOnce(workload, session, primary.name, ways)
  },
})
