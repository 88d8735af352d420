import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as library from '../index.ts'
import { UsageError } from '../kernel/errors.ts'
import { isScenario } from '../scenario/scenario.ts'
import { globFiles } from './glob.ts'
import { loadConfig } from './load-config.ts'
import { loadModule } from './load-module.ts'

/** A folder with these files, gone after the test. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('no file is an empty configuration', async () => {
  expect(await loadConfig(folderWith({}), library)).toEqual({ config: {}, file: undefined })
})

test('a configuration in TypeScript is read without a build', async () => {
  const folder = folderWith({
    'interregnum.config.ts': `import { defineConfig } from 'interregnum'
const seed: number = 42
export const config = defineConfig({ scenarios: ['failover/*.scenario.ts'], seed, world: 'sim' })
`,
  })
  const { config } = await loadConfig(folder, library)
  expect(config).toEqual({ scenarios: ['failover/*.scenario.ts'], seed: 42, world: 'sim' })
})

test('a wrong field is named with its line and the field that was meant', async () => {
  const folder = folderWith({
    'interregnum.config.ts': `export const config = {
  seed: 'seven',
  scenario: [],
}
`,
  })
  const file = join(folder, 'interregnum.config.ts')
  await expect(loadConfig(folder, library)).rejects.toMatchObject({
    exitCode: 64,
    message: [
      `${file}:2: "seed": Invalid input: expected number, received string`,
      `${file}:3: there is no field "scenario"`,
    ].join('\n'),
    hint: 'did you mean "scenarios"?',
  })
})

test('a file that does not parse and one that exports nothing are wrong usage', async () => {
  const broken = folderWith({ 'interregnum.config.ts': 'export const config = {' })
  await expect(loadConfig(broken, library)).rejects.toThrow('could not be loaded')
  await expect(loadConfig(broken, library)).rejects.toBeInstanceOf(UsageError)
  const empty = folderWith({ 'interregnum.config.ts': 'export const other = 1' })
  await expect(loadConfig(empty, library)).rejects.toThrow('exports no configuration')
})

test('a user’s scenario is made by this very copy of the library', async () => {
  const folder = folderWith({
    'a.scenario.ts': `import { InterregnumError, scenario } from 'interregnum'
export const same = InterregnumError
export const one = scenario('one', {
  claim: 'c', requirements: ['FS-36'], needs: { faults: [] }, async run(): Promise<void> {},
})
`,
  })
  const exported = await loadModule(join(folder, 'a.scenario.ts'), library)
  expect(isScenario(exported.one)).toBe(true)
  expect(exported.same).toBe(library.InterregnumError)
})

test('patterns find files in any folder but those of others', async () => {
  const names = [
    'scenarios/a.scenario.ts',
    'scenarios/deep/er/b.scenario.ts',
    'scenarios/node_modules/c.scenario.ts',
    'scenarios/.hidden/d.scenario.ts',
    'scenarios/e.scenario.js',
    'else/f.scenario.ts',
    'dist/scenarios/g.scenario.ts',
  ]
  const folder = folderWith(Object.fromEntries(names.map((name) => [name, ''])))
  const found = async (...patterns: readonly string[]): Promise<readonly string[]> =>
    (await globFiles(folder, patterns)).map((path) => path.slice(folder.length + 1))
  expect(await found('scenarios/**/*.scenario.ts')).toEqual([
    'scenarios/a.scenario.ts',
    'scenarios/deep/er/b.scenario.ts',
  ])
  expect(await found('./else/?.scenario.ts', 'scenarios/*.scenario.*')).toEqual([
    'else/f.scenario.ts',
    'scenarios/a.scenario.ts',
    'scenarios/e.scenario.js',
  ])
  expect(await found('scenarios/a.scenario.ts', 'nowhere/**')).toEqual(['scenarios/a.scenario.ts'])
})
