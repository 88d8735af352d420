import { access, scenario } from 'interregnum'
import { attackUntilLocked, guessTimes } from './attack.ts'

/** Fewer than lock. */
const guessesBefore = 4

export const unrelatedUpdatesResetNoCounter = scenario('unrelated-updates-reset-no-counter', {
  claim:
    'Changing the profile of a user who is under attack gives the attacker no further guess, neither before the lock nor during it.',
  requirements: ['FS-28'],
  needs: { faults: [], functions: ['guess-password', 'update-attribute'] },
  async run({ primary, workload, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const attacker = { workload, clock }
    const attacked = { user: victim, region: primary.name, purpose: 'guess' } as const
    const controlled = { user: control, region: primary.name, purpose: 'guess-control' } as const
    await guessTimes(attacker, attacked, guessesBefore)
    await guessTimes(attacker, controlled, guessesBefore)
    await workload.attempt(access.updateAttribute(victim, 'nickname'))
    await attackUntilLocked(attacker, [controlled, attacked])
    await workload.attempt(access.updateAttribute(victim, 'nickname'))
    await attackUntilLocked(attacker, [controlled, attacked])
  },
})
