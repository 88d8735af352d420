import { scenario, seconds } from 'interregnum'
import { population, tokenHolders } from '../populations.ts'

/** Long enough for refusals of every client. */
const refusals = 10

export const expiredCertificateOnReplicaPath = scenario('expired-certificate-on-replica-path', {
  claim: 'Clients reach the replica although nobody renewed the certificate on its path.',
  requirements: ['FS-25'],
  expected: { verdict: 'fail', rule: 'FS-25' },
  needs: {
    faults: ['certificate-expired', 'region-loss', 'failover'],
    functions: ['use-token'],
    worlds: ['process', 'container'],
    tls: true,
  },
  async run(context) {
    const { primary, links, workload, nemesis, clients } = context
    const sessions = await workload.signIn(await workload.bystanders(2))
    const sdk = population(context, {
      population: 'sdk',
      ratePerSecond: 15,
      operation: tokenHolders(sessions, () => clients.route),
    })
    await sdk.untilRunning()
    // It ran out unnoticed: nobody goes there while the primary serves.
    const expired = await nemesis.inject('certificate-expired', { link: links.clientsToReplica })
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await sdk.untilFailing()
    await clients.failover()
    await sdk.stream.untilRefused(refusals, seconds(5))
    await expired.heal()
    await sdk.untilServed()
    await sdk.stream.stop()
    await lost.heal()
    await clients.failback()
  },
})
