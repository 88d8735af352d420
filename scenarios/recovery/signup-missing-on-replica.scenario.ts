import { access, scenario } from 'interregnum'

export const signupMissingOnReplica = scenario('signup-missing-on-replica', {
  claim:
    'Who signed up at the primary Region just before it was lost is told by the replica to come back later, gets no second account there, and is known as one person after the failback.',
  requirements: ['FS-31'],
  needs: {
    faults: ['hold', 'region-loss', 'failover'],
    links: ['replication'],
    functions: ['sign-up', 'confirm-sign-up', 'sign-in', 'read-user'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    await workload.bystanders(1)
    const newcomer = 'newcomer'
    const reads = [`${newcomer}/existence`]
    const read = (to: string): Promise<unknown> =>
      workload.attempt({
        function: 'read-user',
        user: newcomer,
        to,
        purpose: 'workload',
        arguments: {},
        reads,
      })
    const own = (to: string) => ({ to, purpose: 'workload' }) as const

    const held = await nemesis.inject('hold', { link: links.replication })
    const created = await workload.attempt(access.signUp(newcomer))
    await workload.attempt(access.confirmSignUp(newcomer))
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await read(replica.name)
    await workload.attempt(access.signIn(newcomer, created.operation, own(replica.name)))
    await workload.attempt(access.signUp(newcomer, own(replica.name)))

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.replicated()
    await workload.attempt(access.signUp(newcomer, own(primary.name)))
    for (const { name } of [primary, replica]) {
      await workload.attempt(access.signIn(newcomer, created.operation, own(name)))
      await read(name)
    }
  },
})
