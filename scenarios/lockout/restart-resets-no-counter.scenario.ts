import { scenario, seconds } from 'interregnum'
import { attackUntilLocked, guessTimes } from './attack.ts'

/** Fewer than lock. */
const guessesBefore = 4

/** Longer than a first lock lasts. */
const firstLock = seconds(1.2)

export const restartResetsNoCounter = scenario('restart-resets-no-counter', {
  claim:
    'By the documented rule only a success or fifteen quiet minutes after a lock begin anew: a Region that restarts while users are being locked forgets no wrong password, and the attacker gets no further guess there.',
  requirements: ['FS-28'],
  needs: { faults: ['restart'], functions: ['guess-password'] },
  async run({ primary, replica, workload, nemesis, clock, signal }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const attacker = { workload, clock }
    const attacked = { user: victim, region: replica.name, purpose: 'guess' } as const
    // Nothing happens to the other Region.
    const controlled = { user: control, region: primary.name, purpose: 'guess-control' } as const
    await guessTimes(attacker, attacked, guessesBefore)
    await guessTimes(attacker, controlled, guessesBefore)
    await nemesis.inject('restart', { region: replica.name })
    await attackUntilLocked(attacker, [controlled, attacked])

    await nemesis.inject('restart', { region: replica.name })
    await clock.sleep(firstLock, signal)
    await attackUntilLocked(attacker, [controlled, attacked])
  },
})
