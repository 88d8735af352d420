import { access, scenario } from 'interregnum'

/** Somebody with two passwords: the older one was replaced. */
interface Changed {
  readonly user: string
  readonly older: string
  readonly newer: string
}

export const passwordChangeRacingCutover = scenario('password-change-racing-cutover', {
  claim:
    'While passwords are changed during a cutover, each Region takes either the old or the new one, never goes back to the old one, and the primary refuses it from the acknowledgement on.',
  requirements: ['FS-09'],
  needs: {
    faults: ['hold', 'region-loss', 'failover'],
    links: ['replication'],
    functions: ['set-password', 'sign-in'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const [first = '', second = ''] = await workload.bystanders(2)
    const changed: Changed[] = []
    const change = async (user: string): Promise<void> => {
      const older = workload.passwordOf(user) ?? ''
      const { operation: newer } = await workload.attempt(access.setPassword(user))
      changed.push({ user, older, newer })
    }
    const tryBoth = async (to: string): Promise<void> => {
      const course = { to, purpose: 'staleness-probe' } as const
      for (const { user, older, newer } of changed) {
        for (const label of [newer, older]) {
          await workload.attempt(access.signIn(user, label, course))
        }
      }
    }

    const held = await nemesis.inject('hold', { link: links.replication })
    await change(first)
    await tryBoth(primary.name)
    // This one is under way when the primary is lost: nobody may ever know what became of it.
    const underWay = change(second)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await underWay
    await clients.failover()
    await tryBoth(replica.name)

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.replicated()
    for (const { name } of [replica, primary]) await tryBoth(name)
  },
})
