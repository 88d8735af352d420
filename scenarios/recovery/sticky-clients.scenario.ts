import { scenario } from 'interregnum'
import { population, tokenHolders } from '../populations.ts'

/** Refused so often, a pool of connections gives an address up. */
const failuresToLetGo = 5

export const stickyClients = scenario('sticky-clients', {
  claim:
    'When the primary Region is lost, clients that look its name up again in time and clients that hold on to an address until it has failed them are served by the replica within the recovery objective.',
  requirements: ['FS-24'],
  needs: { faults: ['region-loss', 'failover'], functions: ['use-token'] },
  async run(context) {
    const { primary, workload, nemesis, clients } = context
    const sessions = await workload.signIn(await workload.bystanders(4))
    const inTime = clients.resolver({ ttlMillis: 200, honoursTtl: true })
    const lookUp = () => clients.resolver({ ttlMillis: 200, honoursTtl: false })
    let held = lookUp()
    let failed = 0
    const sdk = population(context, {
      population: 'sdk',
      ratePerSecond: 15,
      operation: tokenHolders(sessions, () => inTime()),
      retry: { attemptsMax: 2, backoffMillis: 40 },
    })
    const sticky = population(context, {
      population: 'sticky',
      ratePerSecond: 15,
      operation: tokenHolders(sessions, () => held()),
      answered: ({ type }) => {
        failed = type === 'ok' ? 0 : failed + 1
        if (failed >= failuresToLetGo) held = lookUp()
      },
    })
    await Promise.all([sdk.untilRunning(), sticky.untilRunning()])

    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await Promise.all([sdk.untilFailing(), sticky.untilFailing()])
    await clients.failover()
    await Promise.all([sdk.untilServed(), sticky.untilServed()])
    await Promise.all([sdk.stream.stop(), sticky.stream.stop()])

    await lost.heal()
    await clients.failback()
  },
})
