import { switchChoices } from '../../../fixtures/reference/switches.ts'
import { type OperationFunction, operationFunctions } from '../../history/operation.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Capabilities, Target } from '../contract.ts'
import { relyingPartyFunctions } from '../relying-party-client.ts'
import { hostedHandlers, operationHandlers } from './client.ts'
import { lockoutThreshold } from './lockout-threshold.ts'
import { prepareSession } from './session.ts'
import { referenceTopology } from './topology.ts'

/** Changes reach an undisturbed replica within this; the service itself publishes no figure. */
const lagMillisMax = 1_000

/** After heal both Regions agree within this. */
const settleMillisMax = 10_000

/** The common verifiers of this service's tokens grant no leeway unless they are told to. */
const clockSkewMillisMax = 0

/** At a Region, at its hosted pages, or at a relying party. */
function isOffered(name: OperationFunction): boolean {
  const atRegion = operationHandlers[name] !== undefined || hostedHandlers[name] !== undefined
  return atRegion || relyingPartyFunctions.includes(name)
}

const capabilities: Capabilities = deepFreeze({
  functions: operationFunctions.filter(isOffered),
  declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax },
  replicaWrites: false,
  lockout: { scope: 'regional', threshold: lockoutThreshold },
  totpOnReplica: false,
  promotion: false,
})

/** All but the group of SRP, which follows the cryptography of the plan. */
const { srpGroup: _, ...targetSwitches } = switchChoices

/**
 * The reference identity stack: two Regions with the observable behaviour of Amazon Cognito
 * multi-Region replication. What it shows is a model's.
 */
export const referenceTarget: Target = Object.freeze({
  name: 'reference',
  model: true,
  capabilities,
  switches: targetSwitches,
  topology: referenceTopology,
  prepare: (stack, ports) => prepareSession(stack, ports, { leewayMillis: clockSkewMillisMax }),
} satisfies Target)

export { referenceTarget as target }
