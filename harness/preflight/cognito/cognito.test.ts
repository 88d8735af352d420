import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { drifts } from '../../../fixtures/aws/drifts.ts'
import type { ExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { startExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { actionsOf, policyOf } from '../policy.ts'
import { reads } from '../reads.ts'
import { idsOf, lookAt } from '../testing/look.ts'
import { cognitoChecks } from './checks.ts'

/**
 * Goal: a check finds what it is for, no other check takes alarm, and nothing is written. Method:
 * the reference stack and models of the services around it, asked by the real SDK; drifts are
 * planted one by one and together; the audit logs of everybody who was asked are read.
 */
let pair: ExamplePair
let models: Models

type Models = Pick<ExamplePair['account'], 'regions' | 'healthChecks'>

beforeAll(async () => {
  pair = await startExamplePair()
})

beforeEach(() => {
  const { regions, healthChecks } = pair.account
  models = structuredClone({ regions, healthChecks })
})

/** A test that asked the Regions for nothing but reads leaves them as they were. */
afterEach(async () => {
  Object.assign(pair.account, models, { denied: new Set() })
  Reflect.deleteProperty(pair.account, 'permitted')
  pair.calls.splice(0)
  if (pair.wrote()) {
    await pair.close()
    pair = await startExamplePair()
  }
})

afterAll(() => pair.close())

/** Whatever reached a Region of the user pool, by its own audit log. */
async function auditedBy(side: 'primary' | 'secondary', after: number): Promise<readonly string[]> {
  const parameters = { afterSequence: after, countMax: 1_000 }
  const answer = await pair.regions[side].instance.command('audit', parameters)
  const { entries } = answer as unknown as {
    readonly entries: readonly { readonly kind: string; readonly operation?: string }[]
  }
  return entries.map(({ kind, operation }) => (kind === 'request' ? (operation ?? '') : kind))
}

async function lastAudited(side: 'primary' | 'secondary'): Promise<number> {
  const answer = await pair.regions[side].instance.command('audit', {})
  return (answer as { readonly lastSequence: number }).lastSequence
}

test('a pair without drift passes every check, nothing is written, and the policy is exact', async () => {
  const before = {
    primary: await lastAudited('primary'),
    secondary: await lastAudited('secondary'),
  }
  const { results, calls } = await lookAt(pair)
  expect(idsOf(results, 'pass')).toEqual(cognitoChecks.map(({ id }) => id))

  // What was called is what can be read at all, in both logs and by the reader's own count.
  const called = [...new Set(pair.calls.map(({ action }) => action))].sort()
  expect(called).toEqual(Object.keys(reads).sort())
  expect(calls.reduce((sum, one) => sum + one.calls, 0)).toBe(pair.calls.length)
  expect(pair.calls.filter(({ status }) => status !== 200)).toEqual([])
  for (const side of ['primary', 'secondary'] as const) {
    const operations = await auditedBy(side, before[side])
    expect(operations.length).toBeGreaterThan(5)
    for (const operation of operations) expect(reads).toHaveProperty([`cognito-idp:${operation}`])
  }

  // The policy allows what was called, and beside it what services check by themselves.
  const policy = policyOf({ poolId: pair.poolId, primary: 'us-east-1' })
  const beside = Object.values(reads).flatMap(({ with: also = [] }) => also)
  const allowed = new Set([...called, ...beside.map(({ action }) => action)])
  expect(actionsOf(policy)).toEqual([...allowed].sort())
  for (const action of allowed) expect(action).toMatch(/:(?:Describe|Get|List|AdminGet)/)
})

test('the policy names resources wherever AWS knows some', () => {
  const account = '111122223333'
  const scope = { poolId: 'us-east-1_AbC', primary: 'us-east-1', secondary: 'us-west-2', account }
  const { Version, Statement } = JSON.parse(JSON.stringify(policyOf(scope))) as ReturnType<
    typeof policyOf
  >
  expect(Version).toBe('2012-10-17')
  // Of these the service authorization reference of AWS knows no type of resource.
  expect(Statement.filter(({ Resource }) => Resource.includes('*'))).toMatchObject([
    {
      Action: [
        'cloudwatch:GetMetricData',
        'cognito-idp:DescribeUserPoolDomain',
        'servicequotas:ListServiceQuotas',
        'ses:GetAccount',
        'sns:GetSMSAttributes',
        'sns:GetSMSSandboxAccountStatus',
      ],
      Resource: ['*'],
    },
  ])
  for (const { Sid, Effect, Action, Resource } of Statement) {
    expect([Effect, Sid]).toEqual(['Allow', expect.stringMatching(/^[A-Za-z0-9]+$/)])
    expect(Action.filter((one) => one.includes('*'))).toEqual([])
    for (const arn of Resource.filter((one) => one !== '*')) {
      expect(arn).toMatch(/^arn:aws:[\w-]+:[\w*-]*:(?:111122223333)?:.+/)
    }
  }
  expect(Statement.find(({ Sid }) => Sid === 'ReadWebAcls')?.Resource).toEqual([
    `arn:aws:wafv2:us-east-1:${account}:regional/webacl/*/*`,
    `arn:aws:wafv2:us-west-2:${account}:regional/webacl/*/*`,
  ])
})

test('what the policy allows is enough', async () => {
  const policy = policyOf({ poolId: pair.poolId, primary: 'us-east-1' })
  pair.account.permitted = new Set(actionsOf(policy))
  const { results } = await lookAt(pair)
  expect(idsOf(results, 'pass')).toHaveLength(cognitoChecks.length)
})

describe('a drift that is planted alone is found by its check and no other', () => {
  test.each(drifts)('$id: $check', async (drift) => {
    await drift.plant(pair)
    const { results } = await lookAt(pair)
    expect(idsOf(results, 'fail')).toEqual([drift.check])
    expect(idsOf(results, 'inconclusive')).toEqual([])
  })
})

test('every drift that hides no other is found when all are planted at once', async () => {
  const planted = drifts.filter(({ alone }) => alone !== true)
  for (const drift of planted) await drift.plant(pair)
  const { results } = await lookAt(pair)
  const expected = cognitoChecks
    .map(({ id }) => id)
    .filter((id) => planted.some((one) => one.check === id))
  expect(idsOf(results, 'fail')).toEqual(expected)
  expect(expected.length).toBeGreaterThan(24)
  expect(idsOf(results, 'inconclusive')).toEqual([])
})

test('what is denied is inconclusive, by name, and takes nothing else with it', async () => {
  pair.account.denied = new Set([
    'sns:GetSMSAttributes',
    'kms:ListGrants',
    'route53:GetHealthCheck',
  ])
  const { results } = await lookAt(pair)
  expect(idsOf(results, 'inconclusive')).toEqual([
    'key-grants',
    'sms-limits',
    'health-check',
    'health-check-settings',
  ])
  expect(idsOf(results, 'fail')).toEqual([])
  const { reason, unseen } = results.find(({ id }) => id === 'sms-limits') ?? {}
  expect(reason).toMatch(/^sns:GetSMSAttributes in us-east-1 was not answered: AccessDenied/)
  expect(unseen).toHaveLength(2)
})

test('a finding counts although something else of the check is denied', async () => {
  pair.account.denied = new Set(['lambda:GetPolicy'])
  await drifts.find(({ id }) => id === 'trigger-missing')?.plant(pair)
  const { results } = await lookAt(pair)
  expect(idsOf(results, 'fail')).toEqual(['triggers'])
  expect(idsOf(results, 'inconclusive')).toEqual(['trigger-permission'])
})

test('a budget that is spent leaves the rest unseen, and not passed', async () => {
  const { results, calls } = await lookAt(pair, {}, { callsMax: 10 })
  expect(calls.reduce((sum, one) => sum + one.calls, 0)).toBe(10)
  expect(pair.calls).toHaveLength(10)
  expect(results.at(-1)).toMatchObject({
    id: 'totp-only-users',
    verdict: 'inconclusive',
    reason: 'the budget of 10 calls is spent (--calls)',
  })
})

test('load balancers and an updated issuer do not go together', async () => {
  const { results } = await lookAt(pair, { integrations: ['alb', 'api-gateway'] })
  expect(idsOf(results, 'fail')).toEqual(['issuer-integrations'])
  expect((await lookAt(pair, { integrations: [] })).results).toContainEqual(
    expect.objectContaining({ id: 'issuer-integrations', verdict: 'skipped' }),
  )
})

test('a pool without a replica fails for that, and what compares two copies is not passed', async () => {
  const UserPoolId = pair.poolId
  const RegionName = 'us-west-2'
  await pair.call('primary', 'UpdateUserPoolReplica', {
    UserPoolId,
    RegionName,
    Status: 'INACTIVE',
  })
  await pair.call('primary', 'DeleteUserPoolReplica', { UserPoolId, RegionName })
  await expect
    .poll(async () => (await lookAt(pair)).results.find(({ id }) => id === 'replica-status'))
    .toMatchObject({ verdict: 'fail', findings: [{ subject: 'replica' }] })
  const { results } = await lookAt(pair)
  expect(idsOf(results, 'fail')).toEqual(['replica-status'])
  expect(idsOf(results, 'inconclusive')).toContain('triggers')
  expect(idsOf(results, 'inconclusive')).toContain('quotas')
})

test('no secret of a client stands in what a check says', async () => {
  await drifts.find(({ id }) => id === 'client-not-replicated')?.plant(pair)
  const { results } = await lookAt(pair)
  const listed = await pair.call('primary', 'ListUserPoolClients', { UserPoolId: pair.poolId })
  const clients = listed.UserPoolClients as readonly { ClientId: string }[]
  const secrets: string[] = []
  for (const { ClientId } of clients) {
    const input = { UserPoolId: pair.poolId, ClientId }
    const { UserPoolClient } = await pair.call('primary', 'DescribeUserPoolClient', input)
    const { ClientSecret } = UserPoolClient as { readonly ClientSecret?: string }
    if (ClientSecret !== undefined) secrets.push(ClientSecret)
  }
  expect(secrets).toHaveLength(1)
  for (const secret of secrets) expect(JSON.stringify(results)).not.toContain(secret)
})

test('there is no pool of that name', async () => {
  await expect(lookAt(pair, { poolId: 'us-east-1_absent' })).rejects.toThrow(
    'there is no user pool us-east-1_absent in us-east-1',
  )
})

describe('a health check', () => {
  const host = { FullyQualifiedDomainName: 'canary.example.com' }
  const service = { FullyQualifiedDomainName: 'cognito-idp.us-east-1.amazonaws.com' }
  const alarm = { Name: 'canary', Region: 'us-west-2' }

  test.each([
    ['fail', { Type: 'TCP', Port: 443 }],
    ['fail', { Type: 'HTTPS', ...host }],
    ['fail', { Type: 'HTTPS', ...service, ResourcePath: '/x/.well-known/jwks.json' }],
    ['fail', { Type: 'HTTPS', ...service, ResourcePath: '/health' }],
    ['inconclusive', { Type: 'HTTPS', ...host, ResourcePath: '/deep' }],
    ['pass', { Type: 'HTTPS', ...host, ResourcePath: '/canary/sign-in' }],
    ['pass', { Type: 'HTTPS_STR_MATCH', ...host, SearchString: 'signed in' }],
    [
      'pass',
      { Type: 'RECOVERY_CONTROL', RoutingControlArn: 'arn:aws:route53-recovery-control::1:x' },
    ],
    ['inconclusive', { Type: 'CLOUDWATCH_METRIC', AlarmIdentifier: alarm }],
    ['fail', { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['port'] }],
    ['pass', { Type: 'CALCULATED', HealthThreshold: 2, ChildHealthChecks: ['port', 'canary'] }],
    ['inconclusive', { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['absent'] }],
    ['inconclusive', { Type: 'CALCULATED', ChildHealthChecks: ['f0a1b2c3-example'] }],
  ])('comes to %s: %j', async (verdict, config) => {
    pair.account.healthChecks = {
      'f0a1b2c3-example': config,
      port: { Type: 'TCP', Port: 443 },
      canary: { Type: 'HTTPS_STR_MATCH', ...host, SearchString: 'signed in' },
    }
    const { results } = await lookAt(pair, {}, { only: 'health-check' })
    expect(results).toMatchObject([{ id: 'health-check', verdict }])
  })
})

test('a certificate that is not issued, or that is gone, is no good', async () => {
  const region = pair.account.regions['us-east-1']
  for (const [arn, held] of Object.entries(region?.certificates ?? {})) {
    for (const certificates of [{ [arn]: { ...held, Status: 'EXPIRED' } }, {}]) {
      Object.assign(region ?? {}, { certificates })
      const { results } = await lookAt(pair, {}, { only: 'certificate' })
      expect(results).toMatchObject([{ verdict: 'fail' }])
    }
  }
})
