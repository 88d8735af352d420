import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import { deepFreeze } from '../../kernel/deep-freeze.ts'
import { UsageError } from '../../kernel/errors.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Capabilities } from '../contract.ts'
import { readSecret, remoteSettings, topologyOf } from '../remote-topology.ts'
import { type Discovered, discover } from './discovery.ts'
import type { OidcClient, OidcEndpoints, OidcOptions } from './options.ts'
import { ScimUsers } from './scim.ts'
import { oidcFunctions } from './session.ts'
import { loadSignInScript } from './sign-in-module.ts'
import { type OidcSection, oidcSection } from './target-section.ts'

/** How long a Region may take to tell of itself. */
const discoveryMillisMax = 5_000

/** What a user's provider is: how a session is held with it, and what it can do. */
export interface ConfiguredProvider {
  readonly options: OidcOptions
  readonly users: ScimUsers | undefined
  readonly section: OidcSection
}

/**
 * What the section `target` of the topology says, with the secrets that it names.
 *
 * @param session - Goes into the names of users and groups that are made: no other session's are.
 * @throws UsageError naming the field that is wrong, or the variable that is not set.
 */
export async function configuredProvider(plan: Plan, session = ''): Promise<ConfiguredProvider> {
  const section = remoteSettings(plan, oidcSection)
  const [first, ...others] = issuersOf(section, Object.keys(topologyOf(plan).content.regions))
  const users = section.scim && scimUsers(section.scim, session)
  const { rotatingClient, machine, signInScript, accounts, host } = section
  const known = accounts?.map(({ username, password }, index) => ({
    username,
    password: readSecret(password, `target.accounts.${index}.password`),
  }))
  const [account, ...more] = known ?? []
  const script =
    signInScript === undefined
      ? {}
      : { signInScript: await loadSignInScript(signInScript, topologyOf(plan).file) }
  const options: OidcOptions = {
    name: 'oidc',
    issuers: [first, ...others],
    ...(typeof section.issuer === 'string' ? {} : { issuerByRegion: section.issuer }),
    client: clientOf(section.client, 'client'),
    ...(rotatingClient && { rotatingClient: clientOf(rotatingClient, 'rotatingClient') }),
    ...(machine && { machine: clientOf(machine, 'machine') }),
    ...{ signIn: section.signIn, accessTokens: section.accessTokens, present: section.present },
    ...{ audiences: section.audiences, leewayMillis: section.clockSkewMillisMax },
    ...(host === undefined ? {} : { host }),
    ...script,
    ...(users && { handlers: users.handlers, usernameOf: (user) => users.nameOf(user) }),
    ...(account && { accounts: [account, ...more] }),
  }
  return { options, users, section }
}

/**
 * What a provider can do, as its owner says and as each Region tells of itself.
 *
 * @throws WorldError if a Region has no discovery document or another issuer.
 * @throws UsageError if the section asks for an endpoint that a Region does not have.
 */
export async function capabilitiesOf(
  { options, section }: Pick<ConfiguredProvider, 'options' | 'section'>,
  plan: Plan,
  lacks: NonNullable<Capabilities['lacks']>,
): Promise<Capabilities> {
  const found = await discoveredRegions(options, plan)
  requireEndpoint(found, 'authorization', section.signIn === 'code', 'signIn: code')
  requireEndpoint(found, section.present, true, `present: ${section.present}`)
  const revocation = found.every(({ endpoints }) => endpoints.revocation !== undefined)
  const { lagMillisMax, settleMillisMax, clockSkewMillisMax, lockout, replicaWrites, pace } =
    section
  const offered = oidcFunctions(options, { refresh: section.refreshTokens, revocation })
  return deepFreeze({
    functions: offered.filter((name) => name !== 'guess-password' || lockout.scope !== 'none'),
    declared: { lagMillisMax, settleMillisMax, clockSkewMillisMax },
    ...{ replicaWrites, lockout, totpOnReplica: false, promotion: false, lacks },
    ...(pace && { pace }),
    ...(section.replicaSignIns ? {} : { replicaSignIns: false }),
  })
}

/** Looks at each Region at its own address, before anything is started. */
async function discoveredRegions(options: OidcOptions, plan: Plan): Promise<readonly Discovered[]> {
  const { content, file } = topologyOf(plan)
  const found: Discovered[] = []
  for (const [name, { url, certificateAuthority }] of Object.entries(content.regions)) {
    const { origin, host } = new URL(url)
    const ca = certificateAuthority && readFileSync(resolve(dirname(file), certificateAuthority))
    await using direct = undiciHttpClient(origin, ca ? { secure: { ca } } : {})
    const region = { name, direct }
    found.push(await discover(region, { host, ...options }, systemClock(), discoveryMillisMax))
  }
  return found
}

function requireEndpoint(
  found: readonly Discovered[],
  endpoint: keyof OidcEndpoints,
  isNeeded: boolean,
  why: string,
): void {
  if (!isNeeded || found.every(({ endpoints }) => endpoints[endpoint] !== undefined)) return
  throw new UsageError(`"target.${why}" needs an ${endpoint} endpoint, and discovery names none`, {
    hint: 'choose another way, or name the endpoint where the provider publishes its metadata',
  })
}

function issuersOf({ issuer }: OidcSection, regions: readonly string[]): [string, ...string[]] {
  if (typeof issuer === 'string') return [issuer]
  const unknown = Object.keys(issuer).find((name) => !regions.includes(name))
  if (unknown !== undefined) {
    throw new UsageError(`"target.issuer.${unknown}" names no Region`, {
      hint: `there are ${regions.join(' and ')}`,
    })
  }
  const missing = regions.find((name) => issuer[name] === undefined)
  const [first, ...others] = regions.flatMap((name) => issuer[name] ?? [])
  if (first !== undefined && missing === undefined) return [first, ...others]
  throw new UsageError(`"target.issuer" says nothing of the Region ${missing}`)
}

function clientOf(
  { secret, ...told }: NonNullable<OidcSection['machine']>,
  field: string,
): OidcClient {
  if (secret === undefined) return told
  return { ...told, secret: readSecret(secret, `target.${field}.secret`) }
}

function scimUsers(
  { token, prefix, ...told }: NonNullable<OidcSection['scim']>,
  session: string,
): ScimUsers {
  return new ScimUsers({
    ...told,
    ...{ prefix: prefix + session, groupPrefix: prefix },
    token: readSecret(token, 'target.scim.token'),
  })
}
