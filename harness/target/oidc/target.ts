import { deepFreeze } from '../../kernel/deep-freeze.ts'
import { UsageError } from '../../kernel/errors.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunningStack, Target, TargetPorts, TargetSession } from '../contract.ts'
import { remoteTopology } from '../remote-topology.ts'
import { groupFunctions, offering } from './functions.ts'

/** What no run can do to a system that others operate, and this target knows no way around. */
const lacks = {
  'clock-skew': 'the wall clock of a provider is its own',
  'signing-key-rotation': 'the keys of a provider are its own',
  router: 'clients are led by what the topology says',
} as const

/** All that a provider may offer; what one does offer follows from its topology. */
const functions = offering(groupFunctions, ['guess-password'])

/** The target as the plan says that the provider is. */
async function configured(plan: Plan): Promise<Target> {
  if (plan.world !== 'remote') {
    throw new UsageError('the target oidc is a provider that runs: it needs the remote world', {
      hint: 'add --world remote --topology <file>; `interregnum init` writes one',
    })
  }
  const { capabilitiesOf, configuredProvider } = await import('./configured.ts')
  const provider = await configuredProvider(plan)
  const capabilities = await capabilitiesOf(provider, plan, lacks)
  const prepare = async (stack: RunningStack, ports: TargetPorts): Promise<TargetSession> => {
    const { prepareOidc } = await import('./prepare.ts')
    return prepareOidc(stack, ports)
  }
  const { configured: _, ...plain } = oidcTarget
  return Object.freeze({ ...plain, capabilities, prepare })
}

/** Any OpenID provider that others run: Okta, Auth0, Ping, Keycloak and their like. */
export const oidcTarget: Target = Object.freeze({
  name: 'oidc',
  model: false,
  capabilities: deepFreeze({
    functions,
    declared: { lagMillisMax: 1_000, settleMillisMax: 10_000, clockSkewMillisMax: 0 },
    replicaWrites: false,
    lockout: { scope: 'none', threshold: 0 },
    totpOnReplica: false,
    promotion: false,
    lacks,
  }),
  relyingParties: [],
  worlds: ['remote'],
  observable: async (plan) => {
    const { requireConsent } = await import('./consent.ts')
    requireConsent(plan)
  },
  configured,
  topology: async (plan) => remoteTopology(plan),
  prepare: () => {
    throw new UsageError('the target oidc was not configured: run it with a topology')
  },
} satisfies Target)

export { oidcTarget as target }
