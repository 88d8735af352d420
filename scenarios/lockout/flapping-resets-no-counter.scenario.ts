import { access, scenario } from 'interregnum'
import { attackUntilLocked, guessTimes } from './attack.ts'

/** Fewer than lock. */
const guessesBefore = 4

/** Each of them is a failover and the way back. */
const flaps = 2

export const flappingResetsNoCounter = scenario('flapping-resets-no-counter', {
  claim:
    'While the route flaps and replication breaks and comes back, a Region forgets no wrong password: the attacker gets no further guess there.',
  requirements: ['FS-28'],
  needs: {
    faults: ['cut', 'failover'],
    links: ['replication'],
    functions: ['guess-password', 'update-attribute'],
  },
  async run({ replica, links, workload, nemesis, clients, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const attacker = { workload, clock }
    const attacked = { user: victim, region: replica.name, purpose: 'guess' } as const
    await guessTimes(attacker, attacked, guessesBefore)
    for (let flap = 0; flap < flaps; flap += 1) {
      const cut = await nemesis.inject('cut', { link: links.replication })
      await clients.failover()
      await cut.heal()
      await clients.failback()
      // What was written since has arrived: the Regions are in touch again.
      await workload.attempt(access.updateAttribute(control, 'nickname'))
      await workload.replicated()
    }
    // The same guesses without a flap between them.
    const controlled = { user: control, region: replica.name, purpose: 'guess-control' } as const
    await guessTimes(attacker, controlled, guessesBefore)
    await attackUntilLocked(attacker, [controlled, attacked])
  },
})
