import { access, scenario } from 'interregnum'
import { attackUntilLocked } from './attack.ts'

export const updatesElsewhereResetNoCounter = scenario('updates-elsewhere-reset-no-counter', {
  claim:
    'A lock that wrong passwords set at the replica outlasts a change of the profile of its owner at the primary, and the attacker gets no further guess.',
  requirements: ['FS-28'],
  needs: { faults: [], functions: ['guess-password', 'update-attribute'] },
  async run({ primary, replica, workload, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const attacker = { workload, clock }
    const attacked = { user: victim, region: replica.name, purpose: 'guess' } as const
    // Replication brings nothing to the primary: at the replica it may end the locks of all.
    const controlled = { user: control, region: primary.name, purpose: 'guess-control' } as const
    await attackUntilLocked(attacker, [controlled, attacked])
    await workload.attempt(access.updateAttribute(victim, 'nickname'))
    await workload.replicated()
    await attackUntilLocked(attacker, [controlled, attacked])
  },
})
