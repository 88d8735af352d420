import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Answering, Fields } from '../../../fixtures/aws/account.ts'
import { ServiceError } from '../../../fixtures/aws/account.ts'
import { exampleNames } from '../../../fixtures/aws/example-account.ts'
import type { ExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { startExamplePair } from '../../../fixtures/aws/example-pair.ts'
import { writeError } from '../../../fixtures/aws/wire.ts'
import type { CheckResult } from '../check.ts'
import { edited, idsOf, lookAt } from '../testing/look.ts'
import { cognitoChecks } from './checks.ts'

/**
 * Goal: what a Region does not tell, or tells in part, is inconclusive, and what comes in pages is
 * read to its end. Method: as in `cognito.test.ts`, with services that answer badly.
 */
let pair: ExamplePair

const { primary, secondary } = exampleNames

beforeAll(async () => {
  pair = await startExamplePair()
})

afterEach(() => {
  Reflect.deleteProperty(pair.account, 'answering')
  pair.calls.splice(0)
})

afterAll(() => pair.close())

/** Whatever one Region is asked for comes to this. */
function everythingIn(region: string, answer: Answering): void {
  pair.account.answering = (call, usual) => (call.region === region ? answer(call, usual) : usual())
}

const refusals: readonly (readonly [string, Answering, RegExp])[] = [
  [
    'denies everything',
    ({ action }) =>
      Promise.resolve(writeError(action, new ServiceError('AccessDeniedException', 'No.', 403))),
    /AccessDenied/,
  ],
  [
    'throttles everything',
    ({ action }) =>
      Promise.resolve(
        writeError(action, new ServiceError('TooManyRequestsException', 'Slow.', 429)),
      ),
    /TooManyRequests/,
  ],
  [
    'fails',
    ({ action }) =>
      Promise.resolve(writeError(action, new ServiceError('InternalErrorException', 'Oh.', 500))),
    /InternalError/,
  ],
  [
    'answers half',
    async (_call, usual) => {
      const answer = await usual()
      return { ...answer, body: answer.body.slice(0, answer.body.length / 2) }
    },
    /was not answered/,
  ],
  [
    'answers by the page of a proxy',
    () =>
      Promise.resolve({ status: 503, headers: { 'content-type': 'text/html' }, body: '<html>no' }),
    /was not answered/,
  ],
]

const globalChecks = ['domain-routing', 'health-check', 'health-check-settings', 'certificate']

test.each(refusals)(
  'a replica that %s leaves unseen what it is asked for',
  async (_what, answer, says) => {
    everythingIn(secondary, answer)
    const { results } = await lookAt(pair, {}, { requestMillisMax: 5_000 })
    expect(idsOf(results, 'fail')).toEqual([])
    const unseen = results.filter(({ verdict }) => verdict === 'inconclusive')
    for (const { reason } of unseen) expect(reason).toMatch(/us-west-2/)
    expect(unseen.some(({ reason }) => says.test(reason))).toBe(true)
    // What is of the primary alone, or of no Region, was seen all the same.
    expect(idsOf(results, 'pass')).toEqual([
      'health-check',
      'health-check-settings',
      'certificate',
      'issuer-integrations',
      'device-tracking',
      'refresh-rotation',
      'totp-only-users',
    ])
    expect(unseen).toHaveLength(cognitoChecks.length - idsOf(results, 'pass').length)
  },
)

test.each(refusals)('a primary that %s passes nothing that asks it', async (_what, answer) => {
  everythingIn(primary, answer)
  const { results } = await lookAt(pair, { secondary }, { requestMillisMax: 5_000 })
  expect(idsOf(results, 'fail')).toEqual([])
  expect(idsOf(results, 'pass')).toEqual([])
  for (const id of globalChecks) expect(idsOf(results, 'inconclusive')).toContain(id)
})

test('a service that says nothing is unseen, and not asked again', async () => {
  everythingIn(secondary, () => new Promise<never>(() => {}))
  const { results, calls } = await lookAt(pair, {}, { requestMillisMax: 700 })
  expect(idsOf(results, 'fail')).toEqual([])
  expect(idsOf(results, 'pass')).toContain('certificate')
  const asked = calls.filter(({ region }) => region === secondary)
  const services = asked.map(({ action }) => action.split(':')[0])
  expect(asked.every((one) => one.calls === 1)).toBe(true)
  expect(services.length).toBeGreaterThan(3)
  expect(new Set(services).size).toBe(services.length)
  expect(results.find(({ id }) => id === 'sms-limits')?.reason).toMatch(/did not answer before/)
})

/** Answers a list in pages of two, of which one may be something else. */
function inPages(
  region: string,
  action: string,
  list: string,
  { token = 'NextToken', at, instead }: { token?: string; at?: number; instead?: Answering } = {},
): void {
  pair.account.answering = async (call, usual) => {
    if (call.action !== action || call.region !== region) return usual()
    const { [token]: given } = call.input
    const page = Number(given ?? 0)
    if (page === at && instead !== undefined) return instead(call, usual)
    const answer = JSON.parse((await usual()).body) as Fields
    const items = answer[list] as readonly Fields[]
    const more = (page + 1) * 2 < items.length ? { [token]: String(page + 1) } : {}
    const shown = items.slice(page * 2, page * 2 + 2)
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...answer, [list]: shown, ...more }),
    }
  }
}

async function only(id: string): Promise<CheckResult> {
  const { results } = await lookAt(pair, {}, { only: id, requestMillisMax: 5_000 })
  const [found] = results
  if (found === undefined) throw new Error(`no check ${id}`)
  return found
}

test('a quota of the last page counts', async () => {
  const held = pair.account.regions[secondary]
  const quotas = held?.quotas ?? []
  inPages(secondary, 'servicequotas:ListServiceQuotas', 'Quotas')
  expect(await only('quotas')).toMatchObject({ verdict: 'pass' })
  Object.assign(held ?? {}, {
    quotas: quotas.map((one, index) => (index === 2 ? { ...one, perSecond: 1 } : one)),
  })
  try {
    const { findings } = await only('quotas')
    expect(findings[0]?.message).toBe(
      'Rate of UserRead requests: 1 in us-west-2, 120 at the primary.',
    )
  } finally {
    Object.assign(held ?? {}, { quotas })
  }
})

const broken: readonly (readonly [string, Answering])[] = [
  [
    'is refused',
    ({ action }) =>
      Promise.resolve(writeError(action, new ServiceError('Throttling', 'Slow.', 429))),
  ],
  [
    'does not exist',
    ({ action }) =>
      Promise.resolve(writeError(action, new ServiceError('ResourceNotFoundException', 'None.'))),
  ],
  ['holds no list', () => Promise.resolve({ status: 200, headers: {}, body: '{}' })],
  [
    'names itself as the next',
    async (_call, usual) => {
      const answer = JSON.parse((await usual()).body) as Fields
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...answer, NextToken: '1', PaginationToken: '1' }),
      }
    },
  ],
]

test.each(
  broken.flatMap(([what, instead]) =>
    (
      [
        ['quotas', secondary, 'servicequotas:ListServiceQuotas', 'Quotas', 'NextToken'],
        ['totp-only-users', primary, 'cognito-idp:ListUsers', 'Users', 'PaginationToken'],
        ['quota-headroom', secondary, 'cloudwatch:GetMetricData', 'MetricDataResults', 'NextToken'],
      ] as const
    ).map((list) => [list[0], what, list, instead] as const),
  ),
)('%s: a second page that %s is not seen', async (check, _what, list, instead) => {
  const [, region, action, name, token] = list
  inPages(region, action, name, { token, at: 1, instead })
  if (check === 'totp-only-users') pagesOfReference(instead)
  expect(await only(check)).toMatchObject({ verdict: 'inconclusive' })
})

/** The Regions of the reference take no token of ours: their first page names a second one. */
function pagesOfReference(instead: Answering): void {
  pair.account.answering = async (call, usual) => {
    if (call.action !== 'cognito-idp:ListUsers') return usual()
    if (call.input.PaginationToken !== undefined) {
      const first = (): ReturnType<typeof usual> =>
        Promise.resolve({
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ Users: [{ Username: 'user-1' }] }),
        })
      return instead(call, first)
    }
    const answer = await usual()
    const body = { ...(JSON.parse(answer.body) as Fields), PaginationToken: '1' }
    return { ...answer, body: JSON.stringify(body) }
  }
}

test('a replica on the second page of its list is found', async () => {
  pair.account.answering = async (call, usual) => {
    const answer = await usual()
    if (call.action !== 'cognito-idp:ListUserPoolReplicas') return answer
    const { UserPoolReplicas } = JSON.parse(answer.body) as { UserPoolReplicas: Fields[] }
    const second = call.input.NextToken !== undefined
    const role = second ? 'SECONDARY' : 'PRIMARY'
    const body = {
      UserPoolReplicas: UserPoolReplicas.filter(({ Role }) => Role === role),
      ...(second ? {} : { NextToken: 'more' }),
    }
    return { ...answer, body: JSON.stringify(body) }
  }
  expect(await only('replica-status')).toMatchObject({ verdict: 'pass' })
})

test('more app clients than are looked at is no pass', async () => {
  for (const region of [primary, secondary]) {
    const list = 'cognito-idp:ListUserPoolClients'
    edited(pair, region, list, ({ UserPoolClients }) => ({
      UserPoolClients: Array.from({ length: 101 }, () => (UserPoolClients as Fields[])[0]),
    }))
    expect(await only('app-clients')).toMatchObject({
      verdict: 'inconclusive',
      reason: `there are more than 100 app clients in ${region}`,
    })
  }
})

test('calls that CloudWatch tells in part are no peak', async () => {
  edited(pair, secondary, 'cloudwatch:GetMetricData', ({ MetricDataResults }) => ({
    MetricDataResults: (MetricDataResults as Fields[]).map((one) => ({
      ...one,
      StatusCode: 'InternalError',
    })),
  }))
  expect(await only('quota-headroom')).toMatchObject({ verdict: 'inconclusive' })
})
