import { randomBytes } from 'node:crypto'
import { UsageError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LinkPlan, RegionPlan, Topology } from '../contract.ts'
import { replicatorDn, serviceDn, suffix } from './directory.ts'

/** The server that takes writes, and its shadow. */
export const provider = 'provider'
export const consumer = 'consumer'

/** Wrong passwords before an account is locked. */
export const maxFailure = 5

/**
 * A comparison with the root entry of a server (RFC 4511 section 4.10, RFC 4512 section 5.1), which
 * it answers before anybody signs in: is `objectClass` of nothing `top`? No byte is above 127.
 */
export const ldapCanary = {
  send: '0\u001b\u0002\u0001\u0001n\u0016\u0004\u00000\u0012\u0004\u000bobjectClass\u0004\u0003top',
  /** Message 1 is a CompareResponse. */
  expect: '\u0002\u0001\u0001o',
} as const satisfies LinkPlan['canary']

/** How a consumer counts wrong passwords: by itself, with a chain for writes, or handed on. */
export const lockoutModes = ['local', 'chained', 'forwarded'] as const

/**
 * Who takes writes: the provider alone, or both, each following the other, without or with a log of
 * sessions (slapo-syncprov(5)).
 */
export const writerModes = ['provider', 'both', 'both-with-session-log'] as const

/** What a server that begins to follow does with its entries: it forgets them, or keeps them. */
export const rejoinModes = ['emptied', 'as-it-is'] as const

const replicates = { service: 'replication', canary: ldapCanary } as const

const links: readonly LinkPlan[] = [
  { name: 'replication', from: consumer, to: provider, ...replicates },
  // Idle until the provider follows.
  { name: 'replication-back', from: provider, to: consumer, ...replicates },
  { name: 'clients→primary', from: 'clients', to: provider, service: 'api', canary: ldapCanary },
  { name: 'clients→replica', from: 'clients', to: consumer, service: 'api', canary: ldapCanary },
]

/**
 * A provider and a consumer, each with a supervisor that writes its configuration and follows its
 * life. Passwords of accounts are of this run alone: the two supervisors know them.
 *
 * @throws UsageError if the plan wants what only the reference has.
 */
export async function openldapTopology(plan: Plan): Promise<Topology> {
  if (plan.mutants.length > 0) throw new UsageError('the target openldap has no planted defects')
  if (plan.storage !== 'memory') {
    throw new UsageError('--storage is about the reference: openldap has a database of its own')
  }
  const shared = {
    suffix,
    serviceDn,
    servicePassword: randomBytes(24).toString('hex'),
    replicatorDn,
    replicatorPassword: randomBytes(24).toString('hex'),
    maxFailure,
    lockout: plan.switches.lockout ?? lockoutModes[0],
    writers: plan.switches.writers ?? writerModes[0],
    rejoin: plan.switches.rejoin ?? rejoinModes[0],
    syncBeforeAcknowledge: plan.syncBeforeAcknowledge,
  }
  const module = builtModule('fixtures/systems/openldap/server.ts')
  const region = (name: string, role: RegionPlan['role']): RegionPlan => ({
    ...{ name, role, launch: { command: { module } } },
    settings: { ...shared, role, partner: role === 'primary' ? consumer : provider },
    ...{ family: true, serving: ldapCanary, wall: 'machine' },
  })
  return { regions: [region(provider, 'primary'), region(consumer, 'replica')], links }
}
