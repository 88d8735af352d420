import { scenario } from 'interregnum'
import { changesDuringFault, readAt, readsDuringFault, startWork } from '../directory-at-work.ts'

/** Enough for a Region at rest. */
const megabytes = 512
/** A Region that takes several times as long as it is used to. */
const share = 0.3

export const littleToRunOn = scenario('little-to-run-on', {
  claim:
    'When the primary Region has a third of a processor and little memory left and is then lost, what is missing on the replica is known, and nothing acknowledged is lost once the primary is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['memory-limit', 'cpu-limit', 'region-loss', 'failover'],
    functions: ['read-user'],
  },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })

    const little = await nemesis.inject('memory-limit', { region: primary.name, megabytes })
    const slow = await nemesis.inject('cpu-limit', { region: primary.name, share })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await readAt(workload, primary.name, readsDuringFault)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await slow.heal()
    await little.heal()
    await clients.failback()
    await workload.converge()
  },
})
