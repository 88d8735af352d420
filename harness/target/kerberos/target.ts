import { operationFunctions } from '../../history/operation.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { foreignLacks } from '../foreign-lacks.ts'
import { operationHandlers } from './client.ts'
import { prepareSession } from './session.ts'
import { kerberosTopology, maxFailure, propagationMillis, propagationModes } from './topology.ts'

/** A turn of propagation each second, and the time that a whole database takes. */
const lagMillisMax = 3_000

/** A propagation that broke is tried again at the next turn; one that hangs is given up first. */
const settleMillisMax = 20_000

/** An operation is a program or two, each with a processor to start on. */
const arrivalsPerSecondMax = 20

const capabilities: Capabilities = deepFreeze({
  functions: operationFunctions.filter((name) => operationHandlers[name] !== undefined),
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  lockout: { scope: 'regional', threshold: maxFailure },
  totpOnReplica: false,
  promotion: true,
  pace: { arrivalsPerSecondMax },
  lacks: foreignLacks('a KDC', {
    'clock-skew': 'the wall clock of a KDC is that of the machine',
    'signing-key-rotation': 'its keys are not rotated in flight',
    tls: 'it is spoken to in its own protocol',
  }),
})

/** MIT Kerberos: a primary KDC, and a replica that gets its whole database by kprop(8). */
export const kerberosTarget: Target = Object.freeze({
  name: 'kerberos',
  model: false,
  capabilities,
  switches: { propagation: propagationModes, propagationMillis },
  relyingParties: [],
  worlds: ['process'],
  topology: kerberosTopology,
  prepare: prepareSession,
} satisfies Target)

export { kerberosTarget as target }
