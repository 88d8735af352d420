import { scenario } from 'interregnum'
import { workOnBothSides } from '../promotion-while-lost.ts'

export const oldPrimaryFollowsThePromoted = scenario('old-primary-follows-the-promoted', {
  claim:
    'When a replica was promoted while the primary was lost, and that one comes back as its replica, nothing that either of them acknowledged is lost.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
  },
  async run(context) {
    const { reunite } = await workOnBothSides(context, { yields: 'primary' })
    await reunite()
    await context.workload.converge()
  },
})
