import { WorldError } from '../../kernel/errors.ts'
import { type Micros, millis, toMillis } from '../../kernel/time.ts'
import type { RunningRegion, RunningStack, TargetPorts, TargetSession } from '../contract.ts'
import { regionOfRole } from '../region-of-role.ts'
import { relyingPartyClient } from '../relying-party-client.ts'
import { runSecrets } from '../secrets.ts'
import { tokenInspector } from '../token-inspector.ts'
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSuccess,
  callApi,
  objectField,
  textField,
} from './api.ts'
import { referenceClient } from './client.ts'
import {
  browserClient,
  createDomain,
  createMachine,
  type MustCall,
  usesBrowsers,
  usesMachines,
} from './hosted-set-up.ts'
import { latestResetCode } from './mailbox.ts'
import type { OperationContext } from './operation-handler.ts'
import { poolSettings } from './pool-settings.ts'
import { routedClient } from './routed-client.ts'
import { srpGroupOf } from './srp-group.ts'

/** How long one request of the set-up may take. */
const requestDurationMax: Micros = millis(5_000)

/** Pause between two looks at something that is under way. */
const pollPause: Micros = millis(10)

/** The groups that operations may name. */
const groupNames = ['staff', 'auditors'] as const

const signInFlows = [
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
] as const

const plainClient: ApiRequest['input'] = {
  ClientName: 'interregnum',
  ExplicitAuthFlows: [...signInFlows, 'ALLOW_REFRESH_TOKEN_AUTH'],
}

/** Its refresh tokens are replaced at each use; a former one is good for this long, if at all. */
const rotatingClient: ApiRequest['input'] = {
  ClientName: 'interregnum-rotating',
  ExplicitAuthFlows: [...signInFlows],
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
}

export interface SessionOptions {
  /** How long after `exp` a verifier still accepts a token. */
  readonly leewayMillis: number
}

/**
 * Sets a running stack up: pool, app clients, groups and an active replica, over connections that
 * no fault disturbs.
 *
 * @throws WorldError if a step is refused or does not come about within the plan's
 *   `regionReadyMillisMax`; the message names the last answer.
 */
export async function prepareSession(
  stack: RunningStack,
  ports: TargetPorts,
  options: SessionOptions,
): Promise<TargetSession> {
  const primary = regionOfRole(stack, 'primary')
  const replica = regionOfRole(stack, 'replica')
  const setUp = new SetUp(stack, millis(ports.plan.limits.regionReadyMillisMax))
  const poolId = await createPool(setUp, primary)
  const { functions = [] } = ports
  const must: MustCall = (request) => setUp.call(primary, request)
  const browsers = usesBrowsers(functions)
  const plain = browsers ? { ...plainClient, ...browserClient } : plainClient
  const clientId = await createClient(setUp, primary, poolId, plain)
  const rotatingClientId = await createClient(setUp, primary, poolId, rotatingClient)
  await createGroups(setUp, primary, poolId)
  const machine = usesMachines(functions) ? await createMachine(must, poolId) : undefined
  const audiences = [clientId, rotatingClientId, ...(machine ? [machine.clientId] : [])] as const
  if (browsers || machine !== undefined) await createDomain(must, poolId, replica.name)
  await activateReplica(setUp, poolId, primary, replica)

  const inspector = tokenInspector({
    regions: stack.regions,
    jwksPath: `/${poolId}/.well-known/jwks.json`,
    clock: stack.clock,
    wall: stack.wall,
    digestKey: ports.digestKey,
    expectedIssuers: issuersOf(ports.plan, poolId, primary.name, replica.name),
    expectedAudiences: audiences,
    leewayMillis: options.leewayMillis,
    onJwks: ports.onJwks,
  })
  await inspector.refresh()
  const secrets = runSecrets(ports.random)
  const context: OperationContext = {
    poolId,
    clientId,
    rotatingClientId,
    rotatingTokens: new Set(),
    codeFor: (user) => latestResetCode(stack.regions, user),
    secrets,
    wall: stack.wall,
    inspector,
    srpGroup: srpGroupOf(ports.plan),
    replica: replica.name,
    ...(machine === undefined ? {} : { machine }),
  }
  await trustTokens(stack, poolId, primary.name, audiences)
  await endpointsLeadTo(setUp, stack, primary)
  return {
    connect: (region) => referenceClient(region.http, context),
    connectNode: ({ kind, http }) =>
      kind === 'router' ? routedClient(http, context) : relyingPartyClient(http),
  }
}

/** A router that came up before the primary may have led elsewhere first. */
async function endpointsLeadTo(
  setUp: SetUp,
  stack: RunningStack,
  primary: RunningRegion,
): Promise<void> {
  for (const { kind, name, control } of stack.nodes ?? []) {
    if (kind !== 'router') continue
    await setUp.untilTrue(`${name} leads to ${primary.name}`, async () => {
      const { serving } = (await control.command('status', null)) as { readonly serving?: string }
      return serving === primary.name
    })
  }
}

/** What `iss` is documented to be; a switch of the stack decides. */
function issuersOf(
  { switches }: TargetPorts['plan'],
  poolId: string,
  primary: string,
  replica: string,
): readonly [string, ...string[]] {
  const issuer = (host: string, region: string): string =>
    `https://${host}.${region}.amazonaws.com/${poolId}`
  if (switches.issuerMode === 'UPDATED') return [issuer('issuer-cognito-idp', primary)]
  const original = issuer('cognito-idp', primary)
  if (switches.issuerMode !== 'ORIGINAL_REGIONAL') return [original]
  return [original, issuer('cognito-idp', replica)]
}

/** Tells every relying party which tokens to trust: ORIGINAL issuer first, then the UPDATED one. */
async function trustTokens(
  stack: RunningStack,
  poolId: string,
  primary: string,
  audiences: readonly string[],
): Promise<void> {
  const issuers = ['cognito-idp', 'issuer-cognito-idp'].map(
    (host) => `https://${host}.${primary}.amazonaws.com/${poolId}`,
  )
  for (const node of stack.nodes ?? []) {
    if (node.kind !== 'relying-party') continue
    await node.control.command('configure', { poolId, issuers, audiences })
  }
}

async function createPool(setUp: SetUp, primary: RunningRegion): Promise<string> {
  const request: ApiRequest = {
    operation: 'CreateUserPool',
    input: { PoolName: 'interregnum', ...poolSettings },
  }
  const { output } = await setUp.call(primary, request)
  const poolId = textField(objectField(output, 'UserPool'), 'Id')
  if (poolId === undefined) throw unexpected(primary, request, 'an answer without UserPool.Id')
  await setUp.call(primary, {
    operation: 'SetUserPoolMfaConfig',
    input: {
      UserPoolId: poolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    },
  })
  return poolId
}

async function createClient(
  setUp: SetUp,
  primary: RunningRegion,
  poolId: string,
  settings: ApiRequest['input'],
): Promise<string> {
  const request: ApiRequest = {
    operation: 'CreateUserPoolClient',
    input: {
      UserPoolId: poolId,
      GenerateSecret: false,
      EnableTokenRevocation: true,
      // Otherwise a sign-in of a user that does not exist reads as a wrong password.
      PreventUserExistenceErrors: 'LEGACY',
      ...settings,
    },
  }
  const { output } = await setUp.call(primary, request)
  const clientId = textField(objectField(output, 'UserPoolClient'), 'ClientId')
  if (clientId === undefined) {
    throw unexpected(primary, request, 'an answer without UserPoolClient.ClientId')
  }
  return clientId
}

async function createGroups(setUp: SetUp, primary: RunningRegion, poolId: string): Promise<void> {
  for (const name of groupNames) {
    await setUp.call(primary, {
      operation: 'CreateGroup',
      input: { UserPoolId: poolId, GroupName: name },
    })
  }
}

/** A replica never starts active: it is created, copies the pool, and is then switched on. */
async function activateReplica(
  setUp: SetUp,
  poolId: string,
  primary: RunningRegion,
  replica: RunningRegion,
): Promise<void> {
  const named = { UserPoolId: poolId, RegionName: replica.name }
  const list: ApiRequest = { operation: 'ListUserPoolReplicas', input: { UserPoolId: poolId } }
  const hasStatus = (wanted: string) => (answer: ApiSuccess) =>
    statusOf(answer, replica.name) === wanted
  await setUp.call(primary, { operation: 'CreateUserPoolReplica', input: named })
  await setUp.until(primary, list, 'the replica is INACTIVE', hasStatus('INACTIVE'))
  await setUp.call(primary, {
    operation: 'UpdateUserPoolReplica',
    input: { ...named, Status: 'ACTIVE' },
  })
  await setUp.until(primary, list, 'the replica is ACTIVE', hasStatus('ACTIVE'))
  await setUp.until(replica, list, 'the replica says that it is ACTIVE', hasStatus('ACTIVE'))
}

function statusOf(answer: ApiSuccess, region: string): string | undefined {
  const { UserPoolReplicas: replicas } = answer.output
  if (!Array.isArray(replicas)) return undefined
  const found = (replicas as readonly Record<string, unknown>[]).find(
    (entry) => textField(entry, 'RegionName') === region,
  )
  return textField(found, 'Status')
}

/** Requests of the set-up, all within one bound of time. */
class SetUp {
  private readonly stack: RunningStack
  private readonly durationMax: Micros
  private readonly end: Micros

  constructor(stack: RunningStack, durationMax: Micros) {
    this.stack = stack
    this.durationMax = durationMax
    this.end = stack.clock.monotonic() + durationMax
  }

  /** One request that has to succeed. */
  async call(region: RunningRegion, request: ApiRequest): Promise<ApiSuccess> {
    const answer = await this.attempt(region, request)
    if (!answer.ok) throw unexpected(region, request, describe(answer))
    return answer
  }

  /** Repeats a request that reads until its answer satisfies `holds`. */
  async until(
    region: RunningRegion,
    request: ApiRequest,
    what: string,
    holds: (answer: ApiSuccess) => boolean,
  ): Promise<void> {
    for (;;) {
      const answer = await this.attempt(region, request)
      if (answer.ok && holds(answer)) return
      if (this.stack.clock.monotonic() >= this.end) {
        throw new WorldError(
          `set-up took longer than ${toMillis(this.durationMax)} ms before ${what}; ` +
            `the last answer of ${region.name} to ${request.operation} was ${describe(answer)}`,
          { hint: 'Raise limits.regionReadyMillisMax, or look at the output of the Region.' },
        )
      }
      await this.stack.clock.sleep(pollPause)
    }
  }

  /** Looks again and again until it holds. */
  async untilTrue(what: string, holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      if (this.stack.clock.monotonic() >= this.end) {
        throw new WorldError(
          `set-up took longer than ${toMillis(this.durationMax)} ms before ${what}`,
        )
      }
      await this.stack.clock.sleep(pollPause)
    }
  }

  private attempt(region: RunningRegion, request: ApiRequest): Promise<ApiAnswer> {
    return callApi(region.direct, request, this.stack.clock.timeout(requestDurationMax))
  }
}

function unexpected(region: RunningRegion, request: ApiRequest, answer: string): WorldError {
  return new WorldError(`set-up: ${region.name} answered ${request.operation} with ${answer}`)
}

function describe(answer: ApiAnswer): string {
  if (answer.ok) return JSON.stringify(answer.output)
  const status = answer.status === undefined ? '' : `${answer.status} `
  const message = answer.message === undefined ? '' : ` (${answer.message})`
  return `${status}${answer.code}${message}`
}
