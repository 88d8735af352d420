import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findRedis } from '../../fixtures/systems/oidc-provider/find-redis.ts'
import { systemClock } from '../kernel/clock.ts'
import { need } from '../kernel/testing/need.ts'
import { millis, seconds, toMillis } from '../kernel/time.ts'
import { openRun } from '../ledger/run-guard.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { RunningRegion } from '../target/contract.ts'
import { scimRequest } from '../target/oidc/scim-request.ts'
import { oidcProviderTopology } from '../target/oidc-provider/topology.ts'
import { processWorld } from '../world/process/process-world.ts'
import { documentOf, emptyFolder, within } from './interregnum.test.support.ts'
import {
  answersOf,
  type Front,
  frontOf,
  servedAgain,
  start,
  until,
  watching,
} from './observe.test.support.ts'

/**
 * Goal: a game day of a system that has nothing to do with Cognito is watched through its topology
 * file. Method: two servers of somebody else's protocol code, the second of which serves nobody
 * before it is promoted; this script loses the first, promotes the other and flips the router, and
 * knows when.
 */
const clock = systemClock()
const plan = resolvePlan(
  { scenarios: ['any'], target: 'oidc-provider' },
  { tool: 'test', targets: ['oidc-provider'], scenarios: ['any'], mutants: [] },
)
const variables = { PROVIDER_SECRET: '', PROVIDER_SCIM: '' }

interface Drill {
  readonly primary: RunningRegion
  readonly replica: RunningRegion
  /** What clients reach in place of the primary; closed, it is lost. */
  readonly front: Front
  readonly routeUrl: string
  flip(): void
  /** Names of users, in the Region that is asked. */
  users(region: RunningRegion): Promise<readonly string[]>
  topology(folder: string, consents?: boolean): Promise<string>
}

async function inDrill(body: (drill: Drill) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'observe-oidc-test-'))
  const guard = await openRun({ stateFolder: state })
  try {
    const world = processWorld({ plan, ledger: guard.ledger })
    await using stack = await world.start(await oidcProviderTopology(plan))
    const [primary, replica] = stack.regions
    if (primary === undefined || replica === undefined) throw new Error('no pair')
    const told = (await primary.control.command('credentials', null)) as Record<string, string>
    Object.assign(variables, { PROVIDER_SECRET: told.clientSecret, PROVIDER_SCIM: told.scimToken })
    const service = { path: '/scim/v2', token: told.scimToken ?? '' }
    let leadsTo = primary
    const front = await frontOf(() => primary)
    const router = await frontOf(
      () => leadsTo,
      () => front.isOpen() || leadsTo !== primary,
    )
    const ada = { userName: 'ada', active: true, password: 'Lovelace-1815' }
    const ask = (method: string, at: RunningRegion, path: string, user?: object) =>
      scimRequest(at.direct, service, method, path, user, clock.timeout(seconds(20)))
    // Somebody else's, whose name begins almost like those of the watch.
    await ask('POST', primary, '/Users', ada)
    await ask('POST', primary, '/Users', { ...ada, userName: 'interregnumX' })
    try {
      await body({
        ...{ primary, replica, front, routeUrl: router.url },
        flip: () => {
          leadsTo = replica
        },
        users: async (region) => {
          const query = new URLSearchParams({ filter: 'userName sw ""' })
          const answer = await ask('GET', region, `/Users?${query}`)
          const { Resources: found } = JSON.parse(Buffer.from(answer.body).toString()) as {
            Resources: { userName: string }[]
          }
          return found.map(({ userName }) => userName)
        },
        topology: async (folder, consents = true) => {
          const file = join(folder, 'pair.yaml')
          const target = {
            issuer: 'http://login.example.com',
            host: 'login.example.com',
            client: {
              ...{ id: told.clientId, secret: { environment: 'PROVIDER_SECRET' } },
              scope: 'openid',
            },
            scim: { token: { environment: 'PROVIDER_SCIM' } },
            replicaSignIns: false,
            ...(consents ? { consent: 'observe' } : {}),
          }
          const regions = {
            primary: { role: 'primary', url: front.url },
            replica: { role: 'replica', url: replica.endpoint },
          }
          await writeFile(file, JSON.stringify({ regions, target }))
          return file
        },
      })
    } finally {
      await router.close()
      await front.close()
    }
  } finally {
    expect(await guard.close()).toEqual([])
    await rm(state, { recursive: true })
  }
}

test('an OpenID pair that people fail over is watched, and rid of its canaries', async (context) => {
  need(context, 'redis', findRedis())
  await inDrill(async (drill) => {
    const folder = emptyFolder()
    const argv = ['observe', '--target', 'oidc', '--out', 'day']
    const refusedBy = await drill.topology(folder, false)
    expect(await within(folder, ...argv, '--topology', refusedBy)).toMatchObject({
      code: 64,
      err: expect.stringContaining('"target.consent" of the topology has to say "observe"'),
    })
    expect(await readdir(folder)).toEqual(['pair.yaml'])

    const topology = await drill.topology(folder)
    const flags = ['--topology', topology, '--route', drill.routeUrl, '--rate', '20', '--json']
    const running = start(folder, variables, ...argv, ...flags)
    await until(`the watch began: ${running.said()}`, watching(running))
    expect(await drill.users(drill.primary)).toHaveLength(5)
    const day = join(folder, 'day')
    await until('a session was refreshed', () => answersOf(day, 'sessions').includes('ok'))
    const lostFrom = clock.monotonic()
    await drill.front.close()
    const lostTo = clock.monotonic()
    await until('clients fail', () => running.said().includes('clients cannot sign in'))
    // Three canaries in a row have to fail before it is an outage.
    await clock.sleep(millis(250))
    const promoting = clock.monotonic()
    await drill.replica.control.command('promote', null)
    drill.flip()
    await until('clients sign in', () => running.said().includes('\nclients sign in'))
    await until('clients are served again', servedAgain(day))
    const seenAt = clock.monotonic()
    await drill.front.open()
    await start(folder, variables, 'mark', 'end').answer

    const answer = await running.answer
    expect(answer.code, answer.err).toBe(0)
    const { measurements = [] } = documentOf('verdict', answer).scenarios[0] ?? {}
    const first = measurements.find(({ name }) => name === 'game-day.firstSuccessMillis')
    expect(first?.value.low).toBeLessThanOrEqual(toMillis(seenAt - lostFrom))
    expect(first?.value.high).toBeGreaterThanOrEqual(toMillis(promoting - lostTo))
    expect(first).not.toHaveProperty('inconclusive')
    // The provider keeps its sessions in what was replicated.
    const refresh = measurements.find(({ name }) => name === 'game-day.firstRefreshMillis')
    expect(refresh?.value.high).toBeLessThan(60_000)
    for (const region of [drill.primary, drill.replica]) {
      expect(await drill.users(region)).toEqual(['ada', 'interregnumX'])
    }
    expect(await readdir(join(folder, '.state', 'runs'))).toEqual([])
  })
})
