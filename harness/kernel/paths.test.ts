import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtModule, packageRoot } from './paths.ts'
import { toolVersion } from './version.ts'

test('the root is the folder of the package, where its package.json is', () => {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ name: 'interregnum', version: toolVersion() })
  expect(existsSync(join(packageRoot, 'harness/kernel/paths.ts'))).toBe(true)
})

test('the compiled form of a module lies at the same path below dist', () => {
  expect(builtModule('harness/link/main.ts')).toBe(join(packageRoot, 'dist/harness/link/main.js'))
  expect(builtModule('fixtures/a.ts.d/b.ts')).toBe(join(packageRoot, 'dist/fixtures/a.ts.d/b.js'))
})

test('the version is one', () => {
  expect(toolVersion()).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/)
})
