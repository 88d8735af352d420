import { operationFunctions } from '../../history/operation.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { foreignLacks } from '../foreign-lacks.ts'
import { operationHandlers } from './client.ts'
import { prepareSession } from './session.ts'
import { lockoutModes, maxFailure, openldapTopology, rejoinModes, writerModes } from './topology.ts'

/** A consumer in `refreshAndPersist` is told of each change at once; disks take their time. */
const lagMillisMax = 1_000

/** A consumer whose connection broke tries again every second. */
const settleMillisMax = 10_000

const capabilities: Capabilities = deepFreeze({
  functions: operationFunctions.filter((name) => operationHandlers[name] !== undefined),
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  lockout: { scope: 'regional', threshold: maxFailure },
  totpOnReplica: true,
  promotion: true,
  // Nobody is promoted where both take writes: each is the primary of the other.
  at: {
    'writers=both': { replicaWrites: true, promotion: false },
    'writers=both-with-session-log': { replicaWrites: true, promotion: false },
  },
  lacks: foreignLacks('slapd', {
    'clock-skew': 'the wall clock of slapd is that of the machine',
    'signing-key-rotation': 'it signs nothing',
    tls: 'it is spoken to in the clear',
  }),
})

/** OpenLDAP's slapd: a provider and a consumer that follows it by syncrepl (RFC 4533). */
export const openldapTarget: Target = Object.freeze({
  name: 'openldap',
  model: false,
  capabilities,
  switches: { lockout: lockoutModes, writers: writerModes, rejoin: rejoinModes },
  relyingParties: [],
  worlds: ['process'],
  topology: openldapTopology,
  prepare: prepareSession,
} satisfies Target)

export { openldapTarget as target }
