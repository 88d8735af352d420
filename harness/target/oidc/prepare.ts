import { dirname, resolve } from 'node:path'
import { invariant } from '../../kernel/invariant.ts'
import { millis } from '../../kernel/time.ts'
import { serviceDetail } from '../../ledger/service.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunningRegion, RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { readSecret, topologyOf } from '../remote-topology.ts'
import { nameOfSession } from '../session-name.ts'
import { unguessableSecrets } from '../unguessable-secrets.ts'
import { type ConfiguredProvider, configuredProvider } from './configured.ts'
import {
  madeUsers,
  madeUsersDetail,
  removeInBothRegions,
  type ScimCaller,
  whatUsersWereMade,
} from './made-users.ts'
import { oidcSession } from './session.ts'
import { withHost } from './with-host.ts'

const requestDurationMax = millis(10_000)

/** How long the removal of what was made may take before it is left to `recover`. */
const removalDurationMax = millis(60_000)

const targetName = 'oidc'

/**
 * Sets up a session with a user's provider. What it makes over SCIM stands in the ledger first, and
 * is removed at its end, past every link; what is left is left to `recover`.
 */
export async function prepareOidc(stack: RunningStack, ports: TargetPorts): Promise<TargetSession> {
  const provider = await configuredProvider(ports.plan, `${nameOfSession(ports.digestKey)}-`)
  const { users, section } = provider
  // The seed stands in a plan, and these accounts in a system that others use.
  const options = { ...provider.options, secrets: unguessableSecrets(ports.digestKey) }
  if (users === undefined) return oidcSession(stack, ports, options)
  const primary = stack.regions.find(({ role }) => role === 'primary')
  invariant(primary !== undefined, 'the topology has no primary')
  const remove = await removal(primary, provider, stack, ports)
  try {
    if (ports.observing !== true) {
      await users.prepareGroups(withHost(primary.direct, section.host), () =>
        stack.clock.timeout(requestDurationMax),
      )
    }
    return { ...(await oidcSession(stack, ports, options)), close: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Writes down what is about to be made.
 *
 * @returns What removes it, once, however often it is called.
 */
async function removal(
  primary: RunningRegion,
  { users, section }: ConfiguredProvider,
  { regions, clock }: RunningStack,
  { plan, ledger }: TargetPorts,
): Promise<() => Promise<readonly string[]>> {
  const { scim, host } = section
  invariant(scim !== undefined && users !== undefined, 'the section names no SCIM service')
  const replica = regions.find(({ role }) => role === 'replica')
  const there = replica && placeOf(plan, replica)
  const made = madeUsers.parse({
    ...{ ...placeOf(plan, primary), host, path: scim.path, prefix: users.nameOf('') },
    ...{ replicaOrigin: there?.origin, replicaCertificateAuthority: there?.certificateAuthority },
    tokenFrom: scim.token.environment,
  })
  const thing = { target: targetName, what: whatUsersWereMade(made), detail: madeUsersDetail(made) }
  const entry = await ledger?.intend('service', `target ${targetName}`, serviceDetail(thing))
  const service = { path: scim.path, token: readSecret(scim.token, 'target.scim.token') }
  const removeNow = async (): Promise<readonly string[]> => {
    const signal = clock.timeout(removalDurationMax)
    const caller = ({ direct }: RunningRegion): ScimCaller => ({
      ...{ http: withHost(direct, host), service, clock, signal },
    })
    const left = await removeInBothRegions(made, caller(primary), replica && caller(replica))
    if (left.length === 0 && entry !== undefined) await ledger?.release(entry)
    return left
  }
  let removed: Promise<readonly string[]> | undefined
  return () => {
    removed ??= removeNow()
    return removed
  }
}

/** Where a Region is, and whom it is trusted by. */
function placeOf(plan: Plan, { name }: RunningRegion) {
  const { content, file } = topologyOf(plan)
  const region = content.regions[name]
  invariant(region !== undefined, `the topology has no Region ${name}`)
  const { url, certificateAuthority } = region
  return {
    origin: new URL(url).origin,
    certificateAuthority: certificateAuthority && resolve(dirname(file), certificateAuthority),
  }
}
