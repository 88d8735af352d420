import type { OperationFunction } from '../../history/operation.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities } from '../contract.ts'

/**
 * What can be done in a pool that others use too: users that an administrator makes without a
 * message to anybody, and what these users do. Left out is what sends messages, what changes the
 * pool or its app clients, what only another app client allows (rotation), what hangs on settings
 * of the pool (devices), and the hosted pages, which are at a host of their own.
 */
const functions: readonly OperationFunction[] = [
  'admin-create-user',
  'set-password',
  'change-password',
  'update-attribute',
  'disable-user',
  'enable-user',
  'delete-user',
  'associate-totp',
  'verify-totp',
  'prefer-totp',
  'sign-in',
  'answer-totp',
  'refresh',
  'revoke',
  'use-token',
  'read-user',
  'read-groups',
  'add-to-group',
  'remove-from-group',
  'start-srp',
  'answer-srp',
  'admin-sign-in',
  'guess-password',
  'guess-code',
  'replay-totp',
  'sign-out',
  'admin-sign-out',
]

/** The service publishes no figure of its lag: an assumption until it is measured. */
const lagMillisMax = 10_000

/** An assumption as well. */
const settleMillisMax = 60_000

/** The common verifiers of this service's tokens grant no leeway unless they are told to. */
export const clockSkewMillisMax = 0

/** After the fifth wrong password a user is locked out, for a time that doubles. */
const lockoutThreshold = 5

/**
 * Default quotas count requests of a category in an account and Region: 25 a second for changes of
 * users (`UserUpdate`), which are two thirds of traffic, and 120 for reads and sign-ins. Others
 * share them, so a run takes no more than its part.
 *
 * Source: Amazon Cognito Developer Guide, "Quotas", request rate quotas of user pools.
 */
const pace = { arrivalsPerSecondMax: 25, operationsPerSecondMax: 60 }

/** How Amazon Cognito with multi-Region replication is documented to behave. */
export const cognitoCapabilities: Capabilities = deepFreeze({
  functions,
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax },
  replicaWrites: false,
  lockout: { scope: 'regional', threshold: lockoutThreshold },
  totpOnReplica: false,
  promotion: false,
  pace,
  lacks: {
    router: 'the harness starts none before Regions of somebody else; name yours in the topology',
  },
})
