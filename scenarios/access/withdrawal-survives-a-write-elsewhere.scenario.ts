import { access, type Operation, type ScenarioContext, type SignedIn, scenario } from 'interregnum'
import {
  answersInARow,
  beyondTheLag,
  byRefreshToken,
  fiveSeconds,
  inUse,
  signedInUsers,
} from './account-in-use.ts'

const group = 'staff'

/** The write may come after the replica has heard of it: once is too little. */
const usersOfEachKind = 2

export const withdrawalSurvivesAWriteElsewhere = scenario('withdrawal-survives-a-write-elsewhere', {
  claim:
    'A group or an account that was taken away at the primary stays away in both Regions when the replica, which takes writes, changes the profile of the same user before it has heard of it.',
  requirements: ['FS-01', 'FS-02'],
  needs: {
    faults: [],
    functions: ['add-to-group', 'remove-from-group', 'disable-user', 'update-attribute', 'refresh'],
    replicaWrites: true,
  },
  async run(context) {
    const { workload, clock } = context
    const sessions = await signedInUsers(workload, 2 * usersOfEachKind)
    const members = sessions.slice(0, usersOfEachKind)
    for (const { user } of members) await workload.perform(access.addToGroup(user, group))
    // A replica that has had the time to hear of it is taken to know the group.
    await clock.sleep(beyondTheLag)
    await workload.replicated()
    for (const session of sessions) {
      const { user } = session
      const isMember = members.includes(session)
      const change = isMember ? access.removeFromGroup(user, group) : access.disableUser(user)
      await raced(context, session, change)
    }
  },
})

/** The account is in use in both Regions while one takes away and the other writes. */
async function raced(
  { primary, replica, workload, clock }: ScenarioContext,
  session: SignedIn,
  change: Omit<Operation, 'id'>,
): Promise<void> {
  const ways = [byRefreshToken]
  const streams = [primary, replica].map(({ name }) => inUse(workload, session, name, ways))
  for (const stream of streams) await stream.untilOk(answersInARow, fiveSeconds)
  const elsewhere = { to: replica.name, purpose: 'workload' } as const
  await workload.perform(change)
  await workload.perform(access.updateAttribute(session.user, 'nickname', elsewhere))
  // By now each Region has heard of what the other one did.
  await clock.sleep(beyondTheLag)
  for (const stream of streams) await stream.stop()
}
