import { scenario, seconds } from 'interregnum'
import { startWork } from '../directory-at-work.ts'

/** Several requests come to their deadline meanwhile. */
const waiting = seconds(3)

export const answersAreDropped = scenario('answers-are-dropped', {
  claim:
    'When requests reach the primary Region and every packet that it sends is dropped, nobody is told that a change took place which a cutover loses unseen, and both Regions agree once packets pass.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['network-one-way-drop', 'failover'], functions: ['read-user'] },
  async run({ primary, replica, workload, nemesis, clients, clock, signal }) {
    const { running } = await startWork({ primary, replica, workload }, { users: 8 })

    const mute = await nemesis.inject('network-one-way-drop', {
      region: primary.name,
      direction: 'out-of',
    })
    await clock.sleep(waiting, signal)
    await running.stop()
    await clients.failover()
    await workload.cutoverRead(replica.name)

    await mute.heal()
    await clients.failback()
    await workload.converge()
  },
})
