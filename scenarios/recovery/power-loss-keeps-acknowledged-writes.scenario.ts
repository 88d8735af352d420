import { scenario } from 'interregnum'
import { readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

export const powerLossKeepsAcknowledgedWrites = scenario('power-loss-keeps-acknowledged-writes', {
  claim:
    'When the power of the primary Region fails and the unsynced end of its disk is dropped or torn, nothing that it acknowledged is gone when it starts again.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'power-loss', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    worlds: ['sim'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })

    const held = await nemesis.inject('hold', { link: links.replication })
    await readAt(workload, primary.name, readsDuringFault)
    await late.make()
    const dark = await nemesis.inject('power-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await dark.heal()
    await held.heal()
    await clients.failback()
    await workload.converge()
  },
})
