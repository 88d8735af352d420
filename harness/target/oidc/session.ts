import { givenPassword, type OperationFunction, type RegionName } from '../../history/operation.ts'
import { HttpError } from '../../http/http.ts'
import { WorldError } from '../../kernel/errors.ts'
import { invariant } from '../../kernel/invariant.ts'
import { seconds } from '../../kernel/time.ts'
import type {
  IdentityClient,
  Outcome,
  ResolvedOperation,
  RunningRegion,
  RunningStack,
  TargetPorts,
  TargetSession,
} from '../contract.ts'
import { keyedDigest } from '../jwks-snapshots.ts'
import { transportCode } from '../outcome-registry.ts'
import { runSecrets, type Secrets } from '../secrets.ts'
import { type TokenInspector, tokenInspector } from '../token-inspector.ts'
import { type Discovered, discover } from './discovery.ts'
import { standardHandlers } from './handlers.ts'
import type { OidcAccess, OidcAccount, OidcClient, OidcOptions } from './options.ts'
import { refused } from './outcomes.ts'
import { withHost } from './with-host.ts'

/** Refresh tokens whose client is known; the oldest goes first. */
const refreshTokensMax = 100_000

/** What a session uses of a stack. */
export type OidcStack = Pick<RunningStack, 'regions' | 'clock' | 'wall'>

/**
 * A session with an OpenID provider whose Regions run: their discovery documents are read and their
 * keys fetched, over connections that no fault disturbs. Users are administered by the handlers of
 * the options.
 *
 * @throws WorldError if a Region has no discovery document or no keys within the plan's
 *   `regionReadyMillisMax`, or its document names another issuer.
 */
export async function oidcSession(
  stack: OidcStack,
  ports: TargetPorts,
  options: OidcOptions,
): Promise<TargetSession> {
  const { regionReadyMillisMax } = ports.plan.limits
  const found = new Map<RegionName, Discovered>()
  for (const region of stack.regions) {
    found.set(region.name, await discover(region, options, stack.clock, regionReadyMillisMax))
  }
  const inspector = await inspectorOf(stack, ports, options, found)
  const secrets = options.secrets ?? runSecrets(ports.random)
  const observe: OidcAccess['observe'] = async (token, use, lifetimeSeconds) => {
    if (use !== 'access' || options.accessTokens === 'jwt') return inspector.observe(token, use)
    const seenAt = stack.wall.now()
    const ends =
      lifetimeSeconds === undefined ? {} : { expiresAt: seenAt + seconds(lifetimeSeconds) }
    return { digest: keyedDigest(ports.digestKey, token), seenAt, ...ends, use, verifications: [] }
  }
  const clients = new TokenClients(options.client)
  const credentials = credentialsOf(options, secrets)
  const clientAt = (
    reached: Pick<RunningRegion, 'name' | 'http' | 'endpoint'>,
    shown: RegionName,
  ): IdentityClient => {
    const discovered = found.get(shown)
    invariant(discovered !== undefined, `Region ${shown} is none of the stack`)
    return oidcClient({
      region: reached.name,
      http: withHost(reached.http, options.host),
      endpoints: discovered.endpoints,
      origins: originsOf(discovered, reached),
      wall: stack.wall,
      clientOf: (token) => clients.of(token),
      remember: (token, client) => clients.remember(token, client),
      ...{ options, secrets, observe, credentials },
    })
  }
  const primary = stack.regions.find(({ role }) => role === 'primary')
  return {
    connect: (region) => clientAt(region, region.name),
    // What leads to either Region shows the paths of both.
    connectNode: (node) => clientAt(node, primary?.name ?? node.name),
  }
}

/** What a session offers of itself and by the handlers of its options. */
export function oidcFunctions(
  options: Pick<OidcOptions, 'rotatingClient' | 'machine' | 'handlers'>,
  standards: {
    /** Refresh tokens can be redeemed again and again; otherwise each is good once. */
    readonly refresh: 'reusable' | 'rotating' | 'none'
    readonly revocation: boolean
  },
): readonly OperationFunction[] {
  const rotates = standards.refresh === 'rotating' || options.rotatingClient !== undefined
  const offered = new Set<OperationFunction>(['sign-in', 'guess-password', 'use-token'])
  if (standards.refresh === 'reusable') offered.add('refresh')
  if (rotates && standards.refresh !== 'none') offered.add('rotate')
  if (standards.revocation && standards.refresh !== 'none') offered.add('revoke')
  if (options.machine !== undefined) offered.add('machine-sign-in')
  for (const name of Object.keys(options.handlers ?? {})) offered.add(name as OperationFunction)
  return [...offered].sort()
}

/** Talks to one Region. */
export function oidcClient(access: OidcAccess): IdentityClient {
  const handlers = { ...standardHandlers, ...access.options.handlers }
  return {
    perform: async (operation, signal) => {
      const handler = handlers[operation.function]
      invariant(handler !== undefined, `${operation.function} is not among the capabilities`)
      return answered(() => handler(operation, access, signal), operation, access)
    },
  }
}

/** What is known of a token that was presented stands in the history, whatever came back. */
async function answered(
  perform: () => Promise<Outcome>,
  operation: ResolvedOperation,
  access: OidcAccess,
): Promise<Outcome> {
  try {
    return await perform()
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    const outcome = refused(transportCode(error))
    const token = operation.resolved.accessToken
    if (operation.function !== 'use-token' || token === undefined) return outcome
    return { ...outcome, tokens: [await access.observe(token, 'access')] }
  }
}

async function inspectorOf(
  { regions, clock, wall }: OidcStack,
  { digestKey, onJwks }: TargetPorts,
  options: OidcOptions,
  found: ReadonlyMap<RegionName, Discovered>,
): Promise<TokenInspector> {
  const { client, rotatingClient, machine, audiences = [] } = options
  const further = [rotatingClient, machine].flatMap((one) => (one === undefined ? [] : [one.id]))
  const inspector = tokenInspector({
    ...{ clock, wall, digestKey, onJwks, dialect: 'openid' },
    regions: regions.map(({ name, direct }) => ({ name, direct: withHost(direct, options.host) })),
    jwksPath: new Map([...found].map(([name, { endpoints }]) => [name, endpoints.jwks])),
    expectedIssuers: options.issuers,
    expectedAudiences: [client.id, ...further, ...audiences],
    leewayMillis: options.leewayMillis,
  })
  const failed = await inspector.refresh()
  if (failed.length === 0) return inspector
  throw new WorldError(`${options.name}: ${failed.join(' and ')} answered without a set of keys`, {
    hint: 'open the jwks_uri of the discovery document, and see where it leads',
  })
}

/** The name of an account, and the password that an operation wrote or that it came with. */
function credentialsOf(
  { name, accounts, usernameOf = (user) => user }: OidcOptions,
  secrets: Secrets,
): OidcAccess['credentials'] {
  const taken = new Map<string, OidcAccount>()
  return (user, label) => {
    if (accounts === undefined) {
      return { username: usernameOf(user), password: secrets.passwordFor(label) }
    }
    const known = taken.get(user) ?? accounts[taken.size % accounts.length]
    invariant(known !== undefined, `${name} has no account`)
    taken.set(user, known)
    if (label === givenPassword) return known
    return { username: known.username, password: secrets.passwordFor(label) }
  }
}

/** A refresh token is good for the client that it was given to, and for no other. */
class TokenClients {
  readonly #clients = new Map<string, OidcClient>()
  readonly #usual: OidcClient

  constructor(usual: OidcClient) {
    this.#usual = usual
  }

  of(token: string): OidcClient {
    return this.#clients.get(token) ?? this.#usual
  }

  remember(token: string, client: OidcClient): void {
    if (client === this.#usual) return
    this.#clients.set(token, client)
    const oldest =
      this.#clients.size > refreshTokensMax ? this.#clients.keys().next().value : undefined
    if (oldest !== undefined) this.#clients.delete(oldest)
  }
}

function originsOf(
  { origins }: Discovered,
  { endpoint }: Pick<RunningRegion, 'endpoint'>,
): ReadonlySet<string> {
  return endpoint === undefined ? origins : new Set([...origins, new URL(endpoint).origin])
}
