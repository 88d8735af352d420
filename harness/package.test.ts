import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { packageRoot } from './kernel/paths.ts'

/**
 * Goal: what is published works in somebody else's repository. Method: the package is packed and
 * installed by npm beside a scenario of the user's own, which runs by the command line in both
 * worlds and under vitest. Dependencies are those of our own lock file, so npm's cache serves them.
 */
const folder = mkdtempSync(join(tmpdir(), 'interregnum-package-'))

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

function run(
  command: string,
  argv: readonly string[],
  environment = {},
  cwd = folder,
): Promise<Answer> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    INTERREGNUM_STATE_DIR: join(folder, 'state'),
    ...environment,
  }
  // What this test run's own vitest and npm set is not the user's.
  for (const name of Object.keys(env))
    if (/^(?:VITEST|npm_|INTERREGNUM_W)/.test(name)) delete env[name]
  return new Promise((resolve) => {
    execFile(
      command,
      [...argv],
      { cwd, env, encoding: 'utf8', maxBuffer: 33_554_432, timeout: 170_000 },
      (error, out, err) => resolve({ code: Number(error?.code ?? (error ? -1 : 0)), out, err }),
    )
  })
}

interface LockFile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A lock file for the user's repository: our package, and exactly what it was tested with. */
function consumerLock(tarball: string, manifest: Readonly<Record<string, unknown>>): LockFile {
  const own: LockFile = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8'))
  const { '': root, ...packages } = own.packages
  const { dependencies, peerDependencies, peerDependenciesMeta, engines } = root ?? {}
  const bin = { interregnum: 'dist/harness/cli.js' }
  const interregnum = {
    version: root?.version,
    resolved: `file:${tarball}`,
    dependencies,
    peerDependencies,
    peerDependenciesMeta,
    engines,
    bin,
  }
  return {
    lockfileVersion: own.lockfileVersion,
    packages: { '': manifest, ...packages, 'node_modules/interregnum': interregnum },
  }
}

beforeAll(async () => {
  const packed = await run('npm', [
    'pack',
    packageRoot,
    '--ignore-scripts',
    '--json',
    '--pack-destination',
    folder,
  ])
  expect(packed.code, packed.err).toBe(0)
  const tarball: string = JSON.parse(packed.out)[0].filename
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(packageRoot, 'package.json'), 'utf8'),
  )
  const manifest = {
    name: 'acme',
    type: 'module',
    dependencies: { interregnum: `file:${tarball}` },
    devDependencies,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(consumerLock(tarball, manifest)))
  const installed = await run('npm', [
    'ci',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ])
  expect(installed.code, installed.err).toBe(0)
  mkdirSync(join(folder, 'scenarios'))
  writeFileSync(join(folder, 'scenarios', 'acme.scenario.ts'), acmeScenario)
  writeFileSync(join(folder, 'vitest.config.ts'), vitestConfig)
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const acmeScenario = `import { type Scenario, scenario } from 'interregnum'

const users: number = 3

export const acmeClaim: Scenario = scenario('acme-claim', {
  claim: 'What Acme wrote is in both Regions.',
  requirements: ['FS-39'],
  needs: { faults: [] },
  async run({ workload }) {
    await workload.population(users)
    const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 50 })
    await traffic.until({ kind: 'acknowledged', count: 10 })
    await traffic.stop()
    await workload.measureLag(3)
    await workload.converge()
  },
})

export const acmeSkipped = scenario('acme-skipped', {
  claim: 'Power fails in a world that has none.',
  requirements: ['FS-36'],
  needs: { faults: ['power-loss'], worlds: ['process'] },
  async run() {},
})
`

const vitestConfig = `import { interregnum } from 'interregnum/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [interregnum()] })
`

test('the package holds what it needs, no test and no source of the harness', () => {
  const root = join(folder, 'node_modules', 'interregnum')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  for (const needed of [
    'dist/harness/cli.js',
    'dist/harness/index.d.ts',
    'dist/harness/vitest/registrar.js',
    'scenarios/directory-at-work.ts',
    'schemas/verdict.schema.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'harness/world/README.md',
    'harness/target/driver/README.md',
  ]) {
    expect(files).toContain(needed)
  }
  expect(files.filter((file) => /\.test\.|tsbuildinfo|^harness.*\.ts$/.test(file))).toEqual([])
})

test('publint finds nothing wrong with the manifest', async () => {
  const { messages } = await publint({ pkgDir: packageRoot, pack: 'npm', level: 'warning' })
  expect(messages).toEqual([])
})

test.for(['sim', 'process'])(
  'the user’s scenario runs by the command line, %s world',
  async (world) => {
    const answer = await run('npx', [
      '--no-install',
      'interregnum',
      'run',
      'acme-claim',
      '--world',
      world,
      '--json',
    ])
    expect(answer.code, answer.err).toBe(0)
    expect(JSON.parse(answer.out)).toMatchObject({
      verdict: 'pass',
      world,
      scenarios: [{ id: 'acme-claim', verdict: 'pass' }],
    })
  },
)

test('what init writes into an empty folder runs there', async () => {
  const fresh = join(folder, 'fresh')
  mkdirSync(fresh)
  symlinkSync(join(folder, 'node_modules'), join(fresh, 'node_modules'))
  const npx = (...argv: readonly string[]) =>
    run('npx', ['--no-install', 'interregnum', ...argv], {}, fresh)
  const written = await npx('init', '--yes', '--world', 'sim')
  expect(written.code, written.err).toBe(0)
  const answer = await npx('run', '--json')
  expect(answer.code, answer.err).toBe(0)
  const ids = JSON.parse(answer.out).scenarios.map(({ id }: { readonly id: string }) => id)
  expect(ids).toContain('first-failover')
})

test('what init writes for a driver runs against the directory that comes along', async () => {
  const own = join(folder, 'driven')
  mkdirSync(own)
  symlinkSync(join(folder, 'node_modules'), join(own, 'node_modules'))
  const npx = (...argv: readonly string[]) =>
    run('npx', ['--no-install', 'interregnum', ...argv], {}, own)
  const primary = await directory()
  const replica = await directory('--of', primary)
  const flags = ['--url-primary', primary, '--url-replica', replica, '--driver', 'javascript']
  const written = await npx('init', '--yes', ...flags)
  expect(written.code, written.err).toBe(0)
  const answer = await npx('run', 'first-failover', '--json')
  expect(answer.code, answer.err).toBe(0)
  const { verdict, target, world, leftovers } = JSON.parse(answer.out)
  expect({ verdict, target, world, leftovers }).toEqual({
    ...{ verdict: 'pass', target: 'directory', world: 'remote', leftovers: [] },
  })
})

/** Starts a Region of the directory in the package. @returns Its URL. */
async function directory(...flags: readonly string[]): Promise<string> {
  const service = join(
    ...[folder, 'node_modules/interregnum/fixtures/drivers/directory/service.js'],
  )
  const child = spawn(process.execPath, [service, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return String(line).split(' at ')[1] ?? ''
}

test('the package’s own scenarios are found beside the user’s', async () => {
  const answer = await run('npx', ['--no-install', 'interregnum', 'scenarios', '--json'])
  expect(answer.code, answer.err).toBe(0)
  const ids: readonly string[] = JSON.parse(answer.out).scenarios.map(
    (scenario: { readonly id: string }) => scenario.id,
  )
  expect(ids).toContain('acme-claim')
  expect(ids).toContain('catch-up-after-a-cut')
})

test('under vitest a pass is green and what cannot run is skipped with its reason', async () => {
  const answer = await run('npx', ['--no-install', 'vitest', 'run', '--reporter=json'])
  const report = JSON.parse(answer.out.slice(answer.out.indexOf('{')))
  expect(report, answer.err).toMatchObject({ numPassedTests: 1, numPendingTests: 1 })
  expect(answer.code).toBe(0)
})

test('under vitest an inconclusive scenario is red, with the reason and the repetition', async () => {
  const file = join(folder, 'scenarios', 'nothing.scenario.ts')
  writeFileSync(
    file,
    `import { scenario } from 'interregnum'
export const nothing = scenario('nothing-seen', {
  claim: 'Nothing happens.', requirements: ['FS-36'], needs: { faults: [] }, async run() {},
})
`,
  )
  const answer = await run('npx', ['--no-install', 'vitest', 'run', 'nothing', '--reporter=json'])
  rmSync(file)
  const report = JSON.parse(answer.out.slice(answer.out.indexOf('{')))
  expect(report).toMatchObject({ numFailedTests: 1 })
  const message: string = report.testResults[0].assertionResults[0].failureMessages[0]
  expect(message).toContain('inconclusive: FS-36')
  expect(message).toContain('Repeat: npx interregnum run nothing-seen')
  expect(answer.code).toBe(1)
})

test('under vitest the configuration counts as it does on the command line', async () => {
  mkdirSync(join(folder, 'claims'))
  writeFileSync(
    join(folder, 'claims', 'quiet.scenario.ts'),
    `import { scenario } from 'interregnum'
export const quiet = scenario('quiet', {
  claim: 'Nothing happens.', requirements: ['FS-36'], needs: { faults: [] }, async run() {},
})
`,
  )
  const config = join(folder, 'interregnum.config.ts')
  writeFileSync(
    config,
    `import { defineConfig } from 'interregnum'
export const config = defineConfig({
  scenarios: ['claims/*.scenario.ts'], seed: 11, mutants: ['wrong-key-id'], pinned: true,
})
`,
  )
  const answer = await run('npx', ['--no-install', 'vitest', 'run', '--reporter=json'])
  writeFileSync(config, 'export const config = { sed: 11 }\n')
  const wrong = await run('npx', ['--no-install', 'vitest', 'run'])
  rmSync(config)
  const report = JSON.parse(answer.out.slice(answer.out.indexOf('{')))
  expect(report, answer.err).toMatchObject({ numTotalTests: 1, numFailedTests: 1 })
  const message: string = report.testResults[0].assertionResults[0].failureMessages[0]
  expect(message).toContain(
    'Repeat: npx interregnum run quiet --world sim --seed 11 --mutant wrong-key-id --pinned',
  )
  expect(wrong.code).toBe(1)
  expect(wrong.out + wrong.err).toContain('interregnum.config.ts:1: there is no field "sed"')
})
