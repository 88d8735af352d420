import { access, scenario } from 'interregnum'
import { promoteWhileLost } from '../promotion-while-lost.ts'
import { beyondTheLag, byRefreshToken, signedInUsers, useOnce } from './account-in-use.ts'

export const revokedBeforePromotion = scenario('revoked-before-promotion', {
  claim:
    'A session that was revoked at a primary which is lost before its replica hears of it opens nothing at the promoted replica, nor at the old primary when that comes back as its replica.',
  requirements: ['FS-21'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['sign-in', 'refresh', 'revoke'],
    links: ['replication'],
  },
  async run(context) {
    const { primary, replica, links, workload, nemesis, clock, signal } = context
    const [revoked] = await signedInUsers(workload, 1)
    const use = (region: string) => useOnce(workload, revoked, region, [byRefreshToken])
    await use(primary.name)
    const held = await nemesis.inject('hold', { link: links.replication })
    await workload.attempt(access.revoke(revoked.user, revoked.operation))
    await use(primary.name)

    const { reunite } = await promoteWhileLost(context, held)
    await clock.sleep(beyondTheLag, signal)
    await use(replica.name)

    await reunite()
    await use(primary.name)
  },
})
