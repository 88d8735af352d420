import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, onTestFinished, type TestContext, test, vi } from 'vitest'
import { systemClock } from '../kernel/clock.ts'
import { builtModule } from '../kernel/paths.ts'
import { need } from '../kernel/testing/need.ts'
import { millis } from '../kernel/time.ts'
import { diagnose } from './doctor.ts'
import { callEngine, engineAddress, findEngine } from './engine.ts'
import { listEngineObjects, runLabel } from './engine-objects.ts'
import { readLedger } from './ledger-file.ts'
import { recover } from './recover.ts'
import { ledgerPath } from './state-folder.ts'
import { engineForTests } from './testing/engine-fixture.ts'
import { undoEngine } from './undo-engine.ts'

// Goal: containers, networks, volumes and images do not outlive a run either. Method: a real run on
// the real engine, killed; where there is no engine, that it is said and nothing waits for it.

let state: string
const processes: ChildProcess[] = []

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'engine-test-'))
})

afterEach(async () => {
  for (const child of processes.splice(0)) child.kill('SIGKILL')
  await rm(state, { recursive: true })
})

interface Started {
  readonly process: ChildProcess
  readonly runId: string
  readonly engine: string
  readonly nextLine: () => Promise<string>
}

const start = async (context: TestContext, ...parameters: string[]): Promise<Started> => {
  const engine = need(context, 'docker', await engineForTests())
  const script = builtModule('harness/ledger/testing/engine-run.ts')
  const child = spawn(process.execPath, [script, ...parameters], {
    env: { ...process.env, INTERREGNUM_STATE_DIR: state },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  processes.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => String((await lines.next()).value)
  const { runId } = JSON.parse(await nextLine()) as { runId: string }
  return { process: child, runId, engine, nextLine }
}

const objectsOf = async ({ engine, runId }: Started): Promise<readonly string[]> =>
  (await listEngineObjects(engine, `${runLabel}=${runId}`)).map(
    ({ kind, state }) => `${kind} ${state}`,
  )

const everything = [
  'container created',
  'container paused',
  'container running',
  'image there',
  'network there',
  'volume there',
]

const expectNothingLeft = async (run: Started): Promise<void> => {
  const left = async (): Promise<unknown> => ({
    objects: await objectsOf(run),
    ledgers: await readdir(join(state, 'runs')),
  })
  await expect.poll(left, { timeout: 60_000, interval: 50 }).toEqual({ objects: [], ledgers: [] })
}

test('what an engine keeps of a run that is killed, and what it was making, is gone soon', async (context) => {
  const run = await start(context, 'restless')
  expect(await objectsOf(run)).toEqual(expect.arrayContaining(everything))
  await expect
    .poll(async () => (await objectsOf(run)).length, { timeout: 30_000 })
    .toBeGreaterThan(everything.length + 1)
  run.process.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('what a run leaves in an engine at its end is said, cleaned, and makes it dirty', async (context) => {
  const run = await start(context)
  run.process.stdin?.end()
  const sentences = (JSON.parse(await run.nextLine()) as string[]).toSorted()
  expect(sentences).toHaveLength(everything.length)
  expect(sentences[0]).toBe(
    `container interregnum-${run.runId}-created (the created) is created after the run; it was ` +
      'cleaned up',
  )
  await expectNothingLeft(run)
})

test('where run and reaper are gone, doctor shows it and recover removes it', async (context) => {
  const run = await start(context)
  const reaper = (await readLedger(ledgerPath(state, run.runId)))?.reaper?.pid ?? 0
  run.process.kill('SIGSTOP')
  process.kill(reaper, 'SIGKILL')
  run.process.kill('SIGKILL')
  await expect.poll(() => run.process.signalCode).toBe('SIGKILL')
  const { problems } = await diagnose({ stateFolder: state })
  expect(problems.join('\n')).toContain(`network interregnum-${run.runId}-network (the network)`)
  const { recovered, clean } = await recover({ stateFolder: state })
  expect(clean).toBe(true)
  expect(recovered[0]?.removed).toContain(`volume interregnum-${run.runId}-volume`)
  await expectNothingLeft(run)
})

test('objects whose ledger is lost are strays, removed once their run is gone', async (context) => {
  const run = await start(context)
  const path = ledgerPath(state, run.runId)
  const reaper = (await readLedger(path))?.reaper?.pid ?? 0
  await rm(path)
  const strays = async (): Promise<number> =>
    (await diagnose({ stateFolder: state })).strayObjects.length
  expect(await strays()).toBe(0)
  run.process.kill('SIGSTOP')
  process.kill(reaper, 'SIGKILL')
  run.process.kill('SIGKILL')
  await expect.poll(strays, { timeout: 30_000 }).toBe(everything.length)
  expect((await recover({ stateFolder: state })).clean).toBe(true)
  await expectNothingLeft(run)
})

test('no engine is no reason to wait, and it is said', async () => {
  expect(await findEngine('unix:///nowhere/docker.sock')).toMatchObject({
    missing: expect.stringMatching(/does not answer: .*ENOENT/),
  })
  expect(await findEngine('ssh://somewhere')).toMatchObject({
    missing: expect.stringContaining('unix://… or tcp://… was expected'),
  })
  expect(engineAddress({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toBe('tcp://127.0.0.1:1')
})

test('what listens there and says nothing, or something else, is no engine', async () => {
  const silent = await listening(createServer(() => {}))
  await expect(callEngine(silent, 'GET', '/version', 200)).rejects.toThrow(
    'no answer within 200 ms',
  )
  const other = await listening(createServer((_request, response) => response.end('hello')))
  expect((await findEngine(other)).missing).toMatch(/is no container engine/)
})

test('an engine that refuses to list is no engine that keeps nothing', async () => {
  const busy = createServer((request, response) => {
    const isVersion = request.url === '/version'
    response.writeHead(isVersion ? 200 : 500)
    response.end(
      JSON.stringify(isVersion ? { Version: '1', ApiVersion: '1.41' } : { message: 'busy' }),
    )
  })
  const engine = await listening(busy)
  const sentence = `the container engine at ${engine} does not list what it keeps: busy`
  await expect(listEngineObjects(engine, `${runLabel}=x`)).rejects.toThrow(sentence)
  const subject = { runId: '20260101T000000Z-0123456789ab', entries: [], engines: [engine] }
  const clock = systemClock()
  expect(await undoEngine(subject, clock, clock.monotonic() + millis(300))).toEqual({
    removed: [],
    remaining: [`containers of the run may be there: ${sentence}`],
  })
  vi.stubEnv('DOCKER_HOST', engine)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await diagnose({ stateFolder: state })).toMatchObject({
    engine: { version: '1' },
    problems: [sentence],
    clean: false,
  })
  await expect(recover({ stateFolder: state })).rejects.toThrow(sentence)
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}
