import { access, scenario, seconds } from 'interregnum'
import { beyondTheLag } from '../access/account-in-use.ts'

export const caughtUpRegionIsFresh = scenario('caught-up-region-is-fresh', {
  claim:
    'A Region that was isolated, and takes clients again only after it has caught up, decides every sign-in by what was changed meanwhile and none by what it knew before.',
  requirements: ['FS-30'],
  needs: {
    faults: ['cut'],
    links: ['replication'],
    replicaSignIns: true,
    functions: ['sign-in', 'set-password', 'disable-user', 'delete-user'],
  },
  async run({ replica, links, workload, nemesis, clock, signal }) {
    const users = await workload.bystanders(4)
    const [changed = '', disabled = '', deleted = '', untouched = ''] = users
    const former = users.map((user) => [user, workload.passwordOf(user) ?? ''] as const)
    const behind = await nemesis.inject('cut', { link: links.replication })
    const alone = await nemesis.inject('cut', { link: links.clientsToReplica })
    await workload.attempt(access.setPassword(changed))
    await workload.attempt(access.disableUser(disabled))
    await workload.attempt(access.deleteUser(deleted))
    // What it knew before is then older than the lag that it declares.
    await clock.sleep(seconds(1.5), signal)

    await behind.heal()
    await workload.replicated()
    await clock.sleep(beyondTheLag, signal)
    await alone.heal()
    const probe = { to: replica.name, purpose: 'staleness-probe' } as const
    for (const user of [changed, untouched]) {
      await workload.attempt(access.signIn(user, workload.passwordOf(user) ?? '', probe))
    }
    for (const [user, password] of former) {
      if (user !== untouched) await workload.attempt(access.signIn(user, password, probe))
    }
  },
})
