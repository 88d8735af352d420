import { UsageError, WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { objectField, textField } from '../reference/api.ts'
import type { Caller } from './caller.ts'
import type { CognitoApi } from './cognito-api.ts'
import { type Consent, consentsTo, consentTag, requireConsent, runTag } from './consent.ts'
import type { CognitoSection } from './section.ts'

/** A pool that users can be made in. */
export interface UsablePool {
  readonly poolId: string
  readonly clientId: string
  readonly issuer: 'ORIGINAL' | 'UPDATED'
}

/** The sign-in flow that every operation of the harness begins with. */
const neededFlow = 'ALLOW_USER_PASSWORD_AUTH'

/**
 * Looks at a pool that exists; changes nothing.
 *
 * @throws UsageError if its owner did not consent, or if it or its app client cannot be used.
 */
export async function existingPool(
  { poolId, clientId }: NonNullable<CognitoSection['existing']>,
  wanted: Consent,
  caller: Caller,
): Promise<UsablePool> {
  const described = await caller.must('DescribeUserPool', { UserPoolId: poolId })
  const pool = objectField(described, 'UserPool') ?? {}
  requireConsent(poolId, objectField(pool, 'UserPoolTags') ?? {}, wanted)
  const { UsernameAttributes: attributes } = pool
  if (Array.isArray(attributes) && attributes.length > 0) {
    throw new UsageError(
      `pool ${poolId} signs users in by ${attributes.join(', ')}: names of users cannot carry the ` +
        'prefix of the run, so that nothing could prove that they are its own',
    )
  }
  const input = { UserPoolId: poolId, ClientId: clientId }
  const answer = await caller.must('DescribeUserPoolClient', input)
  const client = objectField(answer, 'UserPoolClient') ?? {}
  if (textField(client, 'ClientSecret') !== undefined) {
    throw new UsageError(`app client ${clientId} has a secret; expected one without`)
  }
  const { ExplicitAuthFlows: flows } = client
  if (Array.isArray(flows) && !flows.includes(neededFlow)) {
    throw new UsageError(`app client ${clientId} lacks ${neededFlow} among its ExplicitAuthFlows`)
  }
  return { poolId, clientId, issuer: issuerOf(pool) }
}

/** Whether the owner of a pool still agrees to canary users; undefined where nobody can tell. */
export async function stillConsents(
  poolId: string,
  api: CognitoApi,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const request = { operation: 'DescribeUserPool', input: { UserPoolId: poolId } }
  const answer = await api(request, signal)
  if (!answer.ok) return undefined
  const pool = objectField(answer.output, 'UserPool') ?? {}
  return consentsTo(objectField(pool, 'UserPoolTags') ?? {}, 'observe')
}

/** @throws UsageError unless the pool has an ACTIVE replica in that Region. */
export async function requireReplica(
  poolId: string,
  region: string,
  caller: Caller,
): Promise<void> {
  const { UserPoolReplicas: all } = await caller.must('ListUserPoolReplicas', {
    UserPoolId: poolId,
  })
  const replica = (Array.isArray(all) ? (all as Record<string, unknown>[]) : []).find(
    (one) => textField(one, 'RegionName') === region,
  )
  const status = textField(replica, 'Status')
  if (status === 'ACTIVE') return
  const found = status === undefined ? 'none' : `one that is ${status}`
  throw new UsageError(`pool ${poolId} has to have an ACTIVE replica in ${region}; it has ${found}`)
}

const clientSettings: Readonly<Record<string, Json>> = {
  ClientName: 'interregnum',
  GenerateSecret: false,
  EnableTokenRevocation: true,
  // Otherwise a sign-in of a user that does not exist reads as a wrong password.
  PreventUserExistenceErrors: 'LEGACY',
  ExplicitAuthFlows: [
    neededFlow,
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ],
}

/**
 * Makes a pool with an app client and an ACTIVE replica. Its name stands in the ledger by then.
 *
 * @param prefix - The value of the tag by which it is known as this run's.
 */
export async function createPool(
  name: string,
  prefix: string,
  { kmsKeyArn }: NonNullable<CognitoSection['created']>,
  replica: string,
  { primary, there }: { readonly primary: Caller; readonly there: Caller },
): Promise<UsablePool> {
  const tags = { [runTag]: prefix, [consentTag]: 'run' }
  const created = await primary.must('CreateUserPool', {
    PoolName: name,
    UserPoolTier: 'ESSENTIALS',
    UserPoolTags: tags,
    KeyConfiguration: { KeyType: 'CUSTOMER_MANAGED_KEY', KmsKeyArn: kmsKeyArn },
  })
  const pool = objectField(created, 'UserPool') ?? {}
  const poolId = textField(pool, 'Id')
  if (poolId === undefined) throw new WorldError('CreateUserPool answered without UserPool.Id')
  const named = { UserPoolId: poolId }
  await primary.must('SetUserPoolMfaConfig', {
    ...named,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  })
  const made = await primary.must('CreateUserPoolClient', { ...named, ...clientSettings })
  const clientId = textField(objectField(made, 'UserPoolClient'), 'ClientId')
  if (clientId === undefined) throw new WorldError('CreateUserPoolClient answered without an id')
  const at = { ...named, RegionName: replica }
  await primary.must('CreateUserPoolReplica', { ...at, UserPoolTags: tags })
  await untilReplicaIs('INACTIVE', poolId, replica, primary)
  await primary.must('UpdateUserPoolReplica', { ...at, Status: 'ACTIVE' })
  await untilReplicaIs('ACTIVE', poolId, replica, primary)
  await untilReplicaIs('ACTIVE', poolId, replica, there)
  return { poolId, clientId, issuer: issuerOf(pool) }
}

/** Groups under the prefix, for the operations that name them. */
export async function createGroups(
  poolId: string,
  prefix: string,
  names: readonly string[],
  caller: Caller,
): Promise<void> {
  for (const name of names) {
    await caller.must('CreateGroup', { UserPoolId: poolId, GroupName: `${prefix}${name}` })
  }
}

function untilReplicaIs(
  status: string,
  poolId: string,
  region: string,
  caller: Caller,
): Promise<void> {
  return caller.until(
    'ListUserPoolReplicas',
    { UserPoolId: poolId },
    `the replica in ${region} is ${status}`,
    (answer) => {
      const all = answer.ok ? answer.output.UserPoolReplicas : undefined
      if (!Array.isArray(all)) return false
      return (all as Record<string, unknown>[]).some(
        (one) => textField(one, 'RegionName') === region && textField(one, 'Status') === status,
      )
    },
  )
}

function issuerOf(pool: Readonly<Record<string, unknown>>): UsablePool['issuer'] {
  const type = textField(objectField(pool, 'IssuerConfiguration'), 'Type')
  return type === 'UPDATED' ? 'UPDATED' : 'ORIGINAL'
}
