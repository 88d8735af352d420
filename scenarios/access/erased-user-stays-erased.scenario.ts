import { access, scenario, seconds } from 'interregnum'
import { byName, everyWay, signedInUsers, untilShutOut, useOnce } from './account-in-use.ts'

/** Whoever is let in this long after the delete was let in for longer than is allowed. */
const beyondAllowed = seconds(1.2)

export const erasedUserStaysErased = scenario('erased-user-stays-erased', {
  claim:
    'A user who was erased at the primary is gone from the replica once the declared lag has passed, and comes back neither when the replica catches up or restarts nor when the primary is lost and returns.',
  requirements: ['FS-04'],
  needs: {
    faults: ['cut', 'restart', 'region-loss', 'failover'],
    links: ['replication'],
    functions: ['delete-user', 'refresh', 'use-token', 'update-attribute', 'read-user', 'sign-in'],
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const [session, bystander] = await signedInUsers(workload, 2)
    const ways = [byName, ...everyWay(workload, session)]
    const lookAt = (region: string): Promise<void> => useOnce(workload, session, region, ways)
    await lookAt(replica.name)
    await untilShutOut({ primary, replica, workload }, session, access.deleteUser(session.user))
    await lookAt(replica.name)

    const cut = await nemesis.inject('cut', { link: links.replication })
    if (bystander !== undefined) await workload.perform(access.setEmail(bystander.user))
    await cut.heal()
    await workload.replicated()
    await lookAt(replica.name)
    const restarted = await nemesis.inject('restart', { region: replica.name })
    await restarted.heal()
    await lookAt(replica.name)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await lookAt(replica.name)
    await lost.heal()
    await clients.failback()
    await workload.replicated()
    await clock.sleep(beyondAllowed, signal)
    for (const { name } of [primary, replica]) await lookAt(name)
  },
})
