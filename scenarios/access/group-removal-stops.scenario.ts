import { access, scenario } from 'interregnum'
import {
  answersInARow,
  beyondTheLag,
  byPassword,
  byRefreshToken,
  fiveSeconds,
  inUse,
  signedInUsers,
  useOnce,
} from './account-in-use.ts'

const group = 'staff'

export const groupRemovalStops = scenario('group-removal-stops', {
  claim:
    'Once the declared lag has passed, no token that either Region mints or refreshes carries a group that was taken away at the primary, also when the primary is lost after it.',
  requirements: ['FS-02'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['add-to-group', 'remove-from-group', 'refresh', 'sign-in'],
    replicaSignIns: true,
  },
  async run({ primary, replica, workload, nemesis, clients, clock }) {
    const [session] = await signedInUsers(workload, 1)
    const { user } = session
    const ways = [byPassword(workload, session), byRefreshToken]
    await workload.perform(access.addToGroup(user, group))
    // A replica that has had the time to hear of it is taken to know the group.
    await clock.sleep(beyondTheLag)
    await workload.replicated()

    const streams = [primary, replica].map(({ name }) => inUse(workload, session, name, ways))
    for (const stream of streams) await stream.untilOk(answersInARow, fiveSeconds)
    await workload.perform(access.removeFromGroup(user, group))
    await workload.replicated()
    for (const stream of streams) await stream.untilOk(answersInARow, fiveSeconds)
    for (const stream of streams) await stream.stop()

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    // A token minted now is certainly later than the declared lag allows.
    await clock.sleep(beyondTheLag)
    await useOnce(workload, session, replica.name, ways)
    await lost.heal()
    await clients.failback()
    await useOnce(workload, session, primary.name, ways)
  },
})
