import { access, scenario, seconds } from 'interregnum'
import { patience } from '../populations.ts'

export const returningRegionIsStale = scenario('returning-region-is-stale', {
  claim:
    'A Region that comes back from isolation serves no sign-in from a state that is older than the declared lag.',
  requirements: ['FS-30'],
  needs: {
    faults: ['cut'],
    links: ['replication'],
    replicaSignIns: true,
    functions: ['sign-in', 'set-password', 'disable-user'],
  },
  // Replication is asynchronous, and a replica that is behind serves all the same.
  expected: { verdict: 'fail', rule: 'FS-30' },
  async run({ primary, replica, links, workload, nemesis, clock, signal }) {
    const [changed = '', disabled = ''] = await workload.bystanders(2)
    const former = workload.passwordOf(changed) ?? ''
    const own = workload.passwordOf(disabled) ?? ''
    const behind = await nemesis.inject('cut', { link: links.replication })
    const alone = await nemesis.inject('cut', { link: links.clientsToReplica })
    await workload.attempt(access.setPassword(changed))
    await workload.attempt(access.disableUser(disabled))
    // Longer than the declared lag: from here on its state is too old.
    await clock.sleep(seconds(1.5), signal)

    await alone.heal()
    const probe = { to: replica.name, purpose: 'staleness-probe' } as const
    await workload.attempt(access.signIn(changed, former, probe))
    await workload.attempt(access.signIn(disabled, own, probe))
    await behind.heal()
    await workload.replicated()
    const late = workload.stream({
      ratePerSecond: 5,
      operation: () => access.signIn(disabled, own, probe),
    })
    await late.untilRefused(2, patience)
    await late.stop()
    await workload.attempt(access.signIn(disabled, own, { ...probe, to: primary.name }))
  },
})
