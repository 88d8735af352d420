import { scenario } from 'interregnum'
import { browsers, machines, population, tokenHolders } from '../populations.ts'

export const endpointFailsOver = scenario('endpoint-fails-over', {
  claim:
    'When the primary Region is lost, people in browsers, servers and clients that know nothing but the address of the endpoint are led to the replica within the recovery objective.',
  requirements: ['FS-24'],
  needs: {
    faults: ['region-loss'],
    functions: [
      'open-sign-in-page',
      'submit-sign-in',
      'redeem-code',
      'machine-sign-in',
      'use-token',
    ],
    router: { intervalMillis: 750, checkTimeoutMillis: 700, checksToTurn: 2 },
  },
  async run(context) {
    const { primary, router, workload, nemesis } = context
    if (router === undefined) return
    const users = await workload.bystanders(3)
    const sessions = await workload.signIn(users)
    const populations = [
      population(context, {
        ...{ population: 'hosted', ratePerSecond: 12 },
        ...browsers(context, users, router.name),
      }),
      population(context, {
        ...{ population: 'machine', ratePerSecond: 12 },
        operation: machines(router.name),
      }),
      population(context, {
        ...{ population: 'sticky', ratePerSecond: 12 },
        operation: tokenHolders(sessions, () => router.name),
      }),
    ]
    await Promise.all(populations.map((clients) => clients.untilRunning()))

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await Promise.all(populations.map((clients) => clients.untilServed()))
    await Promise.all(populations.map((clients) => clients.stream.stop()))
    await lost.heal()
  },
})
