import { scenario } from 'interregnum'
import { readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

export const failingSyncsThenPowerLoss = scenario('failing-syncs-then-power-loss', {
  claim:
    'When the disk of the primary Region fails to sync and then loses its power, every change that did not reach the disk was refused: nothing acknowledged is gone.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'fsync-fails', 'power-loss', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    worlds: ['sim'],
  },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })

    const held = await nemesis.inject('hold', { link: links.replication })
    const failing = await nemesis.inject('fsync-fails', { region: primary.name })
    await late.make()
    await readAt(workload, primary.name, readsDuringFault)
    await failing.heal()
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
