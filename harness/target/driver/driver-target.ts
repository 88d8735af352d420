import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Target } from '../contract.ts'
import { referenceTopology } from '../reference/topology.ts'
import { type DriverUnderTest, prepareDriver } from './driver-session.ts'

/** Requests go to an address of a Region, in the clear. */
const lacks = {
  promotion: 'a driver performs operations, and starts no Region',
  router: 'a driver talks to Regions alone',
  tls: 'a driver is not told whom to trust',
}

/** A target whose operations a program of the user's performs, in whatever language. */
export function driverTarget(driver: DriverUnderTest): Target {
  const { name, model, capabilities } = driver.description
  const { functions, lagMillisMax, settleMillisMax, clockSkewMillisMax } = capabilities
  const { replicaWrites, lockout, totpOnReplica, promotion } = capabilities
  return deepFreeze({
    name,
    model,
    capabilities: {
      functions,
      declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax },
      ...{ replicaWrites, lockout, totpOnReplica, promotion },
      lacks,
    },
    worlds: ['process', 'container'],
    relyingParties: [],
    topology: (plan) => referenceTopology(plan),
    prepare: (stack, ports) => prepareDriver(stack, ports, driver),
  } satisfies Target)
}
