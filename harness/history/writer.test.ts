import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StorageError } from '../kernel/errors.ts'
import type { Line } from './line.ts'
import { memorySink } from './memory-sink.ts'
import { loadHistory } from './reader.ts'
import { sampleHeader, sampleHistory, sampleWrites } from './testing/sample-lines.ts'
import { openHistoryFile } from './writer.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a file and the memory sink hold the same bytes', async () => {
  const path = join(folder, 'same.ndjson')
  const file = await openHistoryFile(path)
  const memory = memorySink()
  for (const line of sampleHistory(1_500)) {
    file.append(line)
    memory.append(line)
  }
  await file.close()
  const bytes = new Uint8Array(await readFile(path))
  expect(Buffer.compare(bytes, memory.toBytes())).toBe(0)
  const { blocks, torn, lines } = loadHistory(path)
  expect({ blocks: blocks > 5, torn, lines: lines.length }).toEqual({
    blocks: true,
    torn: undefined,
    lines: 3_001,
  })
})

test('what was appended can be read within a second, without a call', async () => {
  const path = join(folder, 'prompt.ndjson')
  const file = await openHistoryFile(path)
  for (const line of [sampleHeader(), ...sampleWrites(3)]) file.append(line)
  const started = performance.now()
  const length = (): Promise<number> =>
    readFile(path).then(
      (bytes) => bytes.toString().split('\n').length,
      () => 0,
    )
  while ((await length()) < 8 && performance.now() - started < 1_000) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(performance.now() - started).toBeLessThan(1_000)
  expect(loadHistory(path)).toMatchObject({
    lines: { length: 6 },
    torn: { line: 1, reason: 'the lines from here on are not sealed' },
  })
  await file.close()
})

test('flush leaves the boundaries of blocks where they are', async () => {
  const path = join(folder, 'flushed.ndjson')
  const file = await openHistoryFile(path)
  for (const line of sampleHistory(400)) {
    file.append(line)
    if (line.type === 'ok') await file.flush()
  }
  await file.close()
  const memory = memorySink()
  for (const line of sampleHistory(400)) memory.append(line)
  expect(Buffer.compare(await readFile(path), memory.toBytes())).toBe(0)
})

test('a full disk is reported by flush and close, never by append', async () => {
  const path = join(folder, 'full.ndjson')
  // What the file is called until its header stands in it.
  await symlink('/dev/full', `${path}.begun`)
  const failures: StorageError[] = []
  const file = await openHistoryFile(path, { onFailure: (error) => failures.push(error) })
  for (const line of [sampleHeader(), ...sampleWrites(50)]) file.append(line)
  await expect(file.flush()).rejects.toThrow(StorageError)
  file.append({ ...sampleWrites(1, 900)[0], at: 9_000 } as Line)
  await expect(file.close()).rejects.toThrow(/could not be written: .*ENOSPC/)
  expect(failures).toEqual([expect.any(StorageError)])
})

test('a folder that does not exist is a storage error', async () => {
  await expect(openHistoryFile(join(folder, 'no', 'x.ndjson'))).rejects.toThrow(StorageError)
})

test.each([
  ['a completion without its invocation', [{ type: 'ok', at: 1, process: 0, operation: 'op1' }]],
  ['time that goes back', [...sampleWrites(1), { type: 'mark', at: 3, name: 'start' }]],
  ['a process that invokes twice', [sampleWrites(1)[0], { ...sampleWrites(1, 2)[0] }]],
  [
    'a process that died',
    [
      sampleWrites(1)[0],
      { type: 'info', at: 15, process: 0, operation: 'op1' },
      sampleWrites(1, 2)[0],
    ],
  ],
  ['an operation that is invoked again', [...sampleWrites(1), { ...sampleWrites(1)[0], at: 20 }]],
  ['a line after the end', [{ type: 'end', at: 1, reason: 'complete' }, ...sampleWrites(1)]],
  ['a second header', [sampleHeader()]],
])('%s is refused', (_, lines) => {
  const sink = memorySink()
  sink.append(sampleHeader())
  expect(() => {
    for (const line of lines as Line[]) sink.append(line)
  }).toThrow(/a history must not hold this/)
})

test('a history has its name only when its header can be read', async () => {
  const path = join(folder, 'named.ndjson')
  const file = await openHistoryFile(path)
  await expect(readFile(path)).rejects.toThrow('ENOENT')
  file.append(sampleHeader())
  await file.flush()
  expect(loadHistory(path).header).toEqual(sampleHeader())
  await file.close()
})

test('a history to which nothing was written leaves no file', async () => {
  const path = join(folder, 'never.ndjson')
  await (await openHistoryFile(path)).close()
  await expect(readFile(path)).rejects.toThrow('ENOENT')
  await expect(readFile(`${path}.begun`)).rejects.toThrow('ENOENT')
})
