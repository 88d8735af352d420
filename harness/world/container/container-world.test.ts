import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, type TestContext, test } from 'vitest'
import { keyedRandom } from '../../kernel/random.ts'
import { need } from '../../kernel/testing/need.ts'
import { millis, seconds } from '../../kernel/time.ts'
import { callEngine } from '../../ledger/engine.ts'
import { listEngineObjects, runLabel } from '../../ledger/engine-objects.ts'
import { openRun, type RunGuard } from '../../ledger/run-guard.ts'
import { engineForTests } from '../../ledger/testing/engine-fixture.ts'
import { resolvePlan } from '../../plan/resolve.ts'
import type { Casualty, RunningLink, RunningRegion, RunningStack } from '../../target/contract.ts'
import { referenceTarget } from '../../target/reference/target.ts'
import { containerWorld } from './container-world.ts'
import { imagesFor } from './images.ts'
import { prepareContainers } from './prepare-containers.ts'

// Goal: Regions are containers, links are disturbed, nothing is left. Method: the reference pair on
// the real engine, one stack for all tests; what takes time is polled for, never slept for.

const plan = resolvePlan(
  {
    scenarios: ['any'],
    world: 'container',
    cryptography: { passwordHashCost: 2 },
    limits: { regionReadyMillisMax: 60_000 },
  },
  { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
)

interface Ground {
  readonly engine: string
  readonly state: string
  readonly guard: RunGuard
  readonly stack: RunningStack
  readonly casualties: Casualty[]
}

let ground: Promise<Ground> | undefined

async function begin(engine: string): Promise<Ground> {
  const state = await mkdtemp(join(tmpdir(), 'container-test-'))
  const guard = await openRun({ stateFolder: state })
  await prepareContainers(guard.ledger, imagesFor(plan.storage))
  const stack = await containerWorld({ plan, ledger: guard.ledger }).start(
    await referenceTarget.topology(plan),
  )
  const casualties: Casualty[] = []
  stack.onCasualty?.((casualty) => casualties.push(casualty))
  await referenceTarget.prepare(stack, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: Buffer.from('digest key'),
    onJwks: () => {},
  })
  return { engine, state, guard, stack, casualties }
}

const running = async (context: TestContext) => {
  const engine = need(context, 'docker', await engineForTests())
  ground ??= begin(engine)
  const found = await ground
  const region = (role: RunningRegion['role']): RunningRegion =>
    one(found.stack.regions.filter((one) => one.role === role))
  const link = (name: string): RunningLink =>
    one(found.stack.links.filter((one) => one.name === name))
  return { ...found, primary: region('primary'), replica: region('replica'), link }
}

function one<T>(all: readonly T[]): T {
  const [found] = all
  if (found === undefined) throw new Error('there is none')
  return found
}

afterAll(async () => {
  if (ground === undefined) return
  const { engine, guard, stack, state } = await ground
  await stack[Symbol.asyncDispose]()
  expect(await guard.close()).toEqual([])
  expect(await listEngineObjects(engine, `${runLabel}=${guard.runId}`)).toEqual([])
  expect(await readdir(join(state, 'runs'))).toEqual([])
  await rm(state, { recursive: true })
})

const health = async ({ direct }: RunningRegion): Promise<number> => {
  const request = { method: 'GET', path: '/health', headers: {}, body: new Uint8Array() }
  return (await direct.send(request, AbortSignal.timeout(10_000))).status
}

const positionOf = async ({ control }: RunningRegion): Promise<number> =>
  (await control.status()).position

test('both Regions serve over their links and past them, and the replica follows', async (context) => {
  const { primary, replica, link } = await running(context)
  expect(await health(primary)).toBe(200)
  expect((await link('clients→primary').canary(seconds(10))).outcome).toBe('passed')
  expect((await link('replication').canary(seconds(10))).outcome).toBe('passed')
  const position = await positionOf(primary)
  expect(position).toBeGreaterThan(0)
  await expect.poll(() => positionOf(replica), { timeout: 20_000 }).toBe(position)
})

test('ports are published on 127.0.0.1 alone', async (context) => {
  const { engine, guard } = await running(context)
  const filters = JSON.stringify({ label: [`${runLabel}=${guard.runId}`] })
  const path = `/containers/json?filters=${encodeURIComponent(filters)}`
  const { body } = await callEngine(engine, 'GET', path)
  const ports = (body as unknown as { Ports: { IP?: string; PublicPort?: number }[] }[])
    .flatMap(({ Ports }) => Ports)
    .filter(({ PublicPort }) => PublicPort !== undefined)
  expect(ports.length).toBeGreaterThan(0)
  expect(new Set(ports.map(({ IP }) => IP))).toEqual(new Set(['127.0.0.1']))
})

test('a crashed Region is stopped, resets, and starts again from its disk at its address', async (context) => {
  const { primary, link, casualties } = await running(context)
  const before = await primary.control.status()
  const { endpoint } = primary
  await primary.lifecycle.crash()
  expect(await primary.lifecycle.observe()).toBe('stopped')
  expect((await link('clients→primary').canary(seconds(5))).outcome).toBe('reset')
  await expect(health(primary)).rejects.toMatchObject({ sent: 'no', failure: 'refused' })
  await expect(primary.control.status()).rejects.toThrow(/is gone \(SIGKILL\)/)
  await primary.lifecycle.start()
  expect(await primary.control.status()).toMatchObject({ ...before, boot: before.boot + 1 })
  expect(primary.endpoint).toBe(endpoint)
  expect((await link('clients→primary').canary(seconds(10))).outcome).toBe('passed')
  await expect(primary.lifecycle.start()).rejects.toThrow('is running: it cannot be started')
  expect(casualties).toEqual([])
})

test('a paused Region is silent, and can be killed', async (context) => {
  const { replica, link } = await running(context)
  await replica.lifecycle.pause()
  expect(await replica.lifecycle.observe()).toBe('paused')
  expect((await link('clients→replica').canary(millis(300))).outcome).toBe('silent')
  await replica.lifecycle.resume()
  expect(await replica.lifecycle.observe()).toBe('running')
  expect((await link('clients→replica').canary(seconds(10))).outcome).toBe('passed')
  await replica.lifecycle.pause()
  await replica.lifecycle.crash()
  expect(await replica.lifecycle.observe()).toBe('stopped')
  await replica.lifecycle.start()
  expect(await health(replica)).toBe(200)
})

test('a link refuses when it is cut, is silent when it holds, and passes when it is whole', async (context) => {
  const { link } = await running(context)
  const clients = link('clients→primary')
  const cut = await clients.disturb({ kind: 'cut' })
  expect((await clients.canary(seconds(5))).outcome).toBe('refused')
  await cut.lift()
  const hold = await clients.disturb({ kind: 'hold', direction: 'both' })
  expect((await clients.canary(millis(300))).outcome).toBe('silent')
  await hold.lift()
  expect((await clients.canary(seconds(10))).outcome).toBe('passed')
})

test('a full disk refuses, also while its Region is stopped, until it has room again', async (context) => {
  const { replica } = await running(context)
  const probe = () => replica.control.command('disk-probe', null)
  expect(await probe()).toMatchObject({ writable: true })
  await replica.lifecycle.fillDisk?.()
  expect(await probe()).toMatchObject({ code: 'ENOSPC' })
  await replica.lifecycle.crash()
  await replica.lifecycle.freeDisk?.()
  await replica.lifecycle.start()
  expect(await probe()).toMatchObject({ writable: true })
})

test('clocks are moved over the control channel and seen over the API', async (context) => {
  const { primary, stack } = await running(context)
  await primary.control.setWallOffset(seconds(300))
  const ahead = (await primary.control.readWall()) - stack.wall.now()
  expect(Math.abs(ahead - seconds(300))).toBeLessThan(seconds(30))
  await primary.control.setWallOffset(0)
})

test('a container that somebody else ends is a casualty', async (context) => {
  const { engine, guard, replica, casualties } = await running(context)
  const objects = await listEngineObjects(engine, `${runLabel}=${guard.runId}`)
  const software = one(
    objects.filter(({ kind, name }) => kind === 'container' && name.endsWith(`-${replica.name}`)),
  )
  await callEngine(engine, 'POST', `/containers/${software.id}/kill?signal=KILL`)
  await expect.poll(() => casualties.length, { timeout: 20_000 }).toBe(1)
  expect(casualties[0]).toMatchObject({ name: `Region ${replica.name}`, how: 'SIGKILL' })
  await replica.lifecycle.start()
  expect(await health(replica)).toBe(200)
})
