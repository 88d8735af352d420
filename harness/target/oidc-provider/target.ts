import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { foreignLacks } from '../foreign-lacks.ts'
import { oidcProviderFunctions } from './functions.ts'
import { prepareSession } from './session.ts'
import { fencingModes, oidcProviderTopology } from './topology.ts'

/** A replica is told of each change at once. */
const lagMillisMax = 1_000

/** A replica whose connection broke tries again every second. */
const settleMillisMax = 10_000

const capabilities: Capabilities = deepFreeze({
  functions: oidcProviderFunctions,
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax: 0 },
  replicaWrites: false,
  lockout: { scope: 'none', threshold: 0 },
  totpOnReplica: false,
  promotion: true,
  replicaSignIns: false,
  lacks: foreignLacks('the provider', {
    'clock-skew': 'the wall clock of the provider is that of the machine',
    'signing-key-rotation': 'the provider takes no command for it',
    tls: 'it is spoken to in the clear',
  }),
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
