import { scenario, seconds } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

/** Much longer than the declared lag. */
const behind = seconds(6)

export const standbyFarBehindAtCutover = scenario('standby-far-behind-at-cutover', {
  claim:
    'When the standby is seconds behind at a cutover, the loss that is reported says so, and everything is there once the primary is back.',
  requirements: ['FS-36', 'FS-39'],
  needs: {
    faults: ['hold', 'region-loss', 'failover'],
    functions: ['read-user'],
    links: ['replication'],
    storage: 'postgres',
    worlds: ['process', 'container'],
  },
  async run({ primary, replica, links, workload, nemesis, clients, clock, signal }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })
    const held = await nemesis.inject('hold', { link: links.replication })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await clock.sleep(behind, signal)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await lost.heal()
    await held.heal()
    await clients.failback()
    await workload.converge()
  },
})
