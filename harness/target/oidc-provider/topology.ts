import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { UsageError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LinkPlan, RegionPlan, Topology } from '../contract.ts'

/** The Region whose Redis takes writes, and the one whose Redis follows it. */
const primaryRegion = 'primary'
const replicaRegion = 'replica'

/** Whether the primary takes writes that no replica hears of. */
export const fencingModes = ['off', 'on'] as const

/** An inline command: Redis wants to know who asks before it says more. */
const redisCanary = { send: 'PING\r\n', expect: '-NOAUTH' } as const satisfies LinkPlan['canary']

const ending = 'HTTP/1.1\r\nHost: health.invalid\r\nConnection: close\r\n\r\n'

const providerCanary = {
  send: `GET /health ${ending}`,
  expect: 'HTTP/1.1 200',
  padded: {
    send: `GET /health?padding={padding} ${ending}`,
    expect: '{padding}',
    bytesMax: 8_192,
  },
} as const satisfies LinkPlan['canary']

const replicates = { service: 'replication', canary: redisCanary } as const
const serves = { service: 'api', canary: providerCanary } as const

const links: readonly LinkPlan[] = [
  { name: 'replication', from: replicaRegion, to: primaryRegion, ...replicates },
  // Idle until the primary follows.
  { name: 'replication-back', from: primaryRegion, to: replicaRegion, ...replicates },
  { name: 'clients→primary', from: 'clients', to: primaryRegion, ...serves },
  { name: 'clients→replica', from: 'clients', to: replicaRegion, ...serves },
]

/**
 * Two Regions, each a provider and its Redis, with one issuer and one signing key. Keys and
 * passwords are of this run alone: the two supervisors know them.
 *
 * @throws UsageError if the plan wants what only the reference has.
 */
export async function oidcProviderTopology(plan: Plan): Promise<Topology> {
  if (plan.mutants.length > 0) throw new UsageError('oidc-provider has no planted defects')
  if (plan.storage !== 'memory') {
    throw new UsageError('--storage is about the reference: oidc-provider keeps its state in Redis')
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = (): string => randomBytes(24).toString('hex')
  const shared = {
    issuer: 'http://login.example.com',
    redirectUri: 'https://app.example.com/callback',
    signingKey: {
      ...privateKey.export({ format: 'jwk' }),
      kid: 'signing',
      alg: 'ES256',
      use: 'sig',
    },
    cookieKey: secret(),
    clientId: 'interregnum',
    rotatingClientId: 'interregnum-rotating',
    machineClientId: 'interregnum-machine',
    clientSecret: secret(),
    scimToken: secret(),
    redisPassword: secret(),
    fencing: plan.switches.fencing === 'on',
    syncBeforeAcknowledge: plan.syncBeforeAcknowledge,
  }
  const module = builtModule('fixtures/systems/oidc-provider/server.ts')
  const region = (name: string, role: RegionPlan['role'], partner: string): RegionPlan => ({
    ...{ name, role, launch: { command: { module } }, family: true, wall: 'machine' },
    settings: { ...shared, role, partner },
  })
  return {
    regions: [
      region(primaryRegion, 'primary', replicaRegion),
      region(replicaRegion, 'replica', primaryRegion),
    ],
    links,
  }
}
