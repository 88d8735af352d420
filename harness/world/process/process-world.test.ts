import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HttpRequest } from '../../http/http.ts'
import { RegionNotReadyError } from '../../kernel/errors.ts'
import { millis, seconds } from '../../kernel/time.ts'
import { readLedger } from '../../ledger/ledger-file.ts'
import { processTable } from '../../ledger/process-table.ts'
import { openRun, type RunGuard } from '../../ledger/run-guard.ts'
import { ledgerPath } from '../../ledger/state-folder.ts'
import { defaults } from '../../plan/defaults.ts'
import type { RunningLink, RunningRegion, RunningStack, Topology } from '../../target/contract.ts'
import { processWorld } from './process-world.ts'
import { toyPrimary, toyReplica, toyTopology } from './testing/toy-topology.ts'

// Goal: Regions are processes, links are disturbed, nothing is left. Method: real children.

let state: string
let guard: RunGuard
const stacks: RunningStack[] = []

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'world-test-'))
  guard = await openRun({ stateFolder: state })
})

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]()
  expect(await guard.close()).toEqual([])
  expect(await readdir(join(state, 'runs'))).toEqual([])
  await rm(state, { recursive: true })
})

const start = async (topology: Topology = toyTopology(), readyMillis = 20_000) => {
  const limits = { ...defaults.limits, regionReadyMillisMax: readyMillis }
  const world = processWorld({ plan: { seed: 1, limits }, ledger: guard.ledger })
  const stack = await world.start(topology)
  stacks.push(stack)
  const region = (name: string): RunningRegion => find(stack.regions, name)
  const link = (name: string): RunningLink => find(stack.links, name)
  return { stack, primary: region(toyPrimary), replica: region(toyReplica), link }
}

function find<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const store = (text: string): HttpRequest => ({
  method: 'POST',
  path: '/',
  headers: {},
  body: new TextEncoder().encode(text),
})

const lines = async (client: RunningRegion['http'], text = 'x'): Promise<readonly string[]> => {
  const { body } = await client.send(store(text), AbortSignal.timeout(10_000))
  return JSON.parse(new TextDecoder().decode(body)).lines
}

const connectTo = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => socket.destroy()).once('close', () => resolve('closed'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
  })

test('both Regions serve over their links and directly, on disks of their own', async () => {
  const { primary, replica } = await start()
  expect(await lines(primary.http, 'a')).toEqual(['a'])
  expect(await lines(primary.direct, 'b')).toEqual(['a', 'b'])
  expect(await lines(replica.http, 'c')).toEqual(['c'])
  expect(await primary.control.status()).toEqual({ boot: 1, position: 2 })
  expect(await primary.control.command('folder-mode', null)).toBe(0o700)
})

test('a crashed Region is stopped, refuses, and starts again from its disk', async () => {
  const { primary, replica, link } = await start()
  await lines(primary.http, 'a')
  const before = await replica.control.command('start-message', null)
  await primary.lifecycle.crash()
  await primary.lifecycle.crash()
  expect(await primary.lifecycle.observe()).toBe('stopped')
  expect((await link(`clients→${toyPrimary}`).canary(seconds(5))).outcome).toBe('reset')
  await expect(lines(primary.http)).rejects.toMatchObject({ code: 'ERR_HTTP' })
  await expect(lines(primary.direct)).rejects.toMatchObject({ sent: 'no', failure: 'refused' })
  await expect(primary.control.status()).rejects.toThrow('Region toy-east-1 is gone (SIGKILL)')
  await primary.lifecycle.start()
  expect(await lines(primary.http, 'b')).toEqual(['a', 'b'])
  expect(await lines(primary.direct, 'c')).toEqual(['a', 'b', 'c'])
  expect((await primary.control.status()).boot).toBe(2)
  expect((await link('replication').canary(seconds(5))).passed).toBe(true)
  await expect(primary.lifecycle.start()).rejects.toThrow('is running: it cannot be started')
  await replica.lifecycle.crash()
  await replica.lifecycle.start()
  const after = await replica.control.command('start-message', null)
  expect(after).toEqual({ ...(before as object), boot: 2 })
})

test('a Region that dies by itself is seen as stopped and as requests that fail', async () => {
  const { replica } = await start()
  await expect(replica.control.command('exit', null)).rejects.toThrow('is gone (exit code 9)')
  expect(await replica.lifecycle.observe()).toBe('stopped')
  await expect(lines(replica.http)).rejects.toMatchObject({ code: 'ERR_HTTP' })
  await expect(replica.lifecycle.pause()).rejects.toThrow('is stopped: nothing to pause')
  await replica.lifecycle.start()
  expect((await replica.control.status()).boot).toBe(2)
})

test('the port of a dead Region is kept from strangers until it listens elsewhere', async () => {
  const { primary } = await start()
  const ledger = await readLedger(ledgerPath(state, guard.runId))
  const entry = ledger?.entries.find(({ owner }) => owner === `Region ${toyPrimary}`)
  const addresses = await processTable().listening(Number(entry?.detail.pid))
  const ports = addresses.map((address) => Number(address.split(':')[1]))
  expect(ports).toHaveLength(2)
  await primary.lifecycle.crash()
  expect(await processTable().listening(process.pid)).toEqual(
    expect.arrayContaining([...addresses]),
  )
  await primary.lifecycle.start()
  for (const port of ports) expect(await connectTo(port)).toBe('ECONNREFUSED')
})

test('a paused Region is silent and answers after it resumes', async () => {
  const { primary, link } = await start()
  await primary.lifecycle.pause()
  expect(await primary.lifecycle.observe()).toBe('paused')
  const canary = await link(`clients→${toyPrimary}`).canary(millis(150))
  expect(canary).toEqual({ passed: false, roundTripMicros: 150_000, outcome: 'silent' })
  await primary.lifecycle.resume()
  expect(await primary.lifecycle.observe()).toBe('running')
  expect((await link(`clients→${toyPrimary}`).canary(seconds(5))).passed).toBe(true)
})

test('disturbances of a link are seen by its canary and end when they are lifted', async () => {
  const { link } = await start()
  const replication = link('replication')
  const outcome = async (): Promise<string> => (await replication.canary(millis(300))).outcome
  expect(await outcome()).toBe('passed')
  const cut = await replication.disturb({ kind: 'cut' })
  expect(await outcome()).toBe('refused')
  await cut.lift()
  await cut.lift()
  expect(await outcome()).toBe('passed')
  const hole = await replication.disturb({ kind: 'black-hole', direction: 'downstream' })
  expect(await outcome()).toBe('silent')
  expect((await link(`clients→${toyPrimary}`).canary(seconds(5))).outcome).toBe('passed')
  await hole.lift()
  const slow = { kind: 'latency', direction: 'both', latencyMillis: 40, jitterMillis: 0 } as const
  const latency = await replication.disturb(slow)
  const canary = await replication.canary(seconds(5))
  expect(canary.roundTripMicros).toBeGreaterThan(millis(75))
  await latency.lift()
  expect(await outcome()).toBe('passed')
})

test('peers are reached at a proxy whose port survives restarts', async () => {
  const { replica } = await start()
  const { peers } = (await replica.control.command('start-message', null)) as unknown as {
    readonly peers: Readonly<Record<string, Readonly<Record<string, { readonly port: number }>>>>
  }
  expect(Object.keys(peers)).toEqual([toyPrimary])
  expect(await connectTo(peers[toyPrimary]?.replication?.port ?? 0)).toBe('closed')
})

test('wall clocks are skewed alone and travel together, also over pauses and restarts', async () => {
  const { stack, primary, replica } = await start()
  const ahead = async (region: RunningRegion): Promise<number> =>
    Math.round(((await region.control.readWall()) - stack.wall.now()) / 3_600_000_000) + 0
  expect([await ahead(primary), await ahead(replica)]).toEqual([0, 0])
  await replica.control.setWallOffset(seconds(2 * 3_600))
  expect([await ahead(primary), await ahead(replica)]).toEqual([0, 2])
  const before = stack.wall.now()
  await primary.lifecycle.pause()
  await replica.lifecycle.crash()
  await stack.timeTravel.advance(seconds(24 * 3_600))
  expect(stack.wall.now() - before).toBeGreaterThanOrEqual(seconds(24 * 3_600))
  await primary.lifecycle.resume()
  await replica.lifecycle.start()
  expect([await ahead(primary), await ahead(replica)]).toEqual([0, 2])
  await replica.control.setWallOffset(0)
  expect(await ahead(replica)).toBe(0)
})

test.for([
  [
    'never-ready',
    /said nothing for 1500 ms; .* within 1500 ms. Its last words:\nwaiting for a/,
    /Millis/,
  ],
  ['exit', /Region toy-west-1 is gone \(exit code 7\); .*words:\nthe disk is on fire$/, /it ended/],
  ['fatal', /Region toy-west-1 gave up: no key to open the disk; /, /^give it one$/],
] as const)(
  'a Region that does not become ready (%s) is one clear error',
  async ([how, message, hint]) => {
    const error = await start(toyTopology(how), 1_500).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RegionNotReadyError)
    expect((error as RegionNotReadyError).message).toMatch(message)
    expect((error as RegionNotReadyError).hint).toMatch(hint)
    expect((await readLedger(ledgerPath(state, guard.runId)))?.entries).toEqual([])
  },
)

test('a Region whose servers take longer to start has the time that its plan says', async () => {
  const { regions, links } = toyTopology('never-ready')
  const slow = regions.map((region) => ({ ...region, readyMillisMax: 700 }))
  await expect(start({ links, regions: slow }, 1)).rejects.toThrow(/said nothing for 700 ms/)
})

test('a module that does not exist is said in the words of node', async () => {
  const { regions, links } = toyTopology()
  const launch = { command: { module: '/nowhere/region.js' } }
  const broken = { links, regions: regions.map((region) => ({ ...region, launch })) }
  await expect(start(broken)).rejects.toThrow(/Cannot find module '\/nowhere\/region.js'/)
})

test('disposal stops a crashed and a paused Region alike, and does so once', async () => {
  const { stack, primary, replica } = await start()
  await primary.lifecycle.crash()
  await replica.lifecycle.pause()
  await stack[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
  expect(await replica.lifecycle.observe()).toBe('stopped')
  await expect(primary.lifecycle.start()).rejects.toThrow('belongs to a stack that was stopped')
  expect((await readLedger(ledgerPath(state, guard.runId)))?.entries).toEqual([])
})

test('a start under way ends when the stack is disposed', async () => {
  const { stack, replica } = await start(toyTopology('ready-once'))
  await replica.lifecycle.crash()
  const starting = replica.lifecycle.start().then(
    () => 'started',
    () => 'gave up',
  )
  await stack[Symbol.asyncDispose]()
  expect(await starting).toBe('gave up')
  expect(await replica.lifecycle.observe()).toBe('stopped')
})
