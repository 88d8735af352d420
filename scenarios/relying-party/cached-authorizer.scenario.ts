import { access, scenario } from 'interregnum'
import { patience } from '../populations.ts'
import { visit } from '../visitors.ts'

export const cachedAuthorizer = scenario('cached-authorizer', {
  claim:
    'An authorizer that keeps what it was told of a token admits a revoked one no longer than it keeps an answer plus the declared lag.',
  requirements: ['FS-14'],
  needs: {
    faults: [],
    functions: ['visit', 'revoke', 'sign-in'],
    relyingParties: [
      { name: 'gate', kind: 'introspecting', settings: { decisionCacheSeconds: 1 } },
      {
        name: 'far-gate',
        kind: 'introspecting',
        settings: { decisionCacheSeconds: 1, regions: ['us-west-2'] },
      },
    ],
  },
  async run({ relyingParties, workload }) {
    const [session] = await workload.signIn(await workload.bystanders(1))
    if (session === undefined) return
    for (const { name } of relyingParties) {
      await workload.attempt(visit(session, name, 'workload'))
    }
    await workload.attempt(access.revoke(session.user, session.operation))
    const visitors = relyingParties.map(({ name }) =>
      workload.stream({
        ratePerSecond: 10,
        operation: () => visit(session, name, 'staleness-probe'),
      }),
    )
    for (const stream of visitors) await stream.untilRefused(4, patience)
    await Promise.all(visitors.map((stream) => stream.stop()))
  },
})
