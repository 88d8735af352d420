import { access, scenario } from 'interregnum'
import { attackUntilLocked } from './attack.ts'

/** Longer than a first lock lasts. */
const triesMax = 30
const pauseMicros = 200_000

export const endedLocksKeepNobodyOut = scenario('ended-locks-keep-nobody-out', {
  claim:
    'A lock that wrong passwords set at the replica ends there by itself, and keeps its owner out no more when users are sent there.',
  requirements: ['FS-29'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['guess-password', 'sign-in'],
    replicaSignIns: true,
  },
  async run({ primary, replica, workload, nemesis, clients, clock }) {
    const [user = ''] = await workload.bystanders(1)
    const password = workload.passwordOf(user) ?? ''
    const victim = { user, region: replica.name, purpose: 'guess' } as const
    await attackUntilLocked({ workload, clock }, [victim])
    const there = { to: replica.name, purpose: 'workload' } as const
    for (let done = 0; done < triesMax; done += 1) {
      if ((await workload.attempt(access.signIn(user, password, there))).type === 'ok') break
      await clock.sleep(pauseMicros)
    }

    await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await workload.attempt(access.signIn(user, password))
    await workload.attempt(access.signIn(user, password))
    await nemesis.healAll()
  },
})
