import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { glewlwydFunctions } from './functions.ts'
import { databaseFsyncs, glewlwydTopology } from './topology.ts'

/** A hot standby applies what it is sent at once; disks take their time. */
const lagMillisMax = 1_000
/** A standby whose connection broke notices it within seconds and tries again at once. */
const settleMillisMax = 10_000

const noCommand = 'Glewlwyd takes no command for it'
const machineClock = 'its wall clock is that of the machine'

const capabilities: Capabilities = deepFreeze({
  functions: glewlwydFunctions,
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  lockout: { scope: 'none', threshold: 5 },
  totpOnReplica: false,
  promotion: true,
  lacks: {
    'clock-skew': machineClock,
    'disk-full': 'its disk has no size of its own',
    'failing-dependency': noCommand,
    'fsync-fails': 'its databases are not those of the harness',
    'grey-failure': noCommand,
    'health-flapping': noCommand,
    'health-flip': noCommand,
    'management-down': noCommand,
    router: 'no global endpoint leads to it',
    'signing-key-rotation': 'a new key is read at a start alone',
    'slow-dependency': noCommand,
    throttling: noCommand,
    tls: 'it is spoken to in the clear',
  },
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
