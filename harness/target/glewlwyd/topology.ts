import { randomBytes } from 'node:crypto'
import { UsageError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LinkPlan, RegionPlan, Topology } from '../contract.ts'

/** The Region that begins as the primary, and the one that begins as its hot standby. */
export const firstRegion = 'region-a'
export const secondRegion = 'region-b'

/** What clients are told that the provider is called, in either Region. */
export const externalUrl = 'http://glewlwyd.invalid'

/** What a database wrote outlives its process without a sync; only a loss of power would tell. */
export const databaseFsyncs = ['off', 'on'] as const

/** Its configuration, as anybody may read it before a sign-in. */
const apiCanary: LinkPlan['canary'] = {
  send: 'GET /config HTTP/1.1\r\nHost: glewlwyd.invalid\r\nConnection: close\r\n\r\n',
  expect: 'HTTP/1.1 200',
}

/**
 * The first message of a connection, which PostgreSQL answers before it knows who comes
 * (PostgreSQL 15 documentation, section 55.7): with `R`, and a length below 256.
 */
const databaseCanary: LinkPlan['canary'] = {
  send: '\u0000\u0000\u0000%\u0000\u0003\u0000\u0000user\u0000canary\u0000database\u0000canary\u0000\u0000',
  expect: 'R\u0000\u0000\u0000',
}

/** A machine with much else to do makes a PostgreSQL, or copies one, in this time. */
const readyMillisMax = 60_000

const links: readonly LinkPlan[] = [
  {
    name: 'replication',
    ...{ from: secondRegion, to: firstRegion, service: 'replication', canary: databaseCanary },
  },
  // How an old primary follows a promoted Region.
  {
    name: 'replication-back',
    ...{ from: firstRegion, to: secondRegion, service: 'replication', canary: databaseCanary },
  },
  {
    name: 'clients→primary',
    ...{ from: 'clients', to: firstRegion, service: 'api', canary: apiCanary },
  },
  {
    name: 'clients→replica',
    ...{ from: 'clients', to: secondRegion, service: 'api', canary: apiCanary },
  },
]

/**
 * Two Regions, each a glewlwyd on a PostgreSQL of its own that streams from one to the other.
 * Passwords of accounts are of this run alone: the two supervisors know them.
 *
 * @throws UsageError if the plan wants what only the reference has.
 */
export async function glewlwydTopology(plan: Plan): Promise<Topology> {
  if (plan.mutants.length > 0) throw new UsageError('the target glewlwyd has no planted defects')
  if (plan.storage !== 'memory') {
    throw new UsageError('--storage is about the reference: glewlwyd has a PostgreSQL of its own')
  }
  const shared = {
    primary: firstRegion,
    externalUrl,
    adminPassword: randomBytes(24).toString('hex'),
    databasePassword: randomBytes(24).toString('hex'),
    databaseFsync: plan.switches.databaseFsync ?? databaseFsyncs[0],
  }
  const module = builtModule('fixtures/systems/glewlwyd/server.ts')
  const region = (name: string, role: RegionPlan['role']): RegionPlan => ({
    ...{ name, role, settings: { ...shared, role }, launch: { command: { module } } },
    ...{ family: true, serving: apiCanary, wall: 'machine', readyMillisMax },
  })
  return { regions: [region(firstRegion, 'primary'), region(secondRegion, 'replica')], links }
}
