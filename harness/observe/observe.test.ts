import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bytesSink } from '../history/bytes-sink.ts'
import { HttpError } from '../http/http.ts'
import { systemClock } from '../kernel/clock.ts'
import { keyedRandom } from '../kernel/random.ts'
import { millis } from '../kernel/time.ts'
import { noLedger } from '../ledger/ledger.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { IdentityClient, Outcome, Target, TargetSession } from '../target/contract.ts'
import { remoteTopology } from '../target/remote-topology.ts'
import { type Observed, type ObserveSettings, observe } from './observe.ts'
import { parseStopCondition } from './stop-conditions.ts'

/**
 * Goal: a watch stays within what it was allowed, whatever the system does. Method: a service of
 * our own, in which a user is made by one request and signs in by three; it counts them, and this
 * script makes it hang, throttle, or forget somebody.
 */
const clock = systemClock()

type Mood = 'serves' | 'hangs' | 'throttles'

let mood: Mood = 'serves'
let agrees = true
let asked: string[] = []
let users = new Set<string>()
let server: Server
let closed = 0

beforeEach(async () => {
  mood = 'serves'
  agrees = true
  asked = []
  users = new Set()
  closed = 0
  server = createServer((request, response) => {
    const [, what = '', user = ''] = (request.url ?? '').split('/')
    asked.push(`${what} ${user}`)
    if (mood === 'hangs') return
    if (what === 'create') users.add(user)
    const status = mood === 'throttles' ? 429 : users.has(user) ? 200 : 404
    response.writeHead(what === 'consent' ? (agrees ? 200 : 403) : status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const outcomes: Readonly<Record<number, Outcome>> = {
  200: { type: 'ok' },
  404: { type: 'fail', error: { code: 'absent', status: 404, meaning: 'absent' } },
  429: { type: 'fail', error: { code: 'throttled', status: 429, meaning: 'throttled' } },
}

const target: Target = {
  name: 'toy',
  model: false,
  capabilities: {
    functions: ['admin-create-user', 'sign-in'],
    declared: { lagMillisMax: 0, settleMillisMax: 1_000, clockSkewMillisMax: 0 },
    replicaWrites: false,
    lockout: { scope: 'none', threshold: 0 },
    totpOnReplica: false,
    promotion: false,
  },
  topology: async (plan) => remoteTopology(plan),
  prepare: async ({ regions }): Promise<TargetSession> => ({
    connect: ({ http }): IdentityClient => {
      const send = async (path: string, signal: AbortSignal): Promise<Outcome> => {
        const request = { method: 'GET', path, headers: {}, body: new Uint8Array(0) }
        const { status } = await http.send(request, signal)
        return outcomes[status] ?? { type: 'info' }
      }
      return {
        perform: async ({ function: name, user }, signal) => {
          const paths = name === 'sign-in' ? ['page', 'form', 'token'] : ['create']
          let outcome: Outcome = { type: 'info' }
          try {
            for (const path of paths) outcome = await send(`/${path}/${user}`, signal)
          } catch (error) {
            if (!(error instanceof HttpError)) throw error
            return { type: 'info', error: { code: 'deadline' } }
          }
          return outcome
        },
      }
    },
    consents: async (signal) => {
      const request = { method: 'GET', path: '/consent/', headers: {}, body: new Uint8Array(0) }
      const answer = await regions[0]?.http.send(request, signal)
      return answer && answer.status === 200
    },
    close: async () => {
      closed += 1
    },
  }),
}

interface Watched extends Observed {
  readonly said: readonly string[]
}

async function watched(
  settings: Partial<ObserveSettings>,
  during: (said: readonly string[]) => Promise<void> = async () => {},
  isStopped: () => boolean = () => false,
): Promise<Watched> {
  const { port } = server.address() as AddressInfo
  const [here, there] = [`http://127.0.0.1:${port}`, `http://localhost:${port}`]
  const regions = { east: { role: 'primary', url: here }, west: { role: 'replica', url: there } }
  const content = { regions, links: {}, hooks: {}, consent: [] } as never
  const plan = resolvePlan(
    {
      ...{ scenarios: ['observe'], target: 'toy', world: 'remote' },
      topology: { file: '/pair.yaml', digest: '0'.repeat(64), content },
      limits: { operationMillisMax: 300, regionReadyMillisMax: 1_000 },
    },
    { tool: 'test', targets: ['toy'], scenarios: ['observe'], mutants: [] },
  )
  const said: string[] = []
  const watching = observe({
    ...{ plan, target, ledger: noLedger(), random: keyedRandom(7), sink: bytesSink(), isStopped },
    settings: {
      ...{ ratePerSecond: 20, canaries: 2, durationMillisMax: 5_000, callsMax: 10_000 },
      ...{ stopConditions: [], stopFile: 'STOP', ...settings },
    },
    header: { scenario: 'observe', claim: 'It is watched.', requirements: [] },
    digestKey: new Uint8Array(32),
    signal: new AbortController().signal,
    say: (sentence) => said.push(sentence),
  })
  await during(said)
  return { ...(await watching), said }
}

const begun = (said: readonly string[]): Promise<void> =>
  expect.poll(() => said.join(), { interval: 10 }).toContain('the watch begins')

test('requests stay below their number, however many a sign-in takes', async () => {
  const { why, calls } = await watched({ callsMax: 60 })
  expect(why).toBe('more than 60 requests would be sent')
  expect(asked.length).toBe(calls)
  expect(asked.length).toBeLessThanOrEqual(60)
  expect(asked.length).toBeGreaterThan(50)
})

test('too few requests to begin with, or a file that says stop, end it before it begins', async () => {
  const few = await watched({ callsMax: 10 })
  expect(few.why).toBe('10 requests are too few to begin')
  expect(asked.length).toBeLessThanOrEqual(10)
  asked = []
  expect((await watched({}, undefined, () => true)).why).toBe('the file STOP exists')
  expect(asked).toEqual([])
  expect(closed).toBe(2)
})

test('it ends when the owner agrees no more', async () => {
  const { why } = await watched({ consentMillis: 20 }, async (said) => {
    await begun(said)
    agrees = false
  })
  expect(why).toBe('the consent was withdrawn')
})

test('a primary that hangs is an outage, and requests to it do not pile up', async () => {
  const { why, said } = await watched({ durationMillisMax: 500 }, async (said) => {
    await begun(said)
    await clock.sleep(millis(100))
    mood = 'hangs'
  })
  expect(why).toBe('0.5 s went by')
  expect(said).toContain('clients cannot sign in: deadline')
})

test('a canary that somebody deletes is left out, and clients are not said to be lost', async () => {
  const { said } = await watched({ durationMillisMax: 500 }, async (said) => {
    await begun(said)
    users.delete('canary-1')
  })
  expect(said).toContain('canary-1 is refused for its account (absent): it is left out')
  expect(said.join()).not.toContain('clients cannot sign in')
  expect(asked.slice(-18).filter((line) => line === 'page canary-1')).toEqual([])
})

test('who is throttled takes from others: it ends by itself', async () => {
  const stopConditions = [parseStopCondition('throttled > 20% for 0.2s')]
  const { why } = await watched({ stopConditions }, async (said) => {
    await begun(said)
    mood = 'throttles'
  })
  expect(why).toContain('a stop condition was reached: throttled > 20% for 0.2s')
})

test('a process that stood still makes up for nothing', async () => {
  let afterwards = 0
  await watched({ durationMillisMax: 600 }, async (said) => {
    await begun(said)
    await clock.sleep(millis(100))
    const end = clock.monotonic() + millis(400)
    while (clock.monotonic() < end);
    asked = []
    await clock.sleep(millis(40))
    afterwards = asked.length
  })
  // Three arrivals of six requests: what was under way, what is due now, and the next.
  expect(afterwards).toBeLessThanOrEqual(18)
})
