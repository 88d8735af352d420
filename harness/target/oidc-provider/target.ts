import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { oidcProviderFunctions } from './functions.ts'
import { prepareSession } from './session.ts'
import { fencingModes, oidcProviderTopology } from './topology.ts'

/** A replica is told of each change at once. */
const lagMillisMax = 1_000

/** A replica whose connection broke tries again every second. */
const settleMillisMax = 10_000

const noCommand = 'the provider takes no command for it'

const capabilities: Capabilities = deepFreeze({
  functions: oidcProviderFunctions,
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  lockout: { scope: 'none', threshold: 0 },
  totpOnReplica: false,
  promotion: true,
  replicaSignIns: false,
  lacks: {
    'clock-skew': 'the wall clock of the provider is that of the machine',
    'disk-full': 'its disk has no size of its own',
    'failing-dependency': noCommand,
    'fsync-fails': 'its database is not that of the harness',
    'grey-failure': noCommand,
    'health-flapping': noCommand,
    'health-flip': noCommand,
    'management-down': noCommand,
    router: 'no global endpoint leads to it',
    'signing-key-rotation': noCommand,
    'slow-dependency': noCommand,
    throttling: noCommand,
    tls: 'it is spoken to in the clear',
  },
})

/** The certified npm package oidc-provider, its state in a Redis primary and a replica of it. */
export const oidcProviderTarget: Target = Object.freeze({
  name: 'oidc-provider',
  model: false,
  capabilities,
  switches: { fencing: fencingModes },
  relyingParties: [],
  worlds: ['process'],
  topology: oidcProviderTopology,
  prepare: prepareSession,
} satisfies Target)

export { oidcProviderTarget as target }
