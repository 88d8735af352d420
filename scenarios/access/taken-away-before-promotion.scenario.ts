import { access, type ScenarioContext, scenario } from 'interregnum'
import { beyondTheLag } from './account-in-use.ts'

export const takenAwayBeforePromotion = scenario('taken-away-before-promotion', {
  claim:
    'Who was disabled, and a password that was replaced, at a primary that is lost before its replica hears of it, do not get in at the promoted replica once the declared lag has passed, nor at the old primary when it comes back as its replica.',
  requirements: ['FS-01', 'FS-06', 'FS-09'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['sign-in', 'disable-user', 'set-password'],
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const former = await formerAccess(workload)
    const held = await nemesis.inject('hold', { link: links.replication })
    for (const { takeAway } of former) await workload.attempt(takeAway)
    const tryAll = async (to: string): Promise<void> => {
      const course = { to, purpose: 'staleness-probe' } as const
      for (const { user, password } of former) {
        await workload.attempt(access.signIn(user, password, course))
      }
    }
    await tryAll(primary.name)

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    const promoted = await nemesis.inject('promotion', { region: replica.name, yields: 'primary' })
    await clients.failover()
    await clock.sleep(beyondTheLag, signal)
    await tryAll(replica.name)

    await lost.heal()
    await held.heal()
    await promoted.heal()
    await tryAll(primary.name)
  },
})

/** Users with the password that they have now, and what will take it from them. */
async function formerAccess(workload: ScenarioContext['workload']) {
  const [disabled = '', changed = ''] = await workload.bystanders(2)
  await workload.replicated()
  const passwordOf = (user: string) => workload.passwordOf(user) ?? ''
  return [
    { user: disabled, password: passwordOf(disabled), takeAway: access.disableUser(disabled) },
    { user: changed, password: passwordOf(changed), takeAway: access.setPassword(changed) },
  ]
}
