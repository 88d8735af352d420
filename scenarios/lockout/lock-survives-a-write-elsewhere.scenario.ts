import { access, scenario } from 'interregnum'
import { attackUntilLocked } from './attack.ts'

/** Longer than what the replica wrote takes to get to the primary. */
const longerThanTheLag = 1_200_000

export const lockSurvivesAWriteElsewhere = scenario('lock-survives-a-write-elsewhere', {
  claim:
    'A lock that wrong passwords set at the primary while the replica could not hear of it outlasts a change of the profile of its owner at the replica, which takes writes: the attacker gets no further guess, neither before nor after both have heard of each other.',
  requirements: ['FS-28'],
  needs: {
    faults: ['cut'],
    links: ['replication'],
    functions: ['guess-password', 'update-attribute'],
    replicaWrites: true,
  },
  async run({ primary, replica, links, workload, nemesis, clock }) {
    const [victim = '', control = ''] = await workload.bystanders(2)
    const attacker = { workload, clock }
    const attacked = { user: victim, region: primary.name, purpose: 'guess' } as const
    const controlled = { user: control, region: primary.name, purpose: 'guess-control' } as const
    const cut = await nemesis.inject('cut', { link: links.replication })
    await attackUntilLocked(attacker, [controlled, attacked])
    const elsewhere = { to: replica.name, purpose: 'workload' } as const
    await workload.attempt(access.updateAttribute(victim, 'nickname', elsewhere))
    await clock.sleep(longerThanTheLag)
    await attackUntilLocked(attacker, [controlled, attacked])
    await cut.heal()
    await workload.replicated()
    await attackUntilLocked(attacker, [controlled, attacked])
  },
})
