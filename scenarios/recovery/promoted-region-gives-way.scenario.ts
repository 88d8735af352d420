import { scenario } from 'interregnum'
import { workOnBothSides } from '../promotion-while-lost.ts'

export const promotedRegionGivesWay = scenario('promoted-region-gives-way', {
  claim:
    'When a replica was promoted while the primary was lost, and follows it again once it is back, nothing that either of them acknowledged is lost.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'region-loss', 'promotion', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
  },
  async run(context) {
    const { reunite } = await workOnBothSides(context, {})
    await reunite()
    await context.clients.failback()
    await context.workload.converge()
  },
})
