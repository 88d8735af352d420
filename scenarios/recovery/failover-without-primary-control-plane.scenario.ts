import { scenario } from 'interregnum'
import { population, tokenHolders } from '../populations.ts'

export const failoverWithoutPrimaryControlPlane = scenario(
  'failover-without-primary-control-plane',
  {
    claim:
      "When the management of the primary's Region is gone and then the Region itself, a replica that stands by is activated with what still answers, and users are served there within the recovery objective.",
    requirements: ['FS-11'],
    needs: {
      faults: ['management-down', 'region-loss', 'failover'],
      functions: ['activate-replica', 'deactivate-replica', 'use-token'],
    },
    async run(context) {
      const { primary, replica, workload, nemesis, clients } = context
      const sessions = await workload.signIn(await workload.bystanders(4))
      const operator = { user: 'operator', purpose: 'workload', arguments: {} } as const
      const status = (to: string, wanted: 'activate-replica' | 'deactivate-replica') =>
        workload.attempt({ ...operator, function: wanted, to })
      await status(primary.name, 'deactivate-replica')
      await workload.replicated()
      const sdk = population(context, {
        population: 'sdk',
        ratePerSecond: 15,
        operation: tokenHolders(sessions, () => clients.route),
      })
      await sdk.untilRunning()

      const unmanaged = await nemesis.inject('management-down', { region: primary.name })
      await status(primary.name, 'activate-replica')
      const lost = await nemesis.inject('region-loss', { region: primary.name })
      await sdk.untilFailing()
      await status(replica.name, 'activate-replica')
      await clients.failover()
      await sdk.untilServed()
      await sdk.stream.stop()

      await lost.heal()
      await unmanaged.heal()
      await clients.failback()
    },
  },
)
