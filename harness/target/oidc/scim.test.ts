import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import { seconds } from '../../kernel/time.ts'
import type { OidcAccess } from './options.ts'
import { ScimUsers } from './scim.ts'

// Goal: nobody else's user or group is taken for one's own. Method: a service that overlooks
// filters, as some do, and answers with everything that it has.

const asked: string[] = []
let groups: { id: string; displayName: string }[] = []
let users: { id: string; userName: string; externalId?: string }[] = []

let notShown = 0

const server = createServer((request, response) => {
  const { method, url = '/' } = request
  asked.push(`${method} ${url.split('?')[0]}`)
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/scim+json' })
    response.end(JSON.stringify(body))
  }
  const listed: readonly object[] = url.startsWith('/scim/Groups') ? groups : users
  if (method === 'GET')
    return answer(200, { totalResults: listed.length + notShown, Resources: listed })
  if (method === 'POST') return answer(201, { id: `made-${asked.length}` })
  answer(200, {})
})

const clock = systemClock()
const http = () => undiciHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
const scim = () => new ScimUsers({ path: '/scim', token: 'key', prefix: 'drill-' })
const signal = () => clock.timeout(seconds(5))

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))

beforeEach(() => {
  asked.length = 0
  notShown = 0
  groups = [{ id: 'g1', displayName: 'board' }]
  users = [{ id: 'u1', userName: 'ada' }]
})

afterAll(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

test('a group of another name is not used: its own is made', async () => {
  const client = http()
  await scim().prepareGroups(client, signal)
  expect(asked.filter((line) => line === 'POST /scim/Groups')).toHaveLength(2)
  await client[Symbol.asyncDispose]()
})

test('a group of its own is found among others, whatever the case of its name', async () => {
  groups.push({ id: 'g2', displayName: 'Drill-Staff' }, { id: 'g3', displayName: 'drill-auditors' })
  const client = http()
  await scim().prepareGroups(client, signal)
  expect(asked.filter((line) => line.startsWith('POST'))).toEqual([])
  await client[Symbol.asyncDispose]()
})

test('another user is not read in the place of one who is not there', async () => {
  const client = http()
  const read = scim().handlers['read-user']
  const operation = { id: 'op1', function: 'read-user', user: 'u1', reads: ['u1/existence'] }
  const access: Partial<OidcAccess> = { http: client }
  const look = () => read?.(operation as never, access as OidcAccess, signal())
  expect(await look()).toMatchObject({ type: 'ok', observed: [{ value: null }] })
  users.push({ id: 'u2', userName: 'drill-u1', externalId: 'op0' })
  expect(await look()).toMatchObject({ type: 'ok', observed: [{ value: 'op0' }] })
  // More than it shows: who is not on this page may be on the next.
  users = users.slice(0, 1)
  notShown = 1
  expect(await look()).toMatchObject({ error: { code: 'malformed-answer' } })
  await client[Symbol.asyncDispose]()
})
