import { access, type SignedIn, scenario } from 'interregnum'
import { promoteWhileLost } from '../promotion-while-lost.ts'
import { beyondTheLag } from './account-in-use.ts'

export const rotatedBeforePromotion = scenario('rotated-before-promotion', {
  claim:
    'A refresh token that was revoked, or replaced and its successor used, at a primary that is lost before its replica hears of it opens nothing at the promoted replica, nor at the old primary when that comes back as its replica.',
  requirements: ['FS-21'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['sign-in', 'rotate', 'revoke'],
    links: ['replication'],
  },
  async run(context) {
    const { primary, replica, links, workload, nemesis, clock, signal } = context
    const course = { to: primary.name, purpose: 'workload' } as const
    const sessions: SignedIn[] = []
    for (const user of await workload.bystanders(2)) {
      const password = workload.passwordOf(user) ?? ''
      const signIn = access.signIn(user, password, course, 'rotating')
      sessions.push({ user, operation: (await workload.attempt(signIn)).operation })
    }
    const [revoked, rotated] = sessions
    if (revoked === undefined || rotated === undefined) return
    await workload.replicated()
    const rotate = ({ user, operation }: SignedIn, to: string) =>
      workload.attempt(access.rotate(user, operation, { to, purpose: 'staleness-probe' }))

    const held = await nemesis.inject('hold', { link: links.replication })
    await workload.attempt(access.revoke(revoked.user, revoked.operation, course))
    await rotate(revoked, primary.name)
    const { operation } = await rotate(rotated, primary.name)
    await rotate({ ...rotated, operation }, primary.name)

    const { reunite } = await promoteWhileLost(context, held)
    await clock.sleep(beyondTheLag, signal)
    await rotate(rotated, replica.name)
    await rotate(revoked, replica.name)

    await reunite()
    await rotate(revoked, primary.name)
  },
})
