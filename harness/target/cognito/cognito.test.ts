import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RequestEntry } from '../../../fixtures/reference/audit/audit-entry.ts'
import type { Operation, OperationFunction, RegisterName } from '../../history/operation.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Json } from '../../kernel/json.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { Ledger, LedgerEntry } from '../../ledger/ledger.ts'
import { undoServices } from '../../ledger/service.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { Outcome, RunningRegion, TargetPorts, TargetSession } from '../contract.ts'
import { callApi } from '../reference/api.ts'
import { poolSettings } from '../reference/pool-settings.ts'
import { type RunningPair, runningPair } from '../reference/running-pair.test.support.ts'
import { referenceTarget } from '../reference/target.ts'
import { cognitoSection } from './section.ts'
import { prepareCognito } from './session.ts'

/**
 * Goal: through the real SDK, users are made in somebody's pool or in one of the run's own, act in
 * both Regions, and are gone afterwards. Method: a reference pair on real sockets as the service,
 * its audit log as the witness.
 */
const plan = resolvePlan(
  { scenarios: ['any'], cryptography: { passwordHashCost: 2 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)
const replicaName = 'us-west-2'
const variables = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }
const clock = systemClock()

let pair: RunningPair
let primary: RunningRegion
let poolId = ''
let clientId = ''
let operations = 0
let session: TargetSession | undefined

async function call(operation: string, input: { readonly [field: string]: Json }) {
  const answer = await callApi(primary.direct, { operation, input }, clock.timeout(seconds(5)))
  if (!answer.ok) throw new Error(`${operation}: ${answer.code} ${answer.message}`)
  return answer.output
}

async function statusOfReplica(): Promise<unknown> {
  const { UserPoolReplicas: all } = await call('ListUserPoolReplicas', { UserPoolId: poolId })
  return (all as Record<string, unknown>[]).find(({ Role }) => Role === 'SECONDARY')?.Status
}

async function untilReplicaIs(status: string): Promise<void> {
  const end = clock.monotonic() + seconds(5)
  while ((await statusOfReplica()) !== status && clock.monotonic() < end) {
    await clock.sleep(millis(10))
  }
}

/** A pool as somebody keeps it: with an app client, a replica and a user. */
beforeAll(async () => {
  Object.assign(process.env, variables)
  pair = await runningPair(await referenceTarget.topology(plan))
  primary = pair.regions.find(({ role }) => role === 'primary') as RunningRegion
  const created = await call('CreateUserPool', { PoolName: 'people', ...poolSettings })
  poolId = (created.UserPool as { Id: string }).Id
  const client = await call('CreateUserPoolClient', {
    UserPoolId: poolId,
    ClientName: 'app',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  })
  clientId = (client.UserPoolClient as { ClientId: string }).ClientId
  await call('AdminCreateUser', { UserPoolId: poolId, Username: 'ada', MessageAction: 'SUPPRESS' })
  const replica = { UserPoolId: poolId, RegionName: replicaName }
  await call('CreateUserPoolReplica', replica)
  await untilReplicaIs('INACTIVE')
  await call('UpdateUserPoolReplica', { ...replica, Status: 'ACTIVE' })
  await untilReplicaIs('ACTIVE')
})

afterEach(async () => {
  await session?.close?.()
  session = undefined
})

afterAll(async () => {
  for (const name of Object.keys(variables)) delete process.env[name]
  await pair?.[Symbol.asyncDispose]()
})

/** A ledger in memory: what stands in it, in order. */
function ledgerInMemory(): Ledger & { readonly entries: LedgerEntry[] } {
  const entries: LedgerEntry[] = []
  return {
    runId: 'run',
    environment: {},
    entries,
    intend: async (kind, owner, detail) => {
      const id = `e${entries.length + 1}`
      entries.push({ id, kind, owner, detail })
      return id
    },
    confirm: async () => {},
    release: async (id) => {
      entries.splice(
        entries.findIndex((entry) => entry.id === id),
        1,
      )
    },
  }
}

async function prepare(
  given: Readonly<Record<string, Json>>,
  ports: Partial<TargetPorts> = {},
): Promise<TargetSession> {
  const endpoints = Object.fromEntries(
    pair.regions.map(({ name, endpoint = '' }) => [name, endpoint]),
  )
  const section = cognitoSection.parse(given)
  session = await prepareCognito(
    pair as never,
    { plan, random: keyedRandom(1), digestKey: Buffer.from('key'), onJwks: () => {}, ...ports },
    { section, endpoints, leewayMillis: 0, lateEffectMillis: 20 },
  )
  return session
}

async function perform(
  role: 'primary' | 'replica',
  name: OperationFunction,
  user: string,
  given: Readonly<Record<string, string>> = {},
  reads: readonly RegisterName[] = [],
): Promise<Outcome & { readonly id: string }> {
  const region = pair.regions.find((one) => one.role === role) as RunningRegion
  operations += 1
  const id = `op${operations}`
  const operation: Operation = {
    ...{ id, function: name, user, to: region.name, purpose: 'workload' },
    ...{ arguments: given, reads },
  }
  const outcome = await (session as TargetSession)
    .connect(region)
    .perform({ ...operation, resolved: given }, clock.timeout(seconds(5)))
  return { id, ...outcome }
}

/** A user who can sign in, in both Regions. */
async function person(user: string): Promise<string> {
  const { id, type } = await perform('primary', 'admin-create-user', user)
  expect(type).toBe('ok')
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await perform('replica', 'sign-in', user, { password: id })).type === 'ok') break
    await clock.sleep(millis(10))
  }
  return id
}

async function namesOfUsers(): Promise<readonly string[]> {
  const { Users } = await call('ListUsers', { UserPoolId: poolId })
  return (Users as { Username: string }[]).map(({ Username }) => Username)
}

async function requests(): Promise<readonly RequestEntry[]> {
  const answer = await primary.control.command('audit', null)
  const { entries } = answer as unknown as { entries: readonly RequestEntry[] }
  return entries.filter(({ kind }) => kind === 'request')
}

const consent = (words: string): Promise<unknown> =>
  call('TagResource', {
    ResourceArn: `arn:aws:cognito-idp:us-east-1:111122223333:userpool/${poolId}`,
    Tags: { 'interregnum:consent': words },
  })

test('a pool whose owner did not consent is refused, and nothing is touched', async () => {
  const ledger = ledgerInMemory()
  const before = await namesOfUsers()
  const given = { existing: { poolId, clientId } }
  await expect(prepare(given, { ledger })).rejects.toThrow(
    /the tag interregnum:consent has to say "run"; it has no such tag/,
  )
  await consent('observe')
  await expect(prepare(given, { ledger })).rejects.toThrow(/it says "observe"/)
  expect(await namesOfUsers()).toEqual(before)
  expect(ledger.entries).toEqual([])
})

test('users of a pool that exists sign in in both Regions, and are gone after it', async () => {
  await consent('run')
  const ledger = ledgerInMemory()
  await prepare({ existing: { poolId, clientId }, prefix: 'drill' }, { ledger })
  expect(ledger.entries).toMatchObject([
    {
      kind: 'service',
      detail: { target: 'cognito', what: expect.stringMatching(/^users "drill-/) },
    },
  ])
  const password = await person('u1')
  const signedIn = await perform('primary', 'sign-in', 'u1', { password })
  expect(signedIn.tokens).toMatchObject([{ use: 'id' }, { use: 'access' }, { use: 'refresh' }])
  expect(signedIn.tokens?.[1]?.verifications.map(({ accepted }) => accepted)).toEqual([true, true])
  const { accessToken = '' } = signedIn.results ?? {}
  expect(await perform('replica', 'use-token', 'u1', { accessToken })).toMatchObject({ type: 'ok' })
  expect(await perform('replica', 'disable-user', 'u1')).toMatchObject({
    type: 'fail',
    error: { code: 'OperationNotEnabledException', meaning: 'gated', status: 400 },
  })
  expect(await perform('replica', 'guess-password', 'u1')).toMatchObject({
    error: { code: 'wrong-password', meaning: 'wrong-credentials' },
  })
  expect(await perform('primary', 'add-to-group', 'u1', { group: 'staff' })).toMatchObject({
    type: 'ok',
  })
  const groups = await perform('primary', 'read-groups', 'u1', { staff: 'op7' }, ['u1/group:staff'])
  expect(groups.observed).toEqual([{ register: 'u1/group:staff', value: 'op7' }])
  expect((await namesOfUsers()).filter((name) => name.startsWith('drill-'))).toHaveLength(1)

  expect(await session?.close?.()).toEqual([])
  expect(await namesOfUsers()).toEqual(['ada'])
  expect((await call('ListGroups', { UserPoolId: poolId })).Groups).toEqual([])
  expect(ledger.entries).toEqual([])
  const touched = (await requests()).filter(({ by }) => by.user?.startsWith('drill-') === false)
  expect(touched.map(({ operation, by }) => [operation, by.user])).toEqual([
    ['AdminCreateUser', 'ada'],
  ])
})

test('its groups go from a pool that has more groups than one page lists', async () => {
  const before = Array.from({ length: 61 }, (_, index) => `crew-${index}`)
  for (const GroupName of before) await call('CreateGroup', { UserPoolId: poolId, GroupName })
  const ledger = ledgerInMemory()
  await prepare({ existing: { poolId, clientId }, prefix: 'drill' }, { ledger })
  const isThere = async (name: string): Promise<boolean> => {
    const input = { UserPoolId: poolId, GroupName: name }
    const timeout = clock.timeout(seconds(5))
    return (await callApi(primary.direct, { operation: 'GetGroup', input }, timeout)).ok
  }
  const prefix = String(ledger.entries[0]?.detail.prefix)
  const own = ['staff', 'auditors'].map((name) => `${prefix}${name}`)
  expect(await Promise.all(own.map(isThere))).toEqual([true, true])
  expect(await session?.close?.()).toEqual([])
  expect(await Promise.all(own.map(isThere))).toEqual([false, false])
  expect(await Promise.all(before.map(isThere))).not.toContain(false)
  for (const GroupName of before) await call('DeleteGroup', { UserPoolId: poolId, GroupName })
})

test('a run that died leaves users, and what stands in its ledger removes them', async () => {
  await consent('observe')
  const ledger = ledgerInMemory()
  await prepare({ existing: { poolId, clientId } }, { ledger, observing: true })
  await perform('primary', 'admin-create-user', 'u1')
  await perform('primary', 'admin-create-user', 'u2')
  expect(await namesOfUsers()).toHaveLength(3)
  const consents = () => session?.consents?.(clock.timeout(seconds(5)))
  expect(await consents()).toBe(true)
  await consent('')
  expect(await consents()).toBe(false)
  const { removed, remaining } = await undoServices(ledger.entries, clock)
  expect({ removed: removed.length, remaining }).toEqual({ removed: 1, remaining: [] })
  expect(await namesOfUsers()).toEqual(['ada'])
})

test('a pool of its own carries tags, serves in both Regions, and is gone after it', async () => {
  const ledger = ledgerInMemory()
  const kmsKeyArn = (poolSettings.KeyConfiguration as { KmsKeyArn: string }).KmsKeyArn
  await prepare({ created: { kmsKeyArn } }, { ledger })
  const { UserPools: pools } = await call('ListUserPools', { MaxResults: 10 })
  const [own] = (pools as { Id: string; Name: string }[]).filter(({ Id }) => Id !== poolId)
  expect(own?.Name).toMatch(/^interregnum-[0-9a-f]{12}$/)
  expect(ledger.entries).toMatchObject([{ detail: { poolName: own?.Name } }])
  const { UserPool } = await call('DescribeUserPool', { UserPoolId: own?.Id ?? '' })
  expect(UserPool).toMatchObject({ UserPoolTags: { 'interregnum:run': `${own?.Name}-` } })
  const password = await person('u1')
  expect(await perform('replica', 'sign-in', 'u1', { password })).toMatchObject({ type: 'ok' })
  expect(await session?.close?.()).toEqual([])
  const { UserPools: left } = await call('ListUserPools', { MaxResults: 10 })
  expect((left as { Id: string }[]).map(({ Id }) => Id)).toEqual([poolId])
  expect(ledger.entries).toEqual([])
})

test('what Cognito cannot give back is said before anything is made', async () => {
  await consent('run')
  await call('UpdateUserPoolReplica', {
    ...{ UserPoolId: poolId, RegionName: replicaName },
    Status: 'INACTIVE',
  })
  const ledger = ledgerInMemory()
  await expect(prepare({ existing: { poolId, clientId } }, { ledger })).rejects.toThrow(
    `pool ${poolId} has to have an ACTIVE replica in us-west-2; it has one that is INACTIVE`,
  )
  expect(ledger.entries).toEqual([])
})
