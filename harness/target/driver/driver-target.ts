import { deepFreeze } from '../../kernel/deep-freeze.ts'
import { UsageError } from '../../kernel/errors.ts'
import type { RemoteTopologyFile } from '../../plan/remote-topology.ts'
import type { Target } from '../contract.ts'
import { referenceTopology } from '../reference/topology.ts'
import { remoteTopology } from '../remote-topology.ts'
import { type DriverUnderTest, prepareDriver } from './driver-session.ts'

/** Requests go to an address of a Region, in the clear. */
const lacks = {
  promotion: 'a driver performs operations, and starts no Region',
  router: 'a driver talks to Regions alone',
  tls: 'a driver is not told whom to trust',
}

/**
 * A target whose operations a program of the user's performs, in whatever language. Its Regions are
 * those of the reference, or in the remote world those of the user's topology.
 */
export function driverTarget(driver: DriverUnderTest): Target {
  const { name, model, stack, capabilities } = driver.description
  const { functions, lagMillisMax, settleMillisMax, clockSkewMillisMax } = capabilities
  const { replicaWrites, replicaSignIns, lockout, totpOnReplica, promotion, pace } = capabilities
  const target: Target = deepFreeze({
    name,
    model,
    capabilities: {
      functions,
      declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax },
      ...{ replicaWrites, lockout, totpOnReplica, promotion },
      ...(replicaSignIns === undefined ? {} : { replicaSignIns }),
      ...(pace === undefined ? {} : { pace }),
      lacks,
    },
    worlds: stack === 'reference' ? ['process', 'container', 'remote'] : ['remote'],
    relyingParties: [],
    configured: async ({ world, topology }) => {
      if (topology !== undefined) checkTokens(driver, topology.content)
      if (world === 'remote' || stack === 'reference') return target
      throw new UsageError(
        `the driver ${name} drives a system that runs: it needs the remote world`,
        {
          hint: 'add --world remote --topology <file>; `interregnum init --driver` writes one',
        },
      )
    },
    topology: async (plan) =>
      plan.world === 'remote'
        ? remoteTopology(plan, { anyProtocol: true })
        : referenceTopology(plan),
    prepare: (stack, ports) => prepareDriver(stack, ports, driver),
  } satisfies Target)
  return target
}

/** A verifier fetches the keys of a Region over HTTP. */
function checkTokens({ description }: DriverUnderTest, { regions }: RemoteTopologyFile): void {
  if (description.capabilities.tokens !== 'jwt') return
  const mute = Object.keys(regions).find((name) => regions[name]?.canary !== undefined)
  if (mute === undefined) return
  throw new UsageError(
    `the driver ${description.name} declares "jwt" tokens, and "regions.${mute}.url" is no HTTP ` +
      'from which their keys could be had',
    { hint: 'declare "opaque" tokens: they are presented to the Regions alone' },
  )
}
