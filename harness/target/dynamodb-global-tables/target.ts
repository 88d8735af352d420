import { operationFunctions } from '../../history/operation.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { foreignLacks } from '../foreign-lacks.ts'
import { operationHandlers } from './operations.ts'
import { prepareSession } from './session.ts'
import { globalTablesTopology, maxFailure, signInModes } from './topology.ts'

/** What is said of such a design: "typically within a second". */
const lagMillisMax = 1_000

/** A request to a Region that is away ends after two seconds; the worker then asks again. */
const settleMillisMax = 10_000

/** Two Java machines and two workers share the processors with whoever asks them. */
const arrivalsPerSecondMax = 25

const capabilities: Capabilities = deepFreeze({
  functions: operationFunctions.filter((name) => operationHandlers[name] !== undefined),
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: true,
  // The counter stands in the item, and the item in both Regions: one lock, say its authors.
  lockout: { scope: 'mirrored', threshold: maxFailure },
  totpOnReplica: false,
  promotion: false,
  pace: { arrivalsPerSecondMax },
  lacks: foreignLacks('a Region of it', {
    'signing-key-rotation': 'its signing key is part of its settings',
  }),
})

/**
 * The event-driven design that stood in for multi-Region replication: a table in each Region, a
 * worker that follows the other's stream, the last writer of an item wins. Our model of it, on
 * DynamoDB Local; no claim about the global tables of AWS.
 */
export const globalTablesTarget: Target = Object.freeze({
  name: 'dynamodb-global-tables',
  model: true,
  capabilities,
  switches: { signIns: signInModes },
  relyingParties: [],
  worlds: ['process'],
  topology: globalTablesTopology,
  prepare: prepareSession,
} satisfies Target)

export { globalTablesTarget as target }
