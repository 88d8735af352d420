import { deepFreeze } from '../../kernel/deep-freeze.ts'
import type { Target } from '../contract.ts'
import { referenceTopology } from '../reference/topology.ts'
import { type DriverUnderTest, prepareDriver } from './driver-session.ts'

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
    },
    alone: true,
    topology: (plan) => referenceTopology(plan),
    prepare: (stack, ports) => prepareDriver(stack, ports, driver),
  } satisfies Target)
}
