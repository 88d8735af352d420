import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const powerLossKeepsAcknowledgedWrites = scenario('power-loss-keeps-acknowledged-writes', {
  claim:
    'When the power of the primary Region fails and the unsynced end of its disk is dropped or torn, nothing that it acknowledged is gone when it starts again.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['hold', 'power-loss', 'failover'], worlds: ['sim'] },
  async run({ primary, replica, links, workload, nemesis, clients }) {
    const users = await workload.population(8)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()
    await workload.replicated()

    const held = await nemesis.inject('hold', { link: links.replication })
    await late.make()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    const dark = await nemesis.inject('power-loss', { region: primary.name })
    await traffic.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await dark.heal()
    await held.heal()
    await clients.failback()
    await workload.converge()
  },
})
