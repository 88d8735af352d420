import { expect, test } from 'vitest'
import type { OperationFunction, RegisterName } from '../../history/operation.ts'
import { type HttpClient, HttpError, type HttpRequest } from '../../http/http.ts'
import { keyedRandom } from '../../kernel/random.ts'
import type { Outcome } from '../contract.ts'
import { runSecrets } from '../secrets.ts'
import { globalTablesClient, operationHandlers } from './operations.ts'
import { globalTablesOutcomes, meaningOf } from './outcomes.ts'

// Goal: each function is one request, and each answer is read for no more than it says. Method: a
// Region that gives one scripted answer.

const secrets = runSecrets(keyedRandom(1))

async function perform(
  fn: OperationFunction,
  answer: { readonly status: number; readonly body: object } | Error,
  more: { arguments?: Record<string, string>; reads?: RegisterName[] } = {},
): Promise<{ readonly sent: string; readonly outcome: Outcome }> {
  const requests: HttpRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      requests.push(request)
      if (answer instanceof Error) throw answer
      return {
        status: answer.status,
        headers: {},
        body: Buffer.from(JSON.stringify(answer.body)),
      }
    },
  }
  const inspector = {
    refresh: async () => [],
    observe: async (_: string, use: 'id' | 'access' | 'refresh') => ({
      ...{ digest: use, use, verifications: [] },
    }),
  }
  const outcome = await globalTablesClient(http, { secrets, inspector }).perform(
    {
      ...{ id: 'op2', function: fn, user: 'a/b', to: 'route', purpose: 'workload' },
      ...{ arguments: {}, resolved: {} },
      ...more,
    },
    new AbortController().signal,
  )
  expect(requests).toHaveLength(1)
  const [{ method, path, body } = { method: '', path: '', body: new Uint8Array() }] = requests
  return { sent: `${method} ${path} ${Buffer.from(body).toString('utf8')}`.trim(), outcome }
}

const done = { status: 200, body: {} }

test('each change is one request that names the user', async () => {
  const sent = async (...of: Parameters<typeof perform>) => (await perform(...of)).sent
  const staff = { arguments: { group: 'staff' } }
  expect([
    await sent('admin-create-user', done),
    await sent('set-password', done),
    await sent('update-attribute', done, { arguments: { attribute: 'nickname' } }),
    await sent('reset-password', done),
    await sent('disable-user', done),
    await sent('enable-user', done),
    await sent('delete-user', done),
    await sent('add-to-group', done, staff),
    await sent('remove-from-group', done, staff),
    await sent('admin-sign-out', done),
  ]).toEqual([
    `POST /users {"username":"a/b","password":"${secrets.passwordFor('op2')}","origin":"op2"}`,
    `PUT /users/a%2Fb/password {"password":"${secrets.passwordFor('op2')}"}`,
    'PUT /users/a%2Fb/attributes/nickname {"value":"op2"}',
    'DELETE /users/a%2Fb/password',
    'PUT /users/a%2Fb/disabled',
    'DELETE /users/a%2Fb/disabled',
    'DELETE /users/a%2Fb',
    'PUT /users/a%2Fb/groups/staff {"value":"op2"}',
    'DELETE /users/a%2Fb/groups/staff',
    'POST /users/a%2Fb/sign-out',
  ])
})

test('a read shows what the account holds, and null of one that is not there', async () => {
  const reads: RegisterName[] = [
    ...['a/existence', 'a/enabled', 'a/attribute:nickname', 'a/group:staff'],
  ]
  const there = { origin: 'op1', disabled: true, attributes: { nickname: 'op3' }, groups: {} }
  const valuesOf = async (answer: Parameters<typeof perform>[1]) =>
    (await perform('read-user', answer, { reads })).outcome.observed?.map(({ value }) => value)
  expect(await valuesOf({ status: 200, body: there })).toEqual(['op1', 'disabled', 'op3', null])
  expect(await valuesOf({ status: 404, body: { error: 'user-absent' } })).toEqual([
    ...[null, null, null, null],
  ])
  expect(await valuesOf({ status: 200, body: {} })).toBeUndefined()
})

test('tokens are results, and what is known of them evidence', async () => {
  const tokens = { accessToken: 'a', refreshToken: 'r' }
  const password = { arguments: { password: 'op1' }, reads: ['u/password' as const] }
  const { outcome } = await perform('sign-in', { status: 200, body: tokens }, password)
  expect(outcome).toMatchObject({
    type: 'ok',
    results: tokens,
    tokens: [{ use: 'access' }, { use: 'refresh' }],
    observed: [{ register: 'u/password', value: 'op1' }],
  })
  const revoked = { status: 401, body: { error: 'token-revoked' } }
  const read = { arguments: { refreshToken: 'r' }, reads: ['u/revoked:op1' as const] }
  expect((await perform('refresh', revoked, read)).outcome).toEqual({
    type: 'fail',
    error: { code: 'token-revoked', status: 401, meaning: 'revoked' },
    observed: [{ register: 'u/revoked:op1', value: 'revoked' }],
  })
})

test('only a refusal in the words of the API is definite', async () => {
  const outcomeOf = async (answer: Parameters<typeof perform>[1]) => {
    const { type, error } = (await perform('disable-user', answer)).outcome
    return [type, error?.code, error?.meaning]
  }
  const reset = new HttpError('reset', { sent: 'maybe', failure: 'reset' })
  expect([
    await outcomeOf({ status: 404, body: { error: 'user-absent' } }),
    await outcomeOf({ status: 423, body: { error: 'account-locked' } }),
    await outcomeOf({ status: 404, body: { error: 'no-such-thing' } }),
    await outcomeOf({ status: 503, body: { error: 'account-locked' } }),
    await outcomeOf(reset),
  ]).toEqual([
    ['fail', 'user-absent', 'absent'],
    ['fail', 'account-locked', 'locked'],
    ['info', 'not-the-api', 'unavailable'],
    ['info', 'server-error', 'unavailable'],
    ['info', 'connection-reset', 'unavailable'],
  ])
})

test('every code has a meaning or none, and every function of the target a request', () => {
  const without = globalTablesOutcomes.entries.filter(({ code }) => meaningOf(code) === undefined)
  expect(without.map(({ code }) => code)).toEqual([
    ...['aborted', 'malformed-answer', 'path-unknown', 'request-malformed'],
    ...['user-exists', 'user-not-confirmed'],
  ])
  expect(Object.keys(operationHandlers)).toContain('guess-password')
})
