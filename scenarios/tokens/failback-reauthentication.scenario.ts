import { access, scenario } from 'interregnum'

export const failbackReauthentication = scenario('failback-reauthentication', {
  claim:
    'When traffic fails back to the primary Region, nobody who signed in or refreshed at the replica has to sign in again.',
  requirements: ['FS-20'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['sign-in', 'refresh', 'rotate', 'revoke'],
    replicaSignIns: true,
  },
  async run({ primary, workload, nemesis, clients }) {
    const users = await workload.bystanders(5)
    const [kept = '', minted = '', rotated = '', revoked = '', moved = ''] = users
    const route = { to: 'route', purpose: 'workload' } as const
    const signIn = (user: string, client?: 'rotating') =>
      workload.attempt(access.signIn(user, workload.passwordOf(user) ?? '', route, client))
    const before = await signIn(kept)
    const rotating = await signIn(rotated, 'rotating')
    const ended = await signIn(revoked)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    const atReplica = await signIn(minted)
    const movedHere = await signIn(moved, 'rotating')
    const once = await workload.attempt(access.rotate(rotated, rotating.operation, route))
    const twice = await workload.attempt(access.rotate(rotated, once.operation, route))
    const again = await workload.attempt(access.rotate(moved, movedHere.operation, route))
    await workload.attempt(access.refresh(kept, before.operation, route))
    await workload.attempt(access.revoke(revoked, ended.operation, route))
    await workload.attempt(access.refresh(revoked, ended.operation, route))

    await lost.heal()
    await clients.failback()
    const refreshes = [
      access.refresh(kept, before.operation, route),
      access.refresh(minted, atReplica.operation, route),
      access.rotate(rotated, twice.operation, route),
      access.rotate(moved, again.operation, route),
      access.refresh(revoked, ended.operation, route),
    ]
    for (const refresh of refreshes) {
      const done = await workload.attempt(refresh)
      if (done.type === 'fail') await signIn(done.user)
    }
  },
})
