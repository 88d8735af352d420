import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { onlyFile } from './control-token.ts'

// Goal: the token is what the file holds. Method: archives of the tar of this machine.

test.for(['ustar', 'pax', 'gnu'])('the first file of an archive, as %s writes it', (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'control-token-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), 'aB-3_x\n')
  const archive = execFileSync('tar', ['-c', `--format=${format}`, '-C', folder, '.'])
  expect(onlyFile(archive)).toBe('aB-3_x\n')
})

test('an archive without a file holds nothing', () => {
  expect(onlyFile(Buffer.alloc(1_024))).toBe('')
  expect(onlyFile(Buffer.alloc(10))).toBe('')
})
