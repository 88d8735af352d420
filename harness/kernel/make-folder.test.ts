import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-make-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a folder is made with those above it, also by several at once', async () => {
  const top = emptyFolder()
  for (let round = 0; round < 100; round++) {
    const folder = join(top, `${round}`, 'b', 'c')
    await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(join(folder, 'd'))])
    await makeFolder(folder)
    expect(statSync(join(folder, 'd')).isDirectory()).toBe(true)
  }
})

test('a mode is that of each folder that was made', async () => {
  const folder = join(emptyFolder(), 'a', 'b')
  await makeFolder(folder, 0o700)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, '..')).mode & 0o777).toBe(0o700)
})

test('what cannot be made is an error of the system, at once', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'file'), '')
  symlinkSync('nowhere', join(folder, 'dangling'))
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(folder, 'file', 'a', 'b'))).rejects.toMatchObject({
    code: 'ENOTDIR',
  })
  await expect(makeFolder(join(folder, 'dangling', 'a'))).rejects.toMatchObject({ code: 'EEXIST' })
})

test.runIf(process.platform === 'linux')(
  'a folder below /proc is refused instead of tried for ever',
  async () => {
    await expect(makeFolder('/proc/interregnum/run')).rejects.toMatchObject({ code: 'ENOENT' })
  },
)
