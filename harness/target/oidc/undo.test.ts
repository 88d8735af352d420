import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { serviceDetail, undoServices } from '../../ledger/service.ts'
import { madeUsers, madeUsersDetail, whatUsersWereMade } from './made-users.ts'

// Goal: what a run made over SCIM is gone after it, and nobody else's is. Method: a service of our
// own that pages, and that knows the filter "sw" or not.

const prefix = 'interregnum-0123456789ab-'
const asked: string[] = []
let knowsFilter = true
let takesToken = 'key'
let resources: Record<string, Map<string, string>> = {}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://scim.invalid')
  const [, kind = '', id] = /^\/scim\/v2\/(Users|Groups)(?:\/(\w+))?$/.exec(url.pathname) ?? []
  const held = resources[kind] ?? new Map<string, string>()
  asked.push(`${request.method} ${kind}`)
  const answer = (status: number, body: object = {}): void => {
    response.writeHead(status, { 'content-type': 'application/scim+json' })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }
  if (request.headers.authorization !== `Bearer ${takesToken}`) return answer(401)
  if (request.method === 'DELETE') return answer(held.delete(id ?? '') ? 204 : 404)
  const sought = /^\w+ sw "(.*)"$/.exec(url.searchParams.get('filter') ?? '')?.[1]
  if (sought !== undefined && !knowsFilter) return answer(400)
  const all = [...held].filter(([, name]) => name.startsWith(sought ?? ''))
  const from = Number(url.searchParams.get('startIndex')) - 1
  const named = kind === 'Users' ? 'userName' : 'displayName'
  answer(200, {
    totalResults: all.length,
    Resources: all.slice(from, from + 2).map(([key, name]) => ({ id: key, [named]: name })),
  })
})

beforeEach(async () => {
  vi.stubEnv('SCIM_TOKEN_OF_THE_TEST', 'key')
  asked.length = 0
  knowsFilter = true
  takesToken = 'key'
  const users = ['ada', `${prefix}u1`, `${prefix}u2`, 'interregnum-other', `${prefix}u3`]
  const groups = ['interregnum-staff', `${prefix}staff`]
  const numbered = (names: readonly string[]) => new Map(names.map((name, at) => [`r${at}`, name]))
  resources = { Users: numbered(users), Groups: numbered(groups) }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function undone() {
  const made = madeUsers.parse({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ path: '/scim/v2', tokenFrom: 'SCIM_TOKEN_OF_THE_TEST', prefix, lateEffectMillis: 1 },
  })
  const thing = { target: 'oidc', what: whatUsersWereMade(made), detail: madeUsersDetail(made) }
  const entry = { id: 'e1', owner: 'target oidc', detail: serviceDetail(thing) }
  return undoServices([{ ...entry, kind: 'service' }], systemClock())
}

test.for([true, false])(
  'with the filter "sw" known (%s), only its own are removed',
  async (known) => {
    knowsFilter = known
    expect(await undone()).toMatchObject({
      removed: [expect.stringContaining(prefix)],
      remaining: [],
    })
    expect([...(resources.Users?.values() ?? [])]).toEqual(['ada', 'interregnum-other'])
    expect([...(resources.Groups?.values() ?? [])]).toEqual(['interregnum-staff'])
    expect(asked.filter((line) => line.startsWith('DELETE'))).toHaveLength(4)
  },
)

test('what cannot be removed is told, and why', async () => {
  takesToken = 'another'
  expect((await undone()).remaining).toEqual([
    expect.stringContaining('Users could not be listed: the answer was 401'),
  ])
  vi.stubEnv('SCIM_TOKEN_OF_THE_TEST', '')
  expect((await undone()).remaining).toEqual([
    expect.stringContaining('the variable SCIM_TOKEN_OF_THE_TEST is not set'),
  ])
})
