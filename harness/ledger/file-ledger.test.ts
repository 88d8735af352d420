import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemWallClock } from '../kernel/clock.ts'
import { StorageError } from '../kernel/errors.ts'
import { createFileLedger, type FileLedger } from './file-ledger.ts'
import { foldLedger, processOf, readLedger } from './ledger-file.ts'
import { createPrivateDirectory, exists, removeOwned } from './private-directory.ts'
import { createRunId, formatRunProcess, isRunId, parseRunProcess } from './run-id.ts'

// Goal: what a run intends can be read by others at once. Method: real files in a folder of ours.

let state: string
let ledger: FileLedger

const open = (folder: string): Promise<FileLedger> =>
  createFileLedger({
    stateFolder: folder,
    runId: createRunId(systemWallClock().now()),
    runProcess: { pid: process.pid, startTime: 'now' },
    command: 'a test',
    timeToLiveMillis: 60_000,
    wall: systemWallClock(),
  })

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'ledger-test-'))
  ledger = await open(state)
})

afterEach(async () => {
  await ledger.remove()
  await rm(state, { recursive: true })
})

test('an intent is in the file when it resolves, with owner and time to live', async () => {
  await ledger.intend('directory', 'Region a', { path: '/x' })
  const read = await readLedger(ledger.path)
  expect(read?.run).toMatchObject({ runId: ledger.runId, pid: process.pid, command: 'a test' })
  expect(read?.entries).toMatchObject([
    { kind: 'directory', owner: 'Region a', detail: { path: '/x' }, timeToLiveMillis: 60_000 },
  ])
})

test('confirm adds the process, release forgets it', async () => {
  const id = await ledger.intend('process', 'Region a', { command: ['node'] })
  expect((await readLedger(ledger.path))?.entries.map(processOf)).toEqual([undefined])
  await ledger.confirm(id, { pid: 7, startTime: 's' })
  expect((await readLedger(ledger.path))?.entries.map(processOf)).toEqual([
    { pid: 7, startTime: 's' },
  ])
  await ledger.release(id)
  expect((await readLedger(ledger.path))?.entries).toEqual([])
})

test('many at once keep their order and their own ids', async () => {
  const owners = Array.from({ length: 50 }, (_, index) => `owner ${index}`)
  const ids = await Promise.all(owners.map((owner) => ledger.intend('fault', owner, {})))
  expect(new Set(ids).size).toBe(50)
  expect((await readLedger(ledger.path))?.entries.map(({ owner }) => owner)).toEqual(owners)
})

test('a torn last line does not hide the lines before it', async () => {
  await ledger.intend('fault', 'cut', {})
  await appendFile(ledger.path, '{"type":"intend","id":"e2","ki')
  expect((await readLedger(ledger.path))?.entries).toHaveLength(1)
  expect(foldLedger('').run).toBeUndefined()
})

test('only this user can read it', async () => {
  expect((await stat(ledger.path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(state, 'runs'))).mode & 0o777).toBe(0o700)
})

test('a state folder that cannot be written is one clear message', async () => {
  const file = join(state, 'file')
  await writeFile(file, '')
  const error = await open(file).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StorageError)
  expect((error as StorageError).message).toMatch(
    /^the ledger .* could not be written \(ENOTDIR\)$/,
  )
  expect((error as StorageError).hint).toContain('INTERREGNUM_STATE_DIR')
})

test('a ledger that could not be begun is not left for a run that died', async () => {
  const folder = join(state, 'other')
  const wall = {
    ...systemWallClock(),
    now: () => {
      throw new Error('no time')
    },
  }
  const opening = createFileLedger({
    stateFolder: folder,
    runId: createRunId(systemWallClock().now()),
    runProcess: { pid: process.pid, startTime: 'now' },
    command: 'a test',
    timeToLiveMillis: 60_000,
    wall,
  })
  await expect(opening).rejects.toThrow('no time')
  expect(await readdir(join(folder, 'runs'))).toEqual([])
})

test('a private folder is listed before it exists and goes with its entry', async () => {
  const directory = await createPrivateDirectory(ledger, 'world')
  expect((await readFile(ledger.path, 'utf8')).includes(directory.path)).toBe(true)
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700)
  await writeFile(join(directory.path, 'data'), 'x')
  await directory.remove()
  await directory.remove()
  expect(await exists(directory.path)).toBe(false)
  expect((await readLedger(ledger.path))?.entries).toEqual([])
})

test('a folder whose name does not carry the run id is never removed', async () => {
  await expect(removeOwned(state, ledger.runId)).rejects.toBeInstanceOf(StorageError)
  await expect(removeOwned(`./${ledger.runId}`, ledger.runId)).rejects.toBeInstanceOf(StorageError)
  expect(await exists(state)).toBe(true)
})

test('run ids are unique, sort by time and are safe in file names', () => {
  const ids = Array.from({ length: 1_000 }, () => createRunId(1_767_323_045_000_000))
  expect(new Set(ids).size).toBe(1_000)
  expect(ids[0]).toMatch(/^20260102T030405Z-[0-9a-f]{12}$/)
  expect(ids.every(isRunId)).toBe(true)
  expect(isRunId('../../etc/passwd')).toBe(false)
})

test('the process of a run survives the way through an environment', () => {
  const run = { pid: 7, startTime: 'Fri Jan 2 03:04:05 2026', machine: 'a/b%20c/d' }
  expect(formatRunProcess(run)).not.toContain(' ')
  expect(parseRunProcess(formatRunProcess(run))).toEqual(run)
  expect(parseRunProcess('7/x')).toBeUndefined()
})
