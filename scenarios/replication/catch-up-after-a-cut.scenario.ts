import { scenario } from 'interregnum'
import { changesDuringFault, startWork } from '../directory-at-work.ts'

export const catchUpAfterACut = scenario('catch-up-after-a-cut', {
  claim:
    'The replica stays within its declared lag, and after its replication link was cut it catches up with everything that it missed, in order.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['cut'], functions: ['read-user'], links: ['replication'] },
  quick: true,
  typicalSeconds: 7,
  async run({ primary, replica, links, workload, nemesis }) {
    const { running, late } = await startWork(
      { primary, replica, workload },
      { users: 8, lagSamples: 12 },
    )
    const readers = workload.traffic({
      mix: { 'read-user': 1 },
      ratePerSecond: 30,
      to: replica.name,
    })

    const cut = await nemesis.inject('cut', { link: links.replication })
    await late.make()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await cut.heal()
    await running.until({ kind: 'acknowledged', count: changesDuringFault })
    await running.stop()
    await readers.stop()
    await workload.converge()
  },
})
