import { scenario } from 'interregnum'
import { changesDuringFault, startWork, traffic } from '../directory-at-work.ts'

const twelveSeconds = 12_000_000

export const pauseInsteadOfCrash = scenario('pause-instead-of-crash', {
  claim:
    'A primary Region that freezes with its connections open and later goes on as if nothing had happened loses nothing and agrees with the replica again.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['pause', 'failover'], functions: ['read-user'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    const { running, late } = await startWork({ primary, replica, workload }, { users: 8 })

    const frozen = await nemesis.inject('pause', { region: primary.name })
    await running.stop()
    await clients.failover()
    // Long enough for the replica to notice the silence and give up its stream.
    const probe = workload.probe({ ratePerSecond: 10 })
    await probe.untilHealthy(25, twelveSeconds)
    await probe.stop()
    await workload.cutoverRead(replica.name)

    await frozen.heal()
    await clients.failback()
    const after = traffic(workload)
    await late.make()
    await after.until({ kind: 'acknowledged', count: changesDuringFault })
    await workload.converge()
  },
})
