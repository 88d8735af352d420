import { access, scenario } from 'interregnum'
import {
  answersInARow,
  beyondTheLag,
  everyWay,
  fiveSeconds,
  inUse,
  signedInUsers,
} from './account-in-use.ts'

export const disabledWhileReplicationIsHeld = scenario('disabled-while-replication-is-held', {
  claim:
    'A user who is disabled at the primary while replication is held gets no new token from the replica later than the declared lag after the acknowledgement.',
  requirements: ['FS-01'],
  needs: {
    faults: ['hold'],
    links: ['replication'],
    functions: ['disable-user', 'refresh', 'use-token', 'sign-in'],
  },
  expected: { verdict: 'fail', rule: 'FS-01' },
  async run({ replica, links, workload, nemesis, clock }) {
    const [session] = await signedInUsers(workload, 1)
    const ways = everyWay(workload, session)
    const there = inUse(workload, session, replica.name, ways)
    await there.untilOk(answersInARow, fiveSeconds)

    const held = await nemesis.inject('hold', { link: links.replication })
    await workload.perform(access.disableUser(session.user))
    await clock.sleep(beyondTheLag)
    await there.untilOk(answersInARow, fiveSeconds)
    await held.heal()
    await there.untilRefused(answersInARow, fiveSeconds)
    await there.stop()
  },
})
