import { invariant } from '../../kernel/invariant.ts'
import { millis } from '../../kernel/time.ts'
import { serviceDetail } from '../../ledger/service.ts'
import type { RunningRegion, RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import type { OperationContext } from '../reference/operation-handler.ts'
import { srpGroupOf } from '../reference/srp-group.ts'
import { regionOfRole } from '../region-of-role.ts'
import { nameOfSession } from '../session-name.ts'
import { type TokenInspector, tokenInspector } from '../token-inspector.ts'
import { unguessableSecrets } from '../unguessable-secrets.ts'
import { Caller } from './caller.ts'
import { cognitoClient, routedCognitoClient } from './client.ts'
import { type CognitoApi, cognitoApi, publicEndpoint, requireCredentials } from './cognito-api.ts'
import { madeDetail, madeThings, removeMadeThings, whatWasMade } from './made-things.ts'
import {
  createGroups,
  createPool,
  existingPool,
  requireReplica,
  stillConsents,
  type UsablePool,
} from './pools.ts'
import { loadSdkLibrary, type SdkLibrary } from './sdk-library.ts'
import type { CognitoSection } from './section.ts'

/** The groups that operations may name. */
const groupNames = ['staff', 'auditors'] as const

/** How long the removal of what was made may take before it is left to `recover`. */
const removalMillisMax = 60_000

const targetName = 'cognito'

/** What the session needs beside the ports of every target. */
export interface CognitoSessionOptions {
  readonly section: CognitoSection
  /** Where each Region of the service is, by its name. */
  readonly endpoints: Readonly<Record<string, string>>
  /** How long after `exp` a verifier still accepts a token. */
  readonly leewayMillis: number
  /** How long a request whose sender died may still take effect; two seconds by default. */
  readonly lateEffectMillis?: number
}

/**
 * Sets up a session on a pair of Cognito: looks at the pool, or makes one, past every link. What it
 * makes stands in the ledger first; {@link TargetSession.close} removes it and looks that it is
 * gone.
 *
 * @throws UsageError if the pool must not or cannot be used; WorldError where a step is refused.
 */
export async function prepareCognito(
  stack: RunningStack,
  ports: TargetPorts,
  options: CognitoSessionOptions,
): Promise<TargetSession> {
  const library = await loadSdkLibrary()
  const primary = regionOfRole(stack, 'primary')
  const replica = regionOfRole(stack, 'replica')
  await requireCredentials(library, primary.name)
  const made = await makeThings(library, stack, ports, options)
  try {
    const inspector = inspectorOf(stack, ports, options, made.pool)
    await inspector.refresh()
    const context = contextOf(stack, ports, made.pool, replica.name, inspector)
    const api = (region: string, http: RunningRegion['http']): CognitoApi =>
      cognitoApi(library, { region, endpoint: endpointOf(options, region), http })
    const { prefix } = made
    const { servedByHeader } = options.section
    return {
      connect: ({ name, http }) => cognitoClient(api(name, http), { context, prefix }),
      connectNode: ({ http }) =>
        routedCognitoClient(http, servedByHeader, (over) => api(primary.name, over), {
          context,
          prefix,
        }),
      ...(options.section.existing === undefined
        ? {}
        : {
            consents: (signal: AbortSignal) =>
              stillConsents(made.pool.poolId, api(primary.name, primary.direct), signal),
          }),
      close: made.remove,
    }
  } catch (error) {
    await made.remove()
    throw error
  }
}

/** A pool to use, and how to leave it as it was. */
interface Made {
  readonly pool: UsablePool
  readonly prefix: string
  /** What is left stays in the ledger, for the end of the run and for `recover`. */
  remove(): Promise<readonly string[]>
}

async function makeThings(
  library: SdkLibrary,
  stack: RunningStack,
  ports: TargetPorts,
  options: CognitoSessionOptions,
): Promise<Made> {
  const { section } = options
  const callerAt = (region: RunningRegion, millisMax: number): Caller => {
    const { name, direct: http } = region
    const api = cognitoApi(library, { region: name, endpoint: endpointOf(options, name), http })
    return new Caller(api, name, stack.clock, stack.clock.timeout(millis(millisMax)))
  }
  const primary = regionOfRole(stack, 'primary')
  const replica = regionOfRole(stack, 'replica')
  const { regionReadyMillisMax } = ports.plan.limits
  const caller = callerAt(primary, regionReadyMillisMax)
  const found =
    section.existing === undefined
      ? undefined
      : await existingPool(section.existing, ports.observing ? 'observe' : 'run', caller)
  if (found !== undefined) await requireReplica(found.poolId, replica.name, caller)

  const prefix = `${section.prefix}-${nameOfSession(ports.digestKey)}-`
  const things = madeThings.parse({
    ...(options.lateEffectMillis === undefined
      ? {}
      : { lateEffectMillis: options.lateEffectMillis }),
    region: primary.name,
    endpoint: endpointOf(options, primary.name),
    prefix,
    groups: ports.observing === true ? 'none' : 'made',
    ...(found === undefined ? { poolName: prefix.slice(0, -1) } : { poolId: found.poolId }),
  })
  const what = whatWasMade(things)
  const entry = await ports.ledger?.intend(
    'service',
    `target ${targetName}`,
    serviceDetail({ target: targetName, what, detail: madeDetail(things) }),
  )
  let removed: Promise<readonly string[]> | undefined
  const removeNow = async (): Promise<readonly string[]> => {
    const left = await removeMadeThings(things, callerAt(primary, removalMillisMax))
    if (left.length === 0 && entry !== undefined) await ports.ledger?.release(entry)
    return left
  }
  const remove = (): Promise<readonly string[]> => {
    removed ??= removeNow()
    return removed
  }
  try {
    const pool =
      found ??
      (await createPool(prefix.slice(0, -1), prefix, createdOf(section), replica.name, {
        primary: caller,
        there: callerAt(replica, regionReadyMillisMax),
      }))
    if (ports.observing !== true) await createGroups(pool.poolId, prefix, groupNames, caller)
    return { pool, prefix, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

function createdOf({ created }: CognitoSection): NonNullable<CognitoSection['created']> {
  invariant(created !== undefined, 'the section names no pool and asks for none')
  return created
}

function endpointOf({ endpoints }: CognitoSessionOptions, region: string): string {
  return endpoints[region] ?? publicEndpoint(region)
}

function inspectorOf(
  stack: RunningStack,
  ports: TargetPorts,
  options: CognitoSessionOptions,
  { poolId, clientId, issuer }: UsablePool,
): TokenInspector {
  const host = issuer === 'UPDATED' ? 'issuer-cognito-idp' : 'cognito-idp'
  const region = poolId.slice(0, poolId.indexOf('_'))
  return tokenInspector({
    regions: stack.regions,
    jwksPath: `/${poolId}/.well-known/jwks.json`,
    clock: stack.clock,
    wall: stack.wall,
    digestKey: ports.digestKey,
    expectedIssuers: [`https://${host}.${region}.amazonaws.com/${poolId}`],
    expectedAudiences: [clientId],
    leewayMillis: options.leewayMillis,
    onJwks: ports.onJwks,
  })
}

function contextOf(
  stack: RunningStack,
  ports: TargetPorts,
  { poolId, clientId }: UsablePool,
  replica: string,
  inspector: TokenInspector,
): OperationContext {
  return {
    poolId,
    clientId,
    rotatingClientId: clientId,
    rotatingTokens: new Set(),
    // Messages go to mailboxes of somebody else.
    codeFor: async () => undefined,
    secrets: unguessableSecrets(ports.digestKey),
    wall: stack.wall,
    inspector,
    srpGroup: srpGroupOf(ports.plan),
    replica,
  }
}
