import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, type TestContext, test } from 'vitest'
import { systemClock } from '../../../kernel/clock.ts'
import { builtModule } from '../../../kernel/paths.ts'
import { keyedRandom } from '../../../kernel/random.ts'
import { need } from '../../../kernel/testing/need.ts'
import { seconds } from '../../../kernel/time.ts'
import { openRun, type RunGuard } from '../../../ledger/run-guard.ts'
import { engineForTests } from '../../../ledger/testing/engine-fixture.ts'
import { resolvePlan } from '../../../plan/resolve.ts'
import type { RunningRegion, RunningStack } from '../../../target/contract.ts'
import { referenceTarget } from '../../../target/reference/target.ts'
import { openEngineRuntime } from '../engine-runtime.ts'
import { attachProject } from './attached-project.ts'
import { attachedWorld } from './attached-world.ts'
import { findProject } from './compose-project.ts'
import { surveyProject } from './survey.ts'
import { composeUp, composeVersion, type UpProject } from './testing/compose-up.ts'

// Goal: a stack that somebody started carries a run, and is as it was found afterwards, whatever
// happens to the run. Method: docker-compose.yml itself, up once for all tests.

interface Ground {
  readonly up: UpProject
  readonly state: string
  readonly guard: RunGuard
}

let ground: Promise<Ground> | undefined

async function begin(): Promise<Ground> {
  const up = await composeUp()
  const state = await mkdtemp(join(tmpdir(), 'attached-test-'))
  return { up, state, guard: await openRun({ stateFolder: state }) }
}

const upFor = async (context: TestContext): Promise<Ground> => {
  need(context, 'docker', await engineForTests())
  need(context, 'docker', await composeVersion())
  ground ??= begin()
  return ground
}

afterAll(async () => {
  if (ground === undefined) return
  const { up, state, guard } = await ground
  const left = await guard.close()
  await up[Symbol.asyncDispose]()
  expect(left).toEqual([])
  expect(await readdir(join(state, 'runs'))).toEqual([])
  await rm(state, { recursive: true })
}, 120_000)

const planFor = (project: string) =>
  resolvePlan(
    { scenarios: ['any'], world: 'container', storage: 'postgres', attach: project },
    { tool: 'test', targets: ['reference'], scenarios: ['any'], mutants: [] },
  )

const prepare = async (stack: RunningStack, project: string): Promise<void> => {
  const plan = planFor(project)
  await referenceTarget.prepare(stack, {
    plan,
    random: keyedRandom(plan.seed),
    digestKey: Buffer.from('digest key'),
    onJwks: () => {},
  })
}

const health = async ({ direct }: RunningRegion): Promise<number> => {
  const request = { method: 'GET', path: '/health', headers: {}, body: new Uint8Array() }
  return (await direct.send(request, AbortSignal.timeout(10_000))).status
}

/** Everything runs and every link is whole; an error says what does not and is not. */
const found = async (project: string): Promise<void> => {
  const engine = await openEngineRuntime()
  await findProject(engine, project, systemClock())
}

/** The first test builds images, where they are of another build, and brings everything up. */
const firstMillisMax = 300_000

test('a run uses the Regions, the links and the databases that are up', {
  timeout: firstMillisMax,
}, async (context) => {
  const { up, guard } = await upFor(context)
  const plan = planFor(up.name)
  expect(await surveyProject(up.name, undefined, ['lockoutScope'])).toEqual({
    attach: up.name,
    proxy: 'link-proxy',
    storage: 'postgres',
    cryptography: { signing: 'RS256', passwordHashCost: 16_384 },
    replication: { lagMillisMin: 20, lagMillisMax: 80 },
    syncBeforeAcknowledge: true,
    switches: {},
  })
  const attached = await attachProject(guard.ledger, up.name, plan.proxy)
  const second = attachProject(guard.ledger, up.name, plan.proxy)
  await expect(second).rejects.toThrow(`is in use by run ${guard.runId}`)
  const topology = await referenceTarget.topology(plan)
  const stack = await attachedWorld({ plan, attached }).start(topology)
  await prepare(stack, up.name)
  const [primary, replica] = stack.regions as [RunningRegion, RunningRegion]
  for (const link of stack.links) {
    expect((await link.canary(seconds(10))).outcome).toBe('passed')
    const cut = await link.disturb({ kind: 'cut' })
    expect((await link.canary(seconds(5))).outcome).toMatch(/refused|reset/)
    await cut.lift()
  }
  await primary.lifecycle.crash()
  expect([await primary.lifecycle.observe(), await primary.database?.observe()]).toEqual([
    'stopped',
    'stopped',
  ])
  await expect(primary.control.status()).rejects.toThrow(/is gone \(SIGKILL\)/)
  await primary.lifecycle.start()
  expect(await health(primary)).toBe(200)
  await replica.lifecycle.pause()
  await primary.control.setWallOffset(seconds(300))
  await primary.control.command('health', { status: 'down' })
  await stack[Symbol.asyncDispose]()
  await found(up.name)

  const again = await attachedWorld({ plan, attached }).start(topology)
  // A second pool beside the first, in Regions that have forgotten what they were told.
  await prepare(again, up.name)
  const [sound, other] = again.regions as [RunningRegion, RunningRegion]
  expect([await health(sound), await health(other)]).toEqual([200, 200])
  const ahead = (await sound.control.readWall()) - again.wall.now()
  expect(Math.abs(ahead)).toBeLessThan(seconds(30))
  await again[Symbol.asyncDispose]()
  await attached.release()
})

test('a project that is not whole is no ground for a run', async (context) => {
  const { up, guard } = await upFor(context)
  const attach = () => attachProject(guard.ledger, up.name, 'link-proxy')
  await up.compose('kill', 'postgres-regional')
  await expect(attach()).rejects.toThrow(
    `${up.name} is not up as a whole: postgres-regional is exited`,
  )
  await up.compose('start', 'postgres-regional')
  const { client, release } = await attach()
  await release()
  const link = await client.openLink('replication')
  await link.disturb({ kind: 'latency', direction: 'upstream', latencyMillis: 1, jitterMillis: 0 })
  await expect(attach()).rejects.toThrow(/are disturbed: replication carries \S+-latency-upstream$/)
  await client.reset()
  const nobody = attachProject(guard.ledger, 'nobody', 'link-proxy')
  await expect(nobody).rejects.toThrow('"--attach" names nobody; the compose projects are ')
})

test('a run that is killed leaves the project as it found it', async (context) => {
  const { up, state } = await upFor(context)
  const module = builtModule('harness/world/container/attached/testing/attached-run.ts')
  const run = spawn(process.execPath, [module, up.name], {
    env: { ...process.env, INTERREGNUM_STATE_DIR: state },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(run.stdout, 'data')
  expect(String(said)).toContain('disturbed')
  await expect(found(up.name)).rejects.toThrow('identity-primary is exited')
  run.kill('SIGKILL')
  const ledgers = async (): Promise<number> => (await readdir(join(state, 'runs'))).length
  await expect.poll(ledgers, { timeout: 90_000 }).toBe(1)
  await found(up.name)
})
