import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpResponse } from '../../http/http.ts'
import type { Clock } from '../../kernel/clock.ts'
import { keyedRandom } from '../../kernel/random.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { RunningRegion, RunningStack } from '../contract.ts'
import { json, refusal } from './scripted.test.support.ts'
import { prepareSession } from './session.ts'

// Goal: set-up asks for what the documentation asks for, in its order, waits for the replica
// itself,
// and ends with a clear message. Method: two scripted Regions and a clock that moves when slept on.

type Answer = (operation: string, asked: number) => HttpResponse

const described = (status: string) => ({
  UserPoolReplicas: [
    { RegionName: 'us-west-2', Role: 'SECONDARY', Status: status },
    { RegionName: 'us-east-1', Role: 'PRIMARY', Status: 'ACTIVE' },
  ],
})

function primaryAnswer(operation: string, asked: number): HttpResponse {
  if (operation === 'CreateUserPool') return json(200, { UserPool: { Id: 'us-east-1_Pool' } })
  if (operation === 'CreateUserPoolClient') {
    return json(200, { UserPoolClient: { ClientId: 'client' } })
  }
  if (operation === 'ListUserPoolReplicas') {
    return json(200, described(['CREATING', 'INACTIVE'][asked] ?? 'ACTIVE'))
  }
  return json(200, {})
}

function replicaAnswer(operation: string, asked: number): HttpResponse {
  if (operation !== 'ListUserPoolReplicas') return json(200, {})
  return asked < 2
    ? refusal('ResourceNotFoundException', 'User pool us-east-1_Pool does not exist.')
    : json(200, described(asked < 3 ? 'INACTIVE' : 'ACTIVE'))
}

function bench(answers: { readonly primary?: Answer; readonly replica?: Answer } = {}) {
  const requests: string[] = []
  let now = 0
  const clock: Clock = {
    monotonic: () => now,
    sleep: async (duration) => {
      now += duration
    },
    timeout: () => new AbortController().signal,
  }
  const direct = (name: string, answer: Answer): HttpClient => {
    const counts = new Map<string, number>()
    return {
      send: async ({ method, path, headers, body }) => {
        if (method === 'GET') return { status: 200, headers: {}, body: Buffer.from('{"keys":[]}') }
        const operation = headers['x-amz-target']?.split('.')[1] ?? ''
        const asked = counts.get(operation) ?? 0
        counts.set(operation, asked + 1)
        requests.push(`${name} ${path} ${operation} ${Buffer.from(body).toString('utf8')}`)
        return answer(operation, asked)
      },
    }
  }
  const region = (name: string, role: RunningRegion['role'], answer: Answer) => ({
    name,
    role,
    direct: direct(name, answer),
  })
  const stack = {
    regions: [
      region('us-east-1', 'primary', answers.primary ?? primaryAnswer),
      region('us-west-2', 'replica', answers.replica ?? replicaAnswer),
    ],
    clock,
    wall: { now: () => 0 },
  } as unknown as RunningStack
  const jwks: string[] = []
  const prepare = () =>
    prepareSession(
      stack,
      {
        plan,
        random: keyedRandom(1),
        digestKey: Buffer.from('key'),
        onJwks: ({ region: name }) => jwks.push(name),
      },
      { leewayMillis: 0 },
    )
  return { prepare, requests, jwks }
}

const plan = resolvePlan(
  { scenarios: ['any'], limits: { regionReadyMillisMax: 200 } },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

describe('prepareSession', () => {
  it('creates pool, client and replica, and waits until the replica calls itself active', async () => {
    const { prepare, requests, jwks } = bench()
    await prepare()
    expect(requests).toMatchInlineSnapshot(`
      [
        "us-east-1 / CreateUserPool {"PoolName":"interregnum","UserPoolTier":"ESSENTIALS","DeviceConfiguration":{"ChallengeRequiredOnNewDevice":true,"DeviceOnlyRememberedOnUserPrompt":false},"KeyConfiguration":{"KeyType":"CUSTOMER_MANAGED_KEY","KmsKeyArn":"arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"}}",
        "us-east-1 / SetUserPoolMfaConfig {"UserPoolId":"us-east-1_Pool","MfaConfiguration":"OPTIONAL","SoftwareTokenMfaConfiguration":{"Enabled":true}}",
        "us-east-1 / CreateUserPoolClient {"UserPoolId":"us-east-1_Pool","GenerateSecret":false,"EnableTokenRevocation":true,"PreventUserExistenceErrors":"LEGACY","ClientName":"interregnum","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}",
        "us-east-1 / CreateUserPoolClient {"UserPoolId":"us-east-1_Pool","GenerateSecret":false,"EnableTokenRevocation":true,"PreventUserExistenceErrors":"LEGACY","ClientName":"interregnum-rotating","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH"],"RefreshTokenRotation":{"Feature":"ENABLED","RetryGracePeriodSeconds":10}}",
        "us-east-1 / CreateGroup {"UserPoolId":"us-east-1_Pool","GroupName":"staff"}",
        "us-east-1 / CreateGroup {"UserPoolId":"us-east-1_Pool","GroupName":"auditors"}",
        "us-east-1 / CreateUserPoolReplica {"UserPoolId":"us-east-1_Pool","RegionName":"us-west-2"}",
        "us-east-1 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-east-1 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-east-1 / UpdateUserPoolReplica {"UserPoolId":"us-east-1_Pool","RegionName":"us-west-2","Status":"ACTIVE"}",
        "us-east-1 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-west-2 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-west-2 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-west-2 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
        "us-west-2 / ListUserPoolReplicas {"UserPoolId":"us-east-1_Pool"}",
      ]
    `)
    expect(jwks).toEqual(['us-east-1', 'us-west-2'])
  })

  it('a refusal ends it, with the words of the system', async () => {
    const { prepare } = bench({
      primary: (operation, asked) =>
        operation === 'CreateUserPoolReplica'
          ? refusal('InvalidParameterException', 'The key is not a multi-Region key.')
          : primaryAnswer(operation, asked),
    })
    await expect(prepare()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[WorldError: set-up: us-east-1 answered CreateUserPoolReplica with 400 InvalidParameterException (The key is not a multi-Region key.)]`,
    )
  })

  it('an answer without the id that it must hold ends it', async () => {
    const { prepare } = bench({ primary: () => json(200, { UserPool: {} }) })
    await expect(prepare()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[WorldError: set-up: us-east-1 answered CreateUserPool with an answer without UserPool.Id]`,
    )
  })

  it('a replica that never becomes active ends it in time, with the last answer', async () => {
    const { prepare } = bench({
      replica: () => refusal('ResourceNotFoundException', 'No such pool.'),
    })
    await expect(prepare()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[WorldError: set-up took longer than 200 ms before the replica says that it is ACTIVE; the last answer of us-west-2 to ListUserPoolReplicas was 400 ResourceNotFoundException (No such pool.)]`,
    )
  })
})
