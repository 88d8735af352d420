import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { builtModule } from '../kernel/paths.ts'
import { diagnose } from './doctor.ts'
import { readLedger } from './ledger-file.ts'
import { exists } from './private-directory.ts'
import { identify } from './process-identity.ts'
import { recover } from './recover.ts'
import { openRun } from './run-guard.ts'
import { createRunId } from './run-id.ts'
import { ledgerPath } from './state-folder.ts'

// Goal: nothing outlives a run. Method: real runs as processes, killed in every way.

interface Started {
  readonly process: ChildProcess
  readonly runId: string
  readonly pids: readonly number[]
  readonly directory: string
  readonly reaper: number
  readonly nextLine: () => Promise<string>
}

let state: string
const processes: ChildProcess[] = []

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'guard-test-'))
})

afterEach(async () => {
  for (const child of processes.splice(0)) child.kill('SIGKILL')
  await expect.poll(async () => (await diagnose({ stateFolder: state })).runs.length).toBe(0)
  await rm(state, { recursive: true })
})

const start = async (...parameters: readonly string[]): Promise<Started> => {
  const child = spawn(
    process.execPath,
    [builtModule('harness/ledger/testing/guarded-run.ts'), ...parameters],
    {
      detached: true,
      env: { ...process.env, INTERREGNUM_STATE_DIR: state },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  processes.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => String((await lines.next()).value)
  const said = JSON.parse(await nextLine())
  return { process: child, nextLine, ...said }
}

const living = async (pids: readonly number[]): Promise<readonly number[]> => {
  const alive: number[] = []
  for (const pid of pids) if ((await identify(pid)) !== undefined) alive.push(pid)
  return alive
}

const expectNothingLeft = async (run: Started): Promise<void> => {
  const left = async (): Promise<unknown> => ({
    processes: await living([...run.pids, run.reaper]),
    directory: await exists(run.directory),
    ledgers: (await readdir(join(state, 'runs'))).filter((name) => name.startsWith(run.runId)),
  })
  await expect
    .poll(left, { timeout: 2_000, interval: 20 })
    .toEqual({ processes: [], directory: false, ledgers: [] })
}

const groupOf = (run: Started): number => -(run.process.pid ?? 0)

test('a run that is killed alone leaves nothing', async () => {
  const run = await start()
  expect(await living(run.pids)).toHaveLength(2)
  run.process.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('children that the ledger never knew are found by their environment', async () => {
  const run = await start('unlisted')
  run.process.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('a run that is killed with its process group leaves nothing', async () => {
  const run = await start()
  process.kill(groupOf(run), 'SIGKILL')
  await expectNothingLeft(run)
})

test('a paused child is ended too', async () => {
  const run = await start()
  for (const pid of run.pids) process.kill(pid, 'SIGSTOP')
  run.process.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('the reaper outlives an interrupt of the terminal and requests to end', async () => {
  const run = await start()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(run.reaper, signal)
  process.kill(groupOf(run), 'SIGINT')
  await expectNothingLeft(run)
})

test('a reaper that is killed is replaced, and the new one does its work', async () => {
  const run = await start()
  process.kill(run.reaper, 'SIGKILL')
  const reaper = async (): Promise<number | undefined> =>
    (await readLedger(ledgerPath(state, run.runId)))?.reaper?.pid
  await expect.poll(reaper, { timeout: 5_000 }).not.toBe(run.reaper)
  expect(await living(run.pids)).toHaveLength(2)
  run.process.kill('SIGKILL')
  await expectNothingLeft({ ...run, reaper: (await reaper()) ?? 0 })
})

test('two runs at once do not see each other', async () => {
  const [first, second] = await Promise.all([start(), start()])
  first.process.kill('SIGKILL')
  await expectNothingLeft(first)
  expect(await living(second.pids)).toHaveLength(2)
  const recovery = await recover({ stateFolder: state })
  expect(recovery.recovered).toEqual([])
  expect(recovery.untouched).toEqual([{ runId: second.runId, state: 'alive' }])
  expect(await living(second.pids)).toHaveLength(2)
  second.process.kill('SIGKILL')
  await expectNothingLeft(second)
})

test('where run and reaper were both killed, doctor says what is left and recover removes it', async () => {
  const run = await start()
  for (const pid of run.pids) process.kill(pid, 'SIGSTOP')
  process.kill(run.process.pid ?? 0, 'SIGSTOP')
  process.kill(run.reaper, 'SIGKILL')
  process.kill(run.process.pid ?? 0, 'SIGKILL')
  await expect.poll(() => living([run.process.pid ?? 0, run.reaper])).toEqual([])
  // A process that waits for a processor stops when it gets one.
  const problems = async () => (await diagnose({ stateFolder: state })).problems.join('\n')
  await expect.poll(problems).toMatch(/first child: .* is paused/)
  const diagnosis = await diagnose({ stateFolder: state })
  expect(diagnosis.clean).toBe(false)
  expect(diagnosis.problems.join('\n')).toContain(`directory ${run.directory} exists`)
  const recovery = await recover({ stateFolder: state })
  expect(recovery).toMatchObject({ clean: true, untouched: [] })
  expect(recovery.recovered[0]?.removed).toEqual([
    ...run.pids.map((pid) => `process ${pid}`),
    `directory ${run.directory}`,
  ])
  await expectNothingLeft(run)
  expect((await diagnose({ stateFolder: state })).clean).toBe(true)
})

test('children whose ledger is lost are strays: shown and ended once their run is gone', async () => {
  const run = await start()
  const strays = async (): Promise<readonly number[]> =>
    (await diagnose({ stateFolder: state })).strays
      .filter(({ runId }) => runId === run.runId)
      .map(({ pid }) => pid)
  await rm(ledgerPath(state, run.runId))
  expect(await strays()).toEqual([])
  process.kill(run.process.pid ?? 0, 'SIGSTOP')
  process.kill(run.reaper, 'SIGKILL')
  process.kill(run.process.pid ?? 0, 'SIGKILL')
  await expect.poll(strays).toEqual(run.pids)
  await recover({ stateFolder: state })
  expect(await living(run.pids)).toEqual([])
  await rm(run.directory, { recursive: true })
})

test('an empty ledger is a run that opens at this moment; an old one is a run that died', async () => {
  const path = ledgerPath(state, createRunId(0))
  await mkdir(join(state, 'runs'))
  await writeFile(path, '')
  expect(await recover({ stateFolder: state })).toMatchObject({ recovered: [], untouched: [] })
  expect(await exists(path)).toBe(true)
  await utimes(path, 0, 0)
  expect((await diagnose({ stateFolder: state })).runs).toMatchObject([{ state: 'dead' }])
  await recover({ stateFolder: state })
  expect(await exists(path)).toBe(false)
})

test('what a run leaves behind at its end is said, cleaned, and makes it dirty', async () => {
  const run = await start()
  run.process.stdin?.end()
  const sentences: unknown = JSON.parse(await run.nextLine())
  expect(sentences).toEqual([
    expect.stringMatching(/^process \d+ \(first child: .*\) is running after the run; it was/),
    expect.stringMatching(/^process \d+ \(second child: .*\) is running after the run; it was/),
    `directory ${run.directory} exists after the run; it was cleaned up`,
  ])
  await expectNothingLeft(run)
})

test('a clean run ends without a word, its reaper with it', async () => {
  const guard = await openRun({ stateFolder: state })
  const reaper = (await readLedger(ledgerPath(state, guard.runId)))?.reaper
  expect(await guard.close()).toEqual([])
  expect(await guard.close()).toEqual([])
  expect(await living([reaper?.pid ?? process.pid])).toEqual([])
})

test('a run that outlives its time to live is undone', async () => {
  const guard = await openRun({ stateFolder: state, timeToLiveMillis: 300 })
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
    env: { ...process.env, ...guard.environment },
    stdio: 'ignore',
  })
  processes.push(child)
  await expect.poll(() => child.signalCode, { timeout: 5_000 }).toBe('SIGKILL')
  expect(await guard.close()).toEqual([])
})
