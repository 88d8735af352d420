import { access, scenario } from 'interregnum'

export const lostRefreshResponse = scenario('lost-refresh-response', {
  claim:
    'Who never got the answer to a refresh that rotated the token shows the former token again, in the same Region or after a failover in the other, and stays signed in.',
  requirements: ['FS-18'],
  needs: {
    faults: ['hold', 'reset-peer', 'region-loss', 'failover'],
    links: ['replication'],
    functions: ['sign-in', 'rotate'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const users = await workload.bystanders(2)
    const course = { to: primary.name, purpose: 'workload' } as const
    const sessions: { readonly user: string; readonly operation: string }[] = []
    for (const user of users) {
      const password = workload.passwordOf(user) ?? ''
      const signIn = access.signIn(user, password, course, 'rotating')
      sessions.push({ user, operation: (await workload.attempt(signIn)).operation })
    }
    await workload.replicated()
    // The replica knows the sessions, and never hears of a rotation.
    const held = await nemesis.inject('hold', { link: links.replication })
    for (const [place, { user, operation }] of sessions.entries()) {
      const rotated = await workload.attempt(access.rotate(user, operation, course))
      sessions[place] = { user, operation: rotated.operation }
    }
    const [stays, moves] = sessions
    if (stays === undefined || moves === undefined) return
    const rotate = ({ user, operation }: typeof stays, to: string) =>
      workload.attempt(access.rotate(user, operation, { to, purpose: 'workload' }))

    const link = links.clientsToPrimary
    const mute = await nemesis.inject('reset-peer', { link, direction: 'downstream' })
    await rotate(stays, primary.name)
    await rotate(moves, primary.name)
    await mute.heal()
    const again = await rotate(stays, primary.name)
    await rotate({ ...stays, operation: again.operation }, primary.name)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    const elsewhere = await rotate(moves, replica.name)
    await rotate({ ...moves, operation: elsewhere.operation }, replica.name)
    await lost.heal()
    await held.heal()
    await clients.failback()
  },
})
