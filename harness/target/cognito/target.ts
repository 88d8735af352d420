import type { Target } from '../contract.ts'
import { remoteSettings, remoteTopology, topologyOf } from '../remote-topology.ts'
import { clockSkewMillisMax, cognitoCapabilities } from './capabilities.ts'

/**
 * A pair of Amazon Cognito user pools: a primary and its replica, where they are. Users are made
 * under a prefix in a pool whose tag consents, or in one of the run's own, and removed after.
 */
export const target: Target = Object.freeze({
  name: 'cognito',
  model: false,
  capabilities: cognitoCapabilities,
  worlds: ['remote'],
  relyingParties: [],
  observable: async (plan) => {
    await sectionOf(plan)
  },
  topology: async (plan) => {
    // What is wrong with the file is said before anything is reached.
    await sectionOf(plan)
    return remoteTopology(plan)
  },
  prepare: async (stack, ports) => {
    const { prepareCognito } = await import('./session.ts')
    const { regions } = topologyOf(ports.plan).content
    const endpoints = Object.entries(regions).map(([name, { url }]) => [name, new URL(url).origin])
    return prepareCognito(stack, ports, {
      section: await sectionOf(ports.plan),
      endpoints: Object.fromEntries(endpoints),
      leewayMillis: clockSkewMillisMax,
    })
  },
} satisfies Target)

async function sectionOf(plan: Parameters<typeof remoteTopology>[0]) {
  const { cognitoSection } = await import('./section.ts')
  return remoteSettings(plan, cognitoSection)
}
