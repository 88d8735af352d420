import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtModule } from '../../kernel/paths.ts'
import { diagnose } from '../../ledger/doctor.ts'
import { readLedger } from '../../ledger/ledger-file.ts'
import { identify } from '../../ledger/process-identity.ts'
import { recover } from '../../ledger/recover.ts'
import { ledgerPath } from '../../ledger/state-folder.ts'
import { type ToySystem, toySystem } from './testing/toy-system.ts'

// Goal: a run that is killed while a hook is in force or under way leaves the system as it found
// it. Method: real runs, killed with SIGKILL; the hooks are real commands.

let state = ''
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'remote-kill-'))
})
afterAll(() => rm(state, { recursive: true }))

async function startRun(system: ToySystem, hooks: unknown, word: string): Promise<ChildProcess> {
  const module = builtModule('harness/world/remote/testing/remote-run.ts')
  const topology = JSON.stringify(system.topology({ hooks }))
  const run = spawn(process.execPath, [module, topology], {
    env: { ...process.env, INTERREGNUM_STATE_DIR: state },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  run.stdout.on('data', (text: Buffer) => {
    said += String(text)
  })
  while (!said.includes(word)) await once(run.stdout, 'data')
  return run
}

const runs = async (): Promise<readonly string[]> =>
  (await readdir(join(state, 'runs'))).map((name) => name.replace('.ndjson', ''))

const run = ['sh', '-c', 'touch off-east']
const undo = ['rm', '-f', 'off-east']

test('a hook in force is taken back by the reaper', async () => {
  await using system = await toySystem()
  const killed = await startRun(system, { isolatePrimary: { run, undo } }, 'in force')
  expect(system.isOff('east')).toBe(true)
  killed.kill('SIGKILL')
  await expect.poll(runs, { timeout: 20_000 }).toEqual([])
  expect(system.isOff('east')).toBe(false)
})

test('with its reaper gone too, doctor shows the undo and recover runs it', async () => {
  await using system = await toySystem()
  const killed = await startRun(system, { isolatePrimary: { run, undo } }, 'in force')
  const [runId = ''] = await runs()
  const { reaper } = (await readLedger(ledgerPath(state, runId))) ?? {}
  process.kill(reaper?.pid ?? 0, 'SIGKILL')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  // A reaper that was killed counts as one until the system has buried it.
  const problems = async () => (await diagnose({ stateFolder: state })).problems
  await expect
    .poll(problems, { timeout: 10_000 })
    .toContainEqual(
      expect.stringMatching(
        /died; hook isolatePrimary of east is perhaps in force; its undo is: cd \S+ && rm -f off-east$/,
      ),
    )
  expect(system.isOff('east')).toBe(true)
  const { clean, recovered } = await recover({ stateFolder: state })
  expect([clean, recovered[0]?.removed]).toEqual([
    true,
    expect.arrayContaining(['hook isolatePrimary of east: its undo ran']),
  ])
  expect(system.isOff('east')).toBe(false)
  expect(await runs()).toEqual([])
})

test('a hook that was under way is ended before it is taken back', async () => {
  await using system = await toySystem()
  const slow = ['sh', '-c', 'echo $$ > pid; touch off-east; sleep 30; touch off-west']
  const killed = await startRun(system, { isolatePrimary: { run: slow, undo } }, 'began')
  await expect.poll(() => system.isOff('east'), { timeout: 10_000 }).toBe(true)
  killed.kill('SIGKILL')
  await expect.poll(runs, { timeout: 20_000 }).toEqual([])
  expect(system.isOff('east')).toBe(false)
  const [pid = ''] = await system.lines('pid')
  expect(Number(pid)).toBeGreaterThan(1)
  expect(await identify(Number(pid))).toBeUndefined()
})
