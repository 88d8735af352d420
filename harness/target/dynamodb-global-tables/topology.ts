import { UsageError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LinkPlan, RegionPlan, StackNeeds, Topology } from '../contract.ts'

/** Both take writes; clients are sent to the first as long as it is there. */
export const firstRegion = 'us-east-1'
export const secondRegion = 'us-west-2'

/** Wrong passwords before an account is locked, and for how long. */
export const maxFailure = 5
const lockSeconds = 900

export const issuer = 'https://identity.invalid'
export const audience = 'application'

/** A machine with much else to do starts a Java machine in this time. */
const readyMillisMax = 60_000

/** Whether a sign-in leaves its time in the item of its user. */
export const signInModes = ['plain', 'recorded'] as const

/** The API of a Region gives back what it is sent. */
const apiCanary: LinkPlan['canary'] = {
  send: 'GET /health HTTP/1.1\r\nHost: region.invalid\r\nConnection: close\r\n\r\n',
  expect: 'HTTP/1.1 200',
  padded: {
    send: 'GET /health?padding={padding} HTTP/1.1\r\nHost: region.invalid\r\nConnection: close\r\n\r\n',
    expect: '{padding}',
    bytesMax: 8_192,
  },
}

/** A database refuses whoever does not sign, at once. */
const databaseCanary: LinkPlan['canary'] = {
  send: 'GET / HTTP/1.1\r\nHost: region.invalid\r\nConnection: close\r\n\r\n',
  expect: 'HTTP/1.1 400',
}

const streamLink = (name: string, from: string, to: string): LinkPlan => ({
  ...{ name, from, to, service: 'replication', canary: databaseCanary },
})

const clientLink = (name: string, to: string): LinkPlan => ({
  ...{ name, from: 'clients', to, service: 'api', canary: apiCanary },
})

/** `replication` carries what the first Region writes, the other one what the second does. */
const links: readonly LinkPlan[] = [
  streamLink('replication', secondRegion, firstRegion),
  streamLink('replication-back', firstRegion, secondRegion),
  clientLink('clients→primary', firstRegion),
  clientLink('clients→replica', secondRegion),
]

/**
 * Two Regions that both take writes. Their signing key is of this run alone.
 *
 * @throws UsageError if the plan wants what only the reference has.
 */
export async function globalTablesTopology(plan: Plan, needs?: StackNeeds): Promise<Topology> {
  if (plan.mutants.length > 0) {
    throw new UsageError('the target dynamodb-global-tables has no planted defects')
  }
  if (plan.storage !== 'memory') {
    throw new UsageError(
      '--storage is about the reference: dynamodb-global-tables has databases of its own',
    )
  }
  const { generateKeyPairSync } = await import('node:crypto')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const shared = {
    maxFailure,
    lockSeconds,
    signIns: plan.switches.signIns ?? signInModes[0],
    passwordHashCost: plan.cryptography.passwordHashCost,
    signingKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issuer,
    audience,
  }
  const module = builtModule('fixtures/systems/dynamodb-global-tables/server.ts')
  const region = (name: string, role: RegionPlan['role'], peer: string): RegionPlan => ({
    ...{ name, role, settings: { ...shared, region: name, role, peer } },
    ...{ launch: { command: { module } }, family: true, readyMillisMax },
  })
  return {
    regions: [
      region(firstRegion, 'primary', secondRegion),
      region(secondRegion, 'replica', firstRegion),
    ],
    links: needs?.tls === true ? links.map(overTls) : links,
  }
}

function overTls(link: LinkPlan): LinkPlan {
  return link.from === 'clients' ? { ...link, tls: true } : link
}
