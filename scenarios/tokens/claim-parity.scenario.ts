import { access, scenario, seconds } from 'interregnum'

/** From then on what was written is the same in both Regions, or it is late. */
const declaredLag = seconds(1.1)

export const claimParity = scenario('claim-parity', {
  claim:
    'The tokens that one user gets from both Regions say the same, but for times and identifiers.',
  requirements: ['FS-27'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['sign-in', 'add-to-group', 'refresh', 'update-attribute'],
    replicaSignIns: true,
  },
  async run({ primary, replica, workload, nemesis, clients, clock, signal }) {
    const users = await workload.bystanders(4)
    const [member = '', auditor = '', known = ''] = users
    await workload.attempt(access.addToGroup(member, 'staff'))
    await workload.attempt(access.addToGroup(auditor, 'staff'))
    await workload.attempt(access.addToGroup(auditor, 'auditors'))
    await workload.attempt(access.setEmail(known))
    await workload.replicated()
    await clock.sleep(declaredLag, signal)
    const everybodyAt = async (to: string): Promise<void> => {
      for (const user of users) {
        const course = { to, purpose: 'parity-probe' } as const
        const session = await workload.attempt(
          access.signIn(user, workload.passwordOf(user) ?? '', course),
        )
        await workload.attempt(access.refresh(user, session.operation, course))
      }
    }
    await everybodyAt(primary.name)
    await everybodyAt(replica.name)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await everybodyAt(replica.name)
    await lost.heal()
    await clients.failback()
    await everybodyAt(primary.name)
  },
})
