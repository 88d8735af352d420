import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileBytes } from './file-bytes.ts'

const folder = mkdtempSync(join(tmpdir(), 'file-bytes-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file is read up to its largest size', () => {
  const path = join(folder, 'a.yaml')
  writeFileSync(path, 'regions')
  expect(fileBytes(path, 7).toString()).toBe('regions')
  expect(() => fileBytes(path, 6)).toThrow('it has 7 bytes, at most 6 are read')
})

test('a pipe to which nobody writes keeps nobody waiting', () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  expect(() => fileBytes(path, 6)).toThrow('it is a pipe or a device, and no regular file')
})

test('a device and a folder are no files', () => {
  expect(() => fileBytes('/dev/zero', 6)).toThrow('it is a pipe or a device, and no regular file')
  expect(() => fileBytes(folder, 6)).toThrow('it is a folder')
})
