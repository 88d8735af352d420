import { scenario } from 'interregnum'
import { population, tokenHolders } from '../populations.ts'

export const certificateOnReplicaPath = scenario('certificate-on-replica-path', {
  claim:
    'When the primary Region is lost, clients that check certificates find one on the path to the replica that they trust.',
  requirements: ['FS-25'],
  needs: {
    faults: ['region-loss', 'failover'],
    functions: ['use-token'],
    worlds: ['process', 'container'],
    tls: true,
  },
  async run(context) {
    const { primary, workload, nemesis, clients } = context
    const sessions = await workload.signIn(await workload.bystanders(2))
    const sdk = population(context, {
      population: 'sdk',
      ratePerSecond: 15,
      operation: tokenHolders(sessions, () => clients.route),
    })
    await sdk.untilRunning()
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await sdk.untilFailing()
    await clients.failover()
    await sdk.untilServed()
    await sdk.stream.stop()
    await lost.heal()
    await clients.failback()
  },
})
