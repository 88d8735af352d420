import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../kernel/clock.ts'
import { seconds } from '../kernel/time.ts'
import { audit } from './audit.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'
import { createRunId, runIdVariable } from './run-id.ts'
import { type UndoSubject, undo } from './undo.ts'

// Goal: a server that wrote over its environment does not outlive its run. Method: a supervisor
// that starts a server without any, both real.

interface Scene {
  readonly subject: UndoSubject
  readonly supervisor: ChildProcess
  readonly server: ProcessIdentity
}

/** @param listed - Whether the supervisor was confirmed in the ledger. */
async function begin({ listed = true, inFolder = true } = {}): Promise<Scene> {
  const runId = createRunId(1_000_000)
  const folder = await mkdtemp(join(tmpdir(), inFolder ? `interregnum-${runId}-` : 'elsewhere-'))
  const program = 'env -i sleep 60 >/dev/null & echo $!; wait'
  const supervisor = spawn('/bin/sh', ['-c', program], {
    ...{ cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
    env: { ...process.env, [runIdVariable]: runId },
  })
  onTestFinished(async () => {
    if (server !== undefined && (await isAlive(server.pid, server.startTime))) {
      process.kill(server.pid, 'SIGKILL')
    }
    supervisor.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  const leader = await identify(supervisor.pid ?? 0)
  const [pid] = (await once(supervisor.stdout ?? supervisor, 'data')) as [Buffer]
  const server = await identify(Number(String(pid)))
  if (leader === undefined || server === undefined) throw new Error('nothing was started')
  const detail = { command: 'a supervisor', ...leader }
  const frame = { id: '1', owner: 'Region of a test', created: 0, timeToLiveMillis: 60_000 }
  const entries = listed ? [{ ...frame, kind: 'process' as const, detail }] : []
  return { subject: { runId, entries }, supervisor, server }
}

async function end({ supervisor }: Scene): Promise<void> {
  const ended = once(supervisor, 'exit')
  supervisor.kill('SIGKILL')
  await ended
}

const found = async ({ subject, server }: Scene): Promise<string | undefined> =>
  (await audit(subject)).processes.find(({ pid }) => pid === server.pid)?.owner

const undone = async ({ subject, server }: Scene): Promise<boolean> => {
  await undo(subject, systemClock(), seconds(2))
  return !(await isAlive(server.pid, server.startTime))
}

test('it is found beside its supervisor, listed or not, and ended with it', async () => {
  const [listed, tagged] = await Promise.all([begin(), begin({ listed: false })])
  expect(await found(listed)).toBe('Region of a test')
  expect(await found(tagged)).toBe('not in the ledger')
  expect(await Promise.all([listed, tagged].map(undone))).toEqual([true, true])
})

test('it is found after its supervisor by where it works, and ended', async () => {
  const scene = await begin()
  await end(scene)
  expect(await found(scene)).toBe('Region of a test')
  expect(await undone(scene)).toBe(true)
})

test('whoever took the number of a supervisor that is gone, or works there, is left alone', async () => {
  const [elsewhere, another] = await Promise.all([begin({ inFolder: false }), begin()])
  await Promise.all([elsewhere, another].map(end))
  const stranger = { ...another, subject: { ...another.subject, entries: [] } }
  expect(await Promise.all([elsewhere, stranger].map(found))).toEqual([undefined, undefined])
  expect(await Promise.all([elsewhere, stranger].map(undone))).toEqual([false, false])
})
