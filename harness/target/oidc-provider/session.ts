import { WorldError } from '../../kernel/errors.ts'
import { millis } from '../../kernel/time.ts'
import type { RunningRegion, RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import type { OidcClient, OidcOptions } from '../oidc/options.ts'
import { ScimUsers } from '../oidc/scim.ts'
import { oidcSession } from '../oidc/session.ts'
import { regionOfRole } from '../region-of-role.ts'
import { replicaFollows } from '../replica-follows.ts'

const pollPause = millis(20)
const requestDurationMax = millis(5_000)

/** What a supervisor tells over the control channel. */
interface Credentials {
  readonly clientId: string
  readonly rotatingClientId: string
  readonly machineClientId: string
  readonly clientSecret: string
  readonly scimToken: string
  readonly issuer: string
  readonly redirectUri: string
}

/**
 * Groups in an empty directory, and a session by the standards; it waits until the replica has what
 * the primary has.
 *
 * @throws WorldError if a group is refused or the replica does not follow in time.
 */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
): Promise<TargetSession> {
  const primary = regionOfRole(stack, 'primary')
  const told = (await primary.control.command('credentials', null)) as unknown as Credentials
  const users = new ScimUsers({ path: '/scim/v2', token: told.scimToken, prefix: '' })
  const withinMillis = ports.plan.limits.regionReadyMillisMax
  await replicaFollows(stack, { withinMillis, positionMin: 0 })
  await createGroups(stack, primary, users, ports)
  await replicaFollows(stack, { withinMillis })
  return oidcSession(stack, ports, optionsOf(told, users))
}

/** A fenced primary takes no write before it has heard of its replica. */
async function createGroups(
  { clock }: RunningStack,
  primary: RunningRegion,
  users: ScimUsers,
  { plan }: TargetPorts,
): Promise<void> {
  const end = clock.monotonic() + millis(plan.limits.regionReadyMillisMax)
  for (;;) {
    try {
      return await users.prepareGroups(primary.direct, () => clock.timeout(requestDurationMax))
    } catch (error) {
      if (!(error instanceof WorldError) || clock.monotonic() >= end) throw error
      await clock.sleep(pollPause)
    }
  }
}

function optionsOf(told: Credentials, users: ScimUsers): OidcOptions {
  const { clientSecret: secret, redirectUri, issuer } = told
  const client = (id: string): OidcClient => ({ id, secret, redirectUri, scope: 'openid' })
  return {
    name: 'oidc-provider',
    issuers: [issuer],
    host: new URL(issuer).host,
    client: client(told.clientId),
    rotatingClient: client(told.rotatingClientId),
    machine: { id: told.machineClientId, secret, scope: '' },
    ...{ signIn: 'code', accessTokens: 'opaque', present: 'userinfo', leewayMillis: 0 },
    handlers: users.handlers,
  }
}
