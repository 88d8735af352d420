import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { freePorts } from '../world/free-ports.ts'
import {
  documentOf,
  emptyFolder,
  environmentOf,
  interregnum,
  program,
} from './interregnum.test.support.ts'
import { loadTopology } from './topology-file.ts'

// Goal: a program of the user's drives a system of the user's. Method: the directory of
// fixtures/drivers in two processes of its own, which the harness did not start, and its driver.

const directory = join(packageRoot, 'fixtures/drivers/directory')
const driver = `${process.execPath} ${join(directory, 'driver.mjs')}`

interface Pair {
  readonly folder: string
  /** Names of the users that the primary has. */
  users(): Promise<readonly string[]>
}

/** Two Regions that are up, a topology of them, and two claims about them. */
async function pair(keep: number): Promise<Pair> {
  const folder = emptyFolder()
  const [port = 0] = await freePorts(1)
  const primary = await region('--keep', String(keep))
  const replica = await region('--of', `http://127.0.0.1:${port}`)
  const topology = {
    regions: {
      east: { role: 'primary', url: primary, health: '/health' },
      west: { role: 'replica', url: replica, health: '/health' },
    },
    links: {
      replication: {
        ...{ from: 'west', to: 'east', listen: `127.0.0.1:${port}` },
        upstream: primary.slice('http://'.length),
        canary: { send: 'GET /health HTTP/1.0\r\n\r\n', expect: 'HTTP/1.1 200' },
      },
    },
    target: { note: 'handed to the driver' },
  }
  writeFileSync(join(folder, 'topology.yaml'), JSON.stringify(topology))
  writeFileSync(join(folder, 'own.scenario.ts'), claims)
  const config = { scenarios: ['*.scenario.ts'], world: 'remote', topology: 'topology.yaml' }
  const text = { ...config, driver: { command: driver.split(' ') } }
  writeFileSync(
    join(folder, 'interregnum.config.ts'),
    `export const config = ${JSON.stringify(text)}`,
  )
  const users = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${primary}/changes?after=0`)
    const { changes } = (await answer.json()) as { changes: { name: string; user?: object }[] }
    const last = new Map(changes.map(({ name, user }) => [name, user]))
    return [...last].flatMap(([name, user]) => (user === undefined ? [] : [name]))
  }
  return { folder, users }
}

async function region(...flags: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(directory, 'service.js'), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return String(line).split(' at ')[1] ?? ''
}

const claims = `import { scenario } from 'interregnum'
export const stays = scenario('stays', {
  claim: 'A token is accepted in both Regions, also while the primary is lost.',
  requirements: ['FS-37'],
  needs: { faults: ['region-loss', 'failover'], functions: ['sign-in', 'use-token'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    await workload.population(3)
    const tokens = await workload.signIn(await workload.bystanders(3))
    await workload.presentTokens(tokens, primary.name)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await workload.presentTokens(tokens, replica.name)
    await lost.heal()
    await clients.failback()
  },
})
export const catchesUp = scenario('catches-up', {
  claim: 'After a cut of its replication the replica catches up.',
  requirements: ['FS-36', 'FS-39'],
  needs: { faults: ['cut'], functions: ['update-attribute'], links: ['replication'] },
  async run({ links, workload, nemesis }) {
    await workload.population(4)
    const work = workload.traffic({ mix: { 'update-attribute': 2, 'sign-up': 1 }, ratePerSecond: 60 })
    await work.until({ kind: 'acknowledged', count: 10 })
    const cut = await nemesis.inject('cut', { link: links.replication })
    await work.until({ kind: 'acknowledged', count: 40 })
    await work.stop()
    await cut.heal()
    await workload.converge()
  },
})
`

test('one claim holds of a system of the user’s, and a log that is too short is found out', async () => {
  const { folder, users } = await pair(16)
  const plan = resolvePlan(
    {
      ...{ scenarios: ['stays', 'catches-up'], target: 'directory', world: 'remote' },
      ...{ driver: { command: driver.split(' ') }, limits: { settleMillisMax: 1_000 } },
      topology: loadTopology('topology.yaml', folder),
    },
    { tool: 'test', targets: ['directory'], scenarios: ['stays', 'catches-up'], mutants: [] },
  )
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
  const answer = interregnum(folder, 'run', '--plan', 'plan.json', '--json')
  const { target, model, world, scenarios, leftovers } = documentOf('verdict', answer)
  expect({ target, model, world, leftovers }).toEqual({
    ...{ target: 'directory', model: false, world: 'remote', leftovers: [] },
  })
  expect(scenarios.map(({ id, verdict }) => `${id}: ${verdict}`)).toEqual([
    'stays: pass',
    'catches-up: fail',
  ])
  expect(await users()).toEqual([])
})

test('users of a run that is killed are removed by its driver, started again', async () => {
  const { folder, users } = await pair(1_000)
  const run = spawn(process.execPath, [program, 'run', 'catches-up'], {
    ...{ cwd: folder, env: environmentOf(folder), stdio: 'ignore' as const },
  })
  await expect.poll(users, patience).not.toEqual([])
  run.kill('SIGKILL')
  await expect.poll(users, patience).toEqual([])
})

const patience = { timeout: 40_000, interval: 20 }

test('a driver is tried on a system of the user’s, and leaves nobody there', async () => {
  const { folder, users } = await pair(1_000)
  const answer = interregnum(
    folder,
    ...['driver', 'check', driver, '--topology', 'topology.yaml', '--json'],
  )
  const { checks, notes } = documentOf('driver-check', answer)
  expect(checks.filter(({ passed }) => !passed)).toEqual([])
  expect(checks.map(({ name }) => name)).toContain('delete-user: users that were made are gone')
  expect({ notes, users: await users() }).toEqual({ notes: [], users: [] })
})
