import { access, scenario } from 'interregnum'
import { attackUntilLocked, guess } from './attack.ts'

/** Users whom the attacker shuts out. */
const targets = 3

/** Tries of each to get in after the cutover: enough for one between two ends of the lock. */
const triesMax = 40

export const locksSetBeforeCutover = scenario('locks-set-before-cutover', {
  claim: 'Whoever locks users at the replica before a cutover keeps none of them out after it.',
  requirements: ['FS-29'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['guess-password', 'sign-in'],
    replicaSignIns: true,
  },
  expected: { verdict: 'fail', rule: 'FS-29' },
  async run({ primary, replica, workload, nemesis, clients, clock }) {
    const users = await workload.bystanders(targets)
    const attacker = { workload, clock }
    const victims = users.map((user) => ({ user, region: replica.name, purpose: 'guess' }) as const)
    await attackUntilLocked(attacker, victims)
    await workload.signIn(users, primary.name)

    await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    for (const victim of victims) {
      for (let done = 0; done < triesMax; done += 1) {
        // The attacker goes on, so that the lock is there when its owner comes.
        await guess(attacker, victim)
        const password = workload.passwordOf(victim.user) ?? ''
        const { meaning } = await workload.attempt(access.signIn(victim.user, password))
        if (meaning === 'locked') break
      }
    }
    await nemesis.healAll()
  },
})
