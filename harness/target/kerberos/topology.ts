import { randomBytes } from 'node:crypto'
import { UsageError } from '../../kernel/errors.ts'
import { builtModule } from '../../kernel/paths.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LinkPlan, RegionPlan, Topology } from '../contract.ts'

/** The KDC that takes changes, and the one that gets them. */
export const primary = 'kdc1'
export const replica = 'kdc2'

/** The realm; `.test` is nobody's (RFC 6761 section 6.2). */
export const realm = 'INTERREGNUM.TEST'

/** The administrator's principal, without its realm. */
export const admin = 'harness/admin'

/** Every account of a user is under this policy (kadmin(1), add_policy). */
export const usersPolicy = 'users'

/** Wrong passwords before an account is locked. */
export const maxFailure = 5

/** When the primary propagates: where something changed, or at each turn whatever is the case. */
export const propagationModes = ['changed', 'always'] as const

/** The time between two turns, in milliseconds. */
export const propagationMillis = ['1000', '5000'] as const

/**
 * A message to the KDC whose length is more than it takes: it answers KRB-ERROR, whose length has
 * three high bytes of 0 (RFC 4120 section 7.2.2).
 */
export const kdcCanary = {
  send: '\u007f\u007f\u007f\u007f',
  expect: '\u0000\u0000\u0000',
} as const satisfies LinkPlan['canary']

/** The greeting of krb5_sendauth(3), as kprop(8) gives it, and the answer to it. */
const propagationCanary = {
  send: '\u0000\u0000\u0000\u0013KRB5_SENDAUTH_V1.0\u0000\u0000\u0000\u0000\u000akprop5_01\u0000',
  expect: '\u0000',
} as const satisfies LinkPlan['canary']

const replicates = { service: 'replication', pushes: true, canary: propagationCanary } as const

const links: readonly LinkPlan[] = [
  { name: 'replication', from: primary, to: replica, ...replicates },
  // A primary that follows takes propagations by it, and a replica asks for one.
  { name: 'replication-back', from: replica, to: primary, ...replicates },
  { name: 'clients→primary', from: 'clients', to: primary, service: 'api', canary: kdcCanary },
  { name: 'clients→replica', from: 'clients', to: replica, service: 'api', canary: kdcCanary },
]

/**
 * Two KDCs of one realm, each with a supervisor that makes its database, starts its servers and, at
 * a primary, propagates. Passwords of the service are of this run alone.
 *
 * @throws UsageError if the plan wants what only the reference has.
 */
export async function kerberosTopology(plan: Plan): Promise<Topology> {
  if (plan.mutants.length > 0) throw new UsageError('the target kerberos has no planted defects')
  if (plan.storage !== 'memory') {
    throw new UsageError('--storage is about the reference: kerberos has a database of its own')
  }
  const shared = {
    realm,
    admin,
    adminPassword: randomBytes(24).toString('hex'),
    masterPassword: randomBytes(24).toString('hex'),
    usersPolicy,
    maxFailure,
    propagation: plan.switches.propagation ?? propagationModes[0],
    propagationMillis: Number(plan.switches.propagationMillis ?? propagationMillis[0]),
  }
  const module = builtModule('fixtures/systems/kerberos/server.ts')
  const region = (name: string, role: RegionPlan['role']): RegionPlan => ({
    ...{ name, role, launch: { command: { module } } },
    settings: { ...shared, role, partner: role === 'primary' ? replica : primary },
    ...{ family: true, serving: kdcCanary, wall: 'machine' },
  })
  return { regions: [region(primary, 'primary'), region(replica, 'replica')], links }
}
