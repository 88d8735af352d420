import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { foreignLacks } from '../foreign-lacks.ts'
import { glewlwydFunctions } from './functions.ts'
import { databaseFsyncs, glewlwydTopology } from './topology.ts'

/** A hot standby applies what it is sent at once; disks take their time. */
const lagMillisMax = 1_000
/** A standby whose connection broke notices it within seconds and tries again at once. */
const settleMillisMax = 10_000

/**
 * Changes come one after the other, and a sign-in hashes a password in the same server. What comes
 * faster queues until it has no answer in time, and is carried out all the same.
 */
const arrivalsPerSecondMax = 25

const capabilities: Capabilities = deepFreeze({
  functions: glewlwydFunctions,
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  // A sign-in is a row of the database, and a hot standby takes none.
  replicaSignIns: false,
  lockout: { scope: 'none', threshold: 5 },
  totpOnReplica: false,
  promotion: true,
  pace: { arrivalsPerSecondMax },
  lacks: foreignLacks('Glewlwyd', {
    'clock-skew': 'its wall clock is that of the machine',
    'signing-key-rotation': 'a new key is read at a start alone',
    tls: 'it is spoken to in the clear',
  }),
})

/** Glewlwyd, an OpenID provider, on a PostgreSQL primary and on its hot standby. */
export const glewlwydTarget: Target = Object.freeze({
  name: 'glewlwyd',
  model: false,
  capabilities,
  switches: { databaseFsync: databaseFsyncs },
  relyingParties: [],
  worlds: ['process'],
  topology: glewlwydTopology,
  prepare: async (stack, ports) => {
    const { prepareSession } = await import('./session.ts')
    return prepareSession(stack, ports)
  },
} satisfies Target)

export { glewlwydTarget as target }
