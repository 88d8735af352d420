import { access, type ScenarioContext, type SignedIn, scenario } from 'interregnum'
import {
  answersInARow,
  byToken,
  fiveSeconds,
  inUse,
  signedInUsers,
  useOnce,
} from './account-in-use.ts'

export const revokedStaysRevoked = scenario('revoked-stays-revoked', {
  claim:
    'What was revoked or signed out at the replica while the primary was out of reach stays so at the primary after the failback.',
  requirements: ['FS-21'],
  needs: {
    faults: ['cut', 'failover'],
    links: ['replication'],
    functions: ['revoke', 'sign-out', 'admin-sign-out', 'refresh', 'use-token'],
  },
  expected: { verdict: 'fail', rule: 'FS-21' },
  async run(context) {
    const { primary, replica, links, workload, nemesis, clients } = context
    const sessions = await signedInUsers(workload, 3)
    for (const { name } of [primary, replica]) await useAll(context, sessions, name)

    const apart = await nemesis.inject('cut', { link: links.replication })
    const unreachable = await nemesis.inject('cut', { link: links.clientsToPrimary })
    await clients.failover()
    await endAll(context, sessions)
    // What happened meanwhile may be told before anybody can ask.
    await apart.heal()
    await unreachable.heal()
    const uses = sessions.map((session) => inUse(workload, session, primary.name, byToken))
    await Promise.all(uses.map((use) => use.untilRefused(answersInARow, fiveSeconds)))
    await Promise.all(uses.map((use) => use.stop()))
    await useAll(context, sessions, replica.name)
    await clients.failback()
    await useAll(context, sessions, primary.name)
  },
})

/** One is revoked, one signs out, one is signed out. */
async function endAll(
  { workload }: Pick<ScenarioContext, 'workload'>,
  [revoked, signedOut, ended]: readonly SignedIn[],
): Promise<void> {
  if (revoked) await workload.perform(access.revoke(revoked.user, revoked.operation))
  if (signedOut) await workload.perform(access.signOut(signedOut.user, signedOut.operation))
  if (ended) await workload.perform(access.adminSignOut(ended.user))
}

async function useAll(
  { workload }: Pick<ScenarioContext, 'workload'>,
  sessions: readonly SignedIn[],
  region: string,
): Promise<void> {
  for (const session of sessions) await useOnce(workload, session, region, byToken)
}
