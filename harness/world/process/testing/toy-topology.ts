import { builtModule } from '../../../kernel/paths.ts'
import type { LinkPlan, RegionPlan, Topology } from '../../../target/contract.ts'
import type { ToySettings } from './toy-region.ts'

/** Names of the Regions of {@link toyTopology}. */
export const toyPrimary = 'toy-east-1'
export const toyReplica = 'toy-west-1'

/** Two toy Regions and the links between them. */
export function toyTopology(replica: ToySettings['start'] = 'well'): Topology {
  const region = (
    name: string,
    role: RegionPlan['role'],
    start: ToySettings['start'],
  ): RegionPlan => ({
    name,
    role,
    settings: { start },
    launch: { command: { module: builtModule('harness/world/process/testing/toy-region.ts') } },
  })
  const clients = (to: string): LinkPlan => ({
    name: `clients→${to}`,
    from: 'clients',
    to,
    service: 'api',
    canary: { send: 'GET /health HTTP/1.1\r\nhost: canary\r\n\r\n', expect: 'HTTP/1.1 200' },
  })
  return {
    regions: [region(toyPrimary, 'primary', 'well'), region(toyReplica, 'replica', replica)],
    links: [
      clients(toyPrimary),
      clients(toyReplica),
      {
        name: 'replication',
        from: toyReplica,
        to: toyPrimary,
        service: 'replication',
        canary: { send: 'ping\n', expect: 'pong\n' },
      },
    ],
  }
}
