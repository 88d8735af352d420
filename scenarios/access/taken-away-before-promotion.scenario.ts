import { access, scenario } from 'interregnum'
import { promoteWhileLost } from '../promotion-while-lost.ts'
import { beyondTheLag } from './account-in-use.ts'

export const takenAwayBeforePromotion = scenario('taken-away-before-promotion', {
  claim:
    'Who was disabled, and a password that was replaced, at a primary that is lost before its replica hears of it, do not get in at the promoted replica once the declared lag has passed, nor at the old primary when it comes back as its replica.',
  requirements: ['FS-01', 'FS-06', 'FS-09'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['sign-in', 'disable-user', 'set-password'],
    links: ['replication'],
  },
  async run(context) {
    const { primary, replica, links, workload, nemesis, clock, signal } = context
    const [disabled = '', changed = '', later = ''] = await workload.bystanders(3)
    await workload.replicated()
    const own = workload.passwordOf(disabled) ?? ''
    const former = workload.passwordOf(changed) ?? ''
    const held = await nemesis.inject('hold', { link: links.replication })
    await workload.attempt(access.disableUser(disabled))
    const { operation: newer } = await workload.attempt(access.setPassword(changed))
    const tryAll = async (to: string): Promise<void> => {
      const course = { to, purpose: 'staleness-probe' } as const
      await workload.attempt(access.signIn(disabled, own, course))
      for (const label of [newer, former]) {
        await workload.attempt(access.signIn(changed, label, course))
      }
    }
    await tryAll(primary.name)

    const { reunite } = await promoteWhileLost(context, held)
    await clock.sleep(beyondTheLag, signal)
    await tryAll(replica.name)
    // Somebody whose password changes after the cutover: there the former one ends at once.
    const before = workload.passwordOf(later) ?? ''
    const here = { to: replica.name, purpose: 'workload' } as const
    const { operation: after } = await workload.attempt(access.setPassword(later, here))
    for (const label of [after, before]) {
      const course = { to: replica.name, purpose: 'staleness-probe' } as const
      await workload.attempt(access.signIn(later, label, course))
    }

    await reunite()
    await tryAll(primary.name)
  },
})
