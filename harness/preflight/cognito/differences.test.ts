import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Fields, RegionState } from '../../../fixtures/aws/account.ts'
import { exampleArn, exampleNames } from '../../../fixtures/aws/example-account.ts'
import type { ExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { startExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { edited, idsOf, lookAt } from '../testing/look.ts'

/**
 * Goal: a difference is found by its check alone and said with both values; what is alike but for
 * the name of its Region is none. Method: as in `cognito.test.ts`, with differences that are
 * planted in what the services answer.
 */
let pair: ExamplePair
let regions: ExamplePair['account']['regions']

const { primary, secondary, healthCheck } = exampleNames
const pool = 'cognito-idp:DescribeUserPool'

beforeAll(async () => {
  pair = await startExamplePair()
  regions = structuredClone(pair.account.regions)
})

afterEach(() => {
  Object.assign(pair.account, { regions: structuredClone(regions) })
  Reflect.deleteProperty(pair.account, 'answering')
})

afterAll(() => pair.close())

function at(region: string): RegionState {
  const found = pair.account.regions[region]
  if (found === undefined) throw new Error(`no Region ${region}`)
  return found
}

/** Changes fields of the copy of the pool that the replica describes. */
function copy(fields: Fields): void {
  edited(pair, secondary, pool, ({ UserPool }) => ({
    UserPool: { ...(UserPool as Fields), ...fields },
  }))
}

function acl(region: string, fields: (held: Fields) => Fields): void {
  const held = Object.entries(at(region).webAcls).map(([arn, one]) => [
    arn,
    { ...one, ...fields(one) },
  ])
  Object.assign(at(region), { webAcls: Object.fromEntries(held) })
}

function ipSetRule(region: string, id: string): Fields {
  const ARN = exampleArn('wafv2', region, `regional/ipset/offices/${id}`)
  return { Name: 'offices', Priority: 2, Statement: { IPSetReferenceStatement: { ARN } } }
}

function logGroup(LogGroupArn: string): void {
  edited(pair, secondary, 'cognito-idp:GetLogDeliveryConfiguration', () => ({
    LogDeliveryConfiguration: {
      UserPoolId: pair.poolId,
      LogConfigurations: [
        {
          LogLevel: 'ERROR',
          EventSource: 'userNotification',
          CloudWatchLogsConfiguration: { LogGroupArn },
        },
      ],
    },
  }))
}

function client(fields: (held: Fields) => Fields): void {
  edited(pair, secondary, 'cognito-idp:DescribeUserPoolClient', ({ UserPoolClient }) => ({
    UserPoolClient: { ...(UserPoolClient as Fields), ...fields(UserPoolClient as Fields) },
  }))
}

const otherKey = 'key/mrk-ffffffffffffffffffffffffffffffff'

/** What is planted, the check that finds it, and what its first finding has to say. */
const differences: readonly (readonly [string, () => void, string, RegExp])[] = [
  [
    'a setting of the pool',
    () => copy({ MfaConfiguration: 'ON' }),
    'pool-settings',
    /MfaConfiguration is "OPTIONAL" in us-east-1 and "ON" in us-west-2/,
  ],
  [
    'a setting deep in the pool',
    () => copy({ Policies: { PasswordPolicy: { MinimumLength: 20 } } }),
    'pool-settings',
    /Policies\.PasswordPolicy\.MinimumLength is .+ in us-east-1 and 20 in us-west-2/,
  ],
  [
    'a factor of the pool',
    () =>
      edited(pair, secondary, 'cognito-idp:GetUserPoolMfaConfig', (held) => ({
        ...held,
        SoftwareTokenMfaConfiguration: { Enabled: false },
      })),
    'pool-settings',
    /SoftwareTokenMfaConfiguration\.Enabled is true in us-east-1 and false in us-west-2/,
  ],
  [
    'the validity of tokens',
    () => client(() => ({ AccessTokenValidity: 5 })),
    'app-clients',
    /AccessTokenValidity is .+ in us-east-1 and 5 in us-west-2/,
  ],
  [
    'a client of the replica alone',
    () =>
      edited(pair, secondary, 'cognito-idp:ListUserPoolClients', ({ UserPoolClients }) => ({
        UserPoolClients: (UserPoolClients as Fields[]).slice(1),
      })),
    'app-clients',
    /^The app client \w+ is missing in us-west-2/,
  ],
  [
    'a custom domain',
    () => copy({ CustomDomain: 'login.example.com' }),
    'domain-routing',
    /auth\.example\.com .*login\.example\.com/,
  ],
  [
    'a rule of another web ACL',
    () =>
      acl(secondary, ({ Rules }) => ({
        Name: 'strangers',
        Rules: (Rules as Fields[]).map((one) => ({
          ...one,
          Statement: { RateBasedStatement: { Limit: 2000, AggregateKeyType: 'IP' } },
        })),
      })),
    'web-acl',
    /rule rate .*Limit is 500 in us-east-1 \(web ACL people\) and 2000 in us-west-2 \(web ACL strangers\)/,
  ],
  [
    'the same rules in another web ACL',
    () => acl(secondary, () => ({ Name: 'strangers' })),
    'web-acl',
    /people.*strangers/,
  ],
  [
    'the group of logs',
    () => logGroup(exampleArn('logs', secondary, 'log-group:strangers')),
    'log-delivery',
    /log-group:people .*log-group:strangers/,
  ],
  [
    'the Region of a group of logs',
    () => logGroup(exampleArn('logs', primary, 'log-group:people')),
    'log-delivery',
    /us-east-1/,
  ],
  [
    'the identity by which mail is sent',
    () => {
      const SourceArn = exampleArn('ses', secondary, 'identity/example.org')
      const identities = { 'example.org': { VerifiedForSendingStatus: true } }
      Object.assign(at(secondary), { messaging: { ...at(secondary).messaging, identities } })
      copy({
        EmailConfiguration: {
          EmailSendingAccount: 'DEVELOPER',
          SourceArn,
          From: 'sign-in@example.com',
        },
      })
    },
    'email-settings',
    /example\.com.*example\.org/,
  ],
  [
    'where answers to mail go',
    () => {
      const SourceArn = exampleArn('ses', secondary, 'identity/example.com')
      copy({
        EmailConfiguration: {
          EmailSendingAccount: 'DEVELOPER',
          SourceArn,
          From: 'sign-in@example.com',
          ReplyToEmailAddress: 'nobody@example.com',
        },
      })
    },
    'email-settings',
    /ReplyToEmailAddress is unset in us-east-1 and "nobody@example\.com" in us-west-2/,
  ],
  [
    'mail that Cognito could not send',
    () => copy({ EmailConfigurationFailure: 'NOT_AUTHORIZED' }),
    'email-settings',
    /NOT_AUTHORIZED/,
  ],
  [
    'an account that SES has shut down',
    () => {
      const { messaging } = at(secondary)
      const email = { ...messaging.email, EnforcementStatus: 'SHUTDOWN' }
      Object.assign(at(secondary), { messaging: { ...messaging, email } })
    },
    'email-sandbox',
    /us-west-2.*SHUTDOWN/,
  ],
  [
    'a trigger that only the primary may call',
    () => {
      const name = 'function:welcome'
      const theirs = at(primary).functions[exampleArn('lambda', primary, name)] ?? null
      const functions = {
        ...at(secondary).functions,
        [exampleArn('lambda', secondary, name)]: theirs,
      }
      Object.assign(at(secondary), { functions })
    },
    'trigger-permission',
    /us-west-2:111122223333:userpool.*us-east-1:111122223333:userpool/,
  ],
  [
    'the key of custom senders',
    () =>
      edited(pair, secondary, pool, ({ UserPool }) => {
        const { LambdaConfig } = UserPool as { readonly LambdaConfig: Fields }
        const KMSKeyID = exampleArn('kms', primary, exampleNames.keyId)
        return {
          UserPool: { ...(UserPool as Fields), LambdaConfig: { ...LambdaConfig, KMSKeyID } },
        }
      }),
    'triggers',
    /^KMSKeyID in us-west-2 is a key in us-east-1/,
  ],
  [
    'another key of the copy',
    () =>
      copy({
        KeyConfiguration: {
          KeyType: 'CUSTOMER_MANAGED_KEY',
          KmsKeyArn: exampleArn('kms', secondary, otherKey),
        },
      }),
    'key-state',
    /mrk-1234.*mrk-ffff/,
  ],
  [
    'a tag',
    () =>
      edited(pair, secondary, 'cognito-idp:ListTagsForResource', () => ({
        Tags: { team: 'strangers', stage: 'production' },
      })),
    'tags',
    /team is "identity" in us-east-1 and "strangers" in us-west-2/,
  ],
  [
    'an identity provider',
    () => {
      const { staff } = at(secondary).identityProviders
      const ProviderDetails = { ...(staff?.ProviderDetails as Fields), client_secret: 'another' }
      Object.assign(at(secondary), { identityProviders: { staff: { ...staff, ProviderDetails } } })
    },
    'identity-providers',
    /client_secret differs/,
  ],
  [
    'a provider of the primary alone',
    () => Object.assign(at(secondary), { identityProviders: {} }),
    'identity-providers',
    /staff is missing in us-west-2/,
  ],
  [
    'a resource server of the replica alone',
    () =>
      edited(pair, secondary, 'cognito-idp:ListResourceServers', () => ({
        ResourceServers: [{ Identifier: 'accounts', Name: 'accounts', Scopes: [] }],
      })),
    'resource-servers',
    /accounts is in us-west-2 alone/,
  ],
  [
    'the issuer of the replica',
    () => copy({ IssuerConfiguration: { Type: 'ORIGINAL' } }),
    'issuer',
    /ORIGINAL in us-west-2/,
  ],
]

test.each(differences)('%s', async (_what, plant, check, says) => {
  plant()
  const { results } = await lookAt(pair)
  expect(idsOf(results, 'fail')).toEqual([check])
  expect(idsOf(results, 'inconclusive')).toEqual([])
  expect(results.find(({ id }) => id === check)?.findings[0]?.message).toMatch(says)
  const text = JSON.stringify(results)
  for (const secret of ['a-secret-of-the-example', '"another"']) expect(text).not.toContain(secret)
})

test('names that hold their Region, ids of sets and the order of lists are no difference', async () => {
  for (const region of [primary, secondary]) {
    const id = region === primary ? '11111111-1111-4111-8111-111111111111' : '2222'
    acl(region, ({ Rules }) => ({
      Name: `people-${region}`,
      Rules: [...(Rules as Fields[]), ipSetRule(region, id)],
    }))
  }
  logGroup(exampleArn('logs', secondary, 'log-group:people'))
  const { answering } = pair.account
  pair.account.answering = async (call, usual) => {
    const answer = (await answering?.(call, usual)) ?? (await usual())
    if (call.action !== 'cognito-idp:DescribeUserPoolClient') return answer
    const { UserPoolClient } = JSON.parse(answer.body) as { UserPoolClient: Fields }
    const flows = [...((UserPoolClient.ExplicitAuthFlows ?? []) as string[])].sort()
    if (call.region === secondary) flows.reverse()
    const changed = { UserPoolClient: { ...UserPoolClient, ExplicitAuthFlows: flows } }
    return { ...answer, body: JSON.stringify(changed) }
  }
  const { results } = await lookAt(pair)
  expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
})

test('a set of the same kind and another name is a difference', async () => {
  for (const region of [primary, secondary]) {
    acl(region, ({ Rules }) => ({ Rules: [...(Rules as Fields[]), ipSetRule(region, '1')] }))
  }
  acl(secondary, ({ Rules }) => ({
    Rules: JSON.parse(
      JSON.stringify(Rules).replace('ipset/offices', 'ipset/strangers'),
    ) as Fields[],
  }))
  const { results } = await lookAt(pair, {}, { only: 'web-acl' })
  expect(results[0]?.reason).toMatch(/offices.*strangers/)
})

test('a certificate of five days and one of the past say so', async () => {
  const certificates = at('us-east-1').certificates
  for (const [days, says] of [
    [5, /ends on .*, in 5 days/],
    [-3, /ended on .*, 3 days ago/],
  ] as const) {
    const NotAfter = pair.now() / 1_000_000 + (days + 0.5) * 86_400
    const changed = Object.entries(certificates).map(([arn, one]) => [arn, { ...one, NotAfter }])
    Object.assign(at('us-east-1'), { certificates: Object.fromEntries(changed) })
    const { results } = await lookAt(pair, {}, { only: 'certificate' })
    expect(results[0]).toMatchObject({ verdict: 'fail' })
    expect(results[0]?.reason).toMatch(says)
  }
})

const host = { FullyQualifiedDomainName: 'status.example.com' }

test.each([
  ['fail', { Type: 'HTTPS', ...host, ResourcePath: '/health' }],
  ['fail', { Type: 'HTTPS_STR_MATCH', ...host, ResourcePath: '/healthz', SearchString: 'ok' }],
  ['fail', { Type: 'HTTPS_STR_MATCH', ...host, ResourcePath: '/', SearchString: 'Welcome' }],
  [
    'fail',
    {
      Type: 'HTTPS_STR_MATCH',
      ...host,
      ResourcePath: '/x/.well-known/jwks.json',
      SearchString: 'kid',
    },
  ],
  ['inconclusive', { Type: 'HTTPS_STR_MATCH', ...host, ResourcePath: '/deep', SearchString: 'ok' }],
  [
    'pass',
    { Type: 'HTTPS_STR_MATCH', ...host, ResourcePath: '/health', SearchString: 'signed in' },
  ],
  // The hosted page itself: it is shown while nobody can sign in, and moves with the domain.
  ['fail', { Type: 'HTTPS', FullyQualifiedDomainName: 'auth.example.com', ResourcePath: '/login' }],
  // One of the two suffices, so the port keeps it healthy while sign-in fails.
  ['fail', { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['port', 'canary'] }],
  ['pass', { Type: 'CALCULATED', HealthThreshold: 2, ChildHealthChecks: ['port', 'canary'] }],
  ['fail', { Type: 'CALCULATED', HealthThreshold: 0, ChildHealthChecks: ['canary'] }],
])('a health check comes to %s: %j', async (verdict, config) => {
  pair.account.healthChecks = {
    [healthCheck]: config,
    port: { Type: 'TCP', Port: 443 },
    canary: { Type: 'HTTPS', ...host, ResourcePath: '/canary/sign-in' },
  }
  const { results } = await lookAt(pair, {}, { only: 'health-check' })
  expect(results).toMatchObject([{ verdict }])
})

test('a part of a calculated health check that is disabled counts as healthy', async () => {
  pair.account.healthChecks = {
    [healthCheck]: { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: ['canary'] },
    canary: { Type: 'HTTPS', ...host, ResourcePath: '/canary/sign-in', Disabled: true },
  }
  const { results } = await lookAt(pair, {}, { only: 'health-check-settings' })
  expect(results).toMatchObject([{ verdict: 'fail', findings: [{ subject: 'canary' }] }])
})
