import { access, scenario } from 'interregnum'
import { inTurn, population } from '../populations.ts'

export const greyFailure = scenario('grey-failure', {
  claim:
    'When half of the sign-ins and refreshes at the primary Region fail while its health check passes, the endpoint that users come through leads them to the replica within the recovery objective, counted from the first failure that a user sees.',
  requirements: ['FS-23'],
  needs: {
    faults: ['grey-failure'],
    functions: ['sign-in', 'refresh'],
    router: { intervalMillis: 100, checkTimeoutMillis: 1_000, checksToTurn: 1 },
  },
  // Failover follows the health check alone, and that is fine.
  expected: { verdict: 'fail', rule: 'FS-23' },
  async run(context) {
    const { primary, workload, nemesis } = context
    const router = context.router?.name ?? 'router'
    const sessions = await workload.signIn(await workload.bystanders(4))
    const course = { to: router, purpose: 'recovery-probe' } as const
    const clients = population(context, {
      population: 'sdk',
      ratePerSecond: 10,
      operation: (ordinal) => {
        const { user, operation } = inTurn(sessions, ordinal)
        return access.refresh(user, operation, course)
      },
    })

    const grey = await nemesis.inject('grey-failure', { region: primary.name, share: 0.5 })
    await clients.untilFailing()
    await clients.untilFailing()
    await grey.heal()
    await clients.untilServed()
    await clients.stream.stop()
  },
})
