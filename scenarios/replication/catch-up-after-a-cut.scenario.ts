import { scenario } from 'interregnum'
import {
  changesBeforeFault,
  changesDuringFault,
  directoryAtWork,
  steadyRatePerSecond,
} from '../mixes.ts'

export const catchUpAfterACut = scenario('catch-up-after-a-cut', {
  claim:
    'The replica stays within its declared lag, and after its replication link was cut it catches up with everything that it missed, in order.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['cut'] },
  quick: true,
  async run({ replica, links, workload, nemesis }) {
    const users = await workload.population(8)
    await workload.signIn(users)
    const early = await workload.prepareChanges()
    const late = await workload.prepareChanges()
    await workload.measureLag(12)
    const traffic = workload.traffic({ mix: directoryAtWork, ratePerSecond: steadyRatePerSecond })
    const readers = workload.traffic({
      mix: { 'read-user': 1 },
      ratePerSecond: 30,
      to: replica.name,
    })
    await traffic.until({ kind: 'acknowledged', count: changesBeforeFault })
    await early.make()
    await workload.replicated()

    const cut = await nemesis.inject('cut', { link: links.replication })
    await late.make()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    await cut.heal()
    await traffic.until({ kind: 'acknowledged', count: changesDuringFault })
    await traffic.stop()
    await readers.stop()
    await workload.converge()
  },
})
