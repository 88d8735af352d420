import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import {
  documentOf,
  emptyFolder,
  environmentOf,
  interregnum,
  program,
} from './interregnum.test.support.ts'

/**
 * Goal: the command line keeps its promises. Method: the built program, as a process, in an empty
 * folder of its own with a state folder of its own.
 */
const scenario = 'catch-up-after-a-cut'

/** Every scenario of the package: what is known in an empty folder. */
const scenarioCount = readdirSync(join(packageRoot, 'scenarios'), {
  recursive: true,
  encoding: 'utf8',
}).filter((file) => file.endsWith('.scenario.ts')).length

test('help names every command with an example, and each command explains itself', () => {
  const folder = emptyFolder()
  const help = interregnum(folder, '--help')
  expect(help).toMatchObject({ code: 0, err: '' })
  const commands = [
    ...['run', 'init', 'observe', 'mark', 'check', 'report', 'expected', 'preflight'],
    ...['scenarios', 'faults', 'targets', 'mutants'],
    ...['stack', 'proxy', 'driver', 'doctor', 'recover'],
  ]
  const listed = [...help.out.matchAll(/^ {2}([a-z]+) (?:\[| {2})/gm)].map((match) => match[1])
  expect(listed).toEqual(commands)
  expect(help.out).toContain('Examples:')
  for (const command of commands) {
    const page = interregnum(folder, command, '--help')
    expect(page.code).toBe(0)
    expect(page.out).toContain(`Usage: interregnum ${command}`)
    expect(page.out).toMatch(new RegExp(`Examples:\\n {2}\\$ interregnum ${command}`))
    expect(page.out).toMatch(/^Exit codes: 0 /m)
    expect(Math.max(...page.out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
  }
  expect(interregnum(folder, '--version').out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test.for<[readonly string[], string]>([
  [['rum'], "error: unknown command 'rum'\n(Did you mean run?)"],
  [['run', '--sed', '3'], "error: unknown option '--sed'\n(Did you mean --seed?)"],
  [['run', '--seed', '-1'], 'Expected a whole number'],
  [
    ['run', '--all', 'black-hole'],
    'interregnum: "--all" and names of scenarios exclude each other',
  ],
  [
    ['run', 'blak-hole'],
    `interregnum: scenario "blak-hole" is unknown; expected one of the ${scenarioCount} that \`interregnum scenarios\` lists`,
  ],
  [['run', 'blak-hole'], 'Hint: did you mean "black-hole"?'],
  [['run', '--world', 'moon'], 'world "moon" is unknown; expected one of: sim, process'],
  [['run', '--target', 'x'], 'target "x" is unknown; expected one of: '],
  [['run', '--mutant', 'wrong-key'], 'that `interregnum mutants` lists'],
  [['run', '--mutant', 'wrong-key'], 'Hint: did you mean "wrong-key-id"?'],
  [['run', '--switch', 'lockoutScop=mirrored'], 'Hint: did you mean "lockoutScope"?'],
  [
    ['run', '--switch', 'lockoutScope=both'],
    'switch lockoutScope "both" is unknown; expected one of: regional, mirrored',
  ],
  [['run', '--switch', 'lockoutScope'], '"--switch" is "lockoutScope"; expected <name>=<value>'],
  [
    ['run', '--switch', 'lockoutScope=mirrored', '--switch', 'lockoutScope=regional'],
    '"--switch" names lockoutScope twice',
  ],
  [['run', '--attach'], 'Hint: leave out --attach, or choose --world container'],
  [
    ['run', '--world', 'sim', '--proxy', 'toxiproxy'],
    'proxy "toxiproxy" is for the container world',
  ],
  [['run', '--plan', 'p.json', '--seed', '1'], '"--plan" already says what "--seed" would'],
  [['run', '--plan', 'nowhere.json'], 'cannot be read as JSON'],
  [['check', 'nowhere'], 'does not exist'],
  [['check', '.'], 'holds no history.ndjson'],
  [['check'], "error: missing required argument 'history-or-run'"],
  [['proxy', '--host', '0.0.0.0'], '"host" must be a loopback address'],
])('wrong usage is one message with exit code 64 and touches nothing: %j', ([argv, message]) => {
  const folder = emptyFolder()
  const answer = interregnum(folder, ...argv)
  expect(answer.err).toContain(message)
  expect(answer).toMatchObject({ code: 64, out: '' })
  expect(readdirSync(folder)).toEqual([])
})

test('with --json an error is one document too', () => {
  const answer = interregnum(emptyFolder(), 'run', 'blak-hole', '--json')
  expect(documentOf('error', answer)).toMatchObject({
    error: { code: 'ERR_USAGE', hint: 'did you mean "black-hole"?', exitCode: 64 },
  })
})

test('lists are text for people and documents for programs', () => {
  const folder = emptyFolder()
  const { scenarios } = documentOf('scenarios', interregnum(folder, 'scenarios', '--json'))
  expect(scenarios.length).toBeGreaterThanOrEqual(7)
  const { faults } = documentOf('faults', interregnum(folder, 'faults', '--json'))
  expect(faults.find((fault) => fault.name === 'latency')).toMatchObject({
    effects: ['clients-disturbed', 'replication-disturbed'],
    parameters: [
      { name: 'link', type: 'link' },
      { name: 'latencyMillis', type: 'number', unit: 'ms', min: 0, max: 600_000 },
      { name: 'jitterMillis', unit: 'ms', optional: true },
    ],
  })
  expect(interregnum(folder, 'faults').out).toContain(
    '  latencyMillis: 0 to 600000 ms; the delay of each answer\n',
  )
  const { targets } = documentOf('targets', interregnum(folder, 'targets', '--json'))
  expect(targets).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'reference', model: true }),
      expect.objectContaining({ name: 'openldap', model: false, worlds: ['process'] }),
    ]),
  )
  expect(documentOf('doctor', interregnum(folder, 'doctor', '--json')).clean).toBe(true)
  expect(documentOf('recover', interregnum(folder, 'recover', '--json')).recovered).toEqual([])
  expect(interregnum(folder, 'scenarios').out).toContain(`${scenario}`)
})

test('a run leaves its evidence; check and --plan come to the same answer from it', () => {
  const folder = emptyFolder()
  const run = interregnum(folder, 'run', scenario, '--world', 'sim', '--seed', '5', '--json')
  expect(run.code, run.err).toBe(0)
  const verdict = documentOf('verdict', run)
  expect(verdict).toMatchObject({ verdict: 'pass', seed: 5, world: 'sim', model: true })
  expect(run.err).toContain('SEED=5')
  expect(run.err.trimEnd().endsWith('Verdict: pass')).toBe(true)
  const latest = join(folder, 'reports', 'latest')
  const documents = ['plan.json', 'verdict.json', 'junit.xml', 'results.sarif']
  const files = [...documents, 'summary.md', 'report.html']
  expect(readdirSync(latest).sort()).toEqual([scenario, ...files].sort())
  expect(JSON.parse(readFileSync(join(latest, 'verdict.json'), 'utf8'))).toEqual(verdict)

  const checked = interregnum(folder, 'check', 'reports/latest', '--json')
  expect(checked.code, checked.err).toBe(0)
  const { measurements, requirements } = verdict.scenarios[0] ?? {}
  expect(documentOf('check', checked)).toMatchObject({
    verdict: 'pass',
    scenarios: [{ id: scenario, measurements, requirements }],
  })

  const history = readFileSync(join(latest, scenario, 'history.ndjson'))
  const again = interregnum(folder, 'run', '--plan', 'reports/latest/plan.json', '--out', 'again')
  expect(again.code, again.err).toBe(0)
  expect(readFileSync(join(folder, 'again', scenario, 'history.ndjson'))).toEqual(history)

  const refused = interregnum(folder, 'run', scenario, '--world', 'sim', '--out', 'again')
  expect(refused).toMatchObject({ code: 64 })
  expect(refused.err).toContain('"--out": ')
})

test('a torn history is at best inconclusive, a tampered one is refused', () => {
  const folder = emptyFolder()
  expect(interregnum(folder, 'run', scenario, '--world', 'sim', '--out', 'run').code).toBe(0)
  const file = join(folder, 'run', scenario, 'history.ndjson')
  const whole = readFileSync(file)
  truncateSync(file, whole.length - 200)
  const torn = interregnum(folder, 'check', 'run')
  expect(torn).toMatchObject({ code: 2 })
  expect(torn.out).toContain('Verdict: inconclusive')

  const text = whole.toString('utf8')
  const place = text.indexOf('"process":0')
  writeFileSync(file, `${text.slice(0, place)}"process":7${text.slice(place + 11)}`)
  const tampered = interregnum(folder, 'check', 'run')
  expect(tampered).toMatchObject({ code: 64, out: '' })
  expect(tampered.err).toContain(file)
})

test('a planted defect is found, named, and repeated by the command that the report gives', () => {
  const folder = emptyFolder()
  const flags = ['--world', 'sim', '--mutant', 'drop-one-change-in-a-hundred']
  const found = interregnum(folder, 'run', scenario, ...flags, '--json')
  expect(found.code, found.err).toBe(1)
  const result = JSON.parse(found.out).scenarios[0]
  expect(result.findings[0]).toMatchObject({
    user: expect.stringMatching(/./),
    region: expect.stringMatching(/./),
    at: expect.any(Number),
    operation: expect.stringMatching(/^op\d+$/),
  })
  const repeat = result.repeat.split(' ').slice(2)
  expect(result.repeat).toMatch(/^npx interregnum run /)
  const again = interregnum(folder, ...repeat, '--json')
  expect(again.code).toBe(1)
  expect(JSON.parse(again.out).scenarios[0].findings).toEqual(result.findings)
})

test('a folder that cannot be written ends with 70 and leaves nothing', () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'file'), '')
  const answer = interregnum(folder, 'run', scenario, '--world', 'sim', '--out', 'file/run')
  expect(answer).toMatchObject({ code: 70 })
  expect(answer.err).toContain('could not be written')
  expect(readdirSync(folder)).toEqual(['file'])
})

test('a port that is taken ends the proxy with 70 and says which', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())))
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const answer = interregnum(emptyFolder(), 'proxy', '--port', String(port))
  expect(answer).toMatchObject({ code: 70, out: '' })
  expect(answer.err).toContain(String(port))
})

test('a user’s own scenario and configuration are found; a wrong one is named with its line', () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'mine'))
  writeFileSync(join(folder, 'mine', 'own.scenario.ts'), ownScenario)
  const config = join(folder, 'interregnum.config.ts')
  writeFileSync(
    config,
    "export const config = { scenarios: ['mine/*.scenario.ts'], world: 'sim' }\n",
  )
  const run = interregnum(folder, 'run', 'own-claim', '--json')
  expect(run.code, run.err).toBe(0)
  expect(JSON.parse(run.out)).toMatchObject({ world: 'sim', scenarios: [{ id: 'own-claim' }] })
  appendFileSync(config, 'export const other = 1\n')
  writeFileSync(config, 'export const config = {\n  sed: 3,\n}\n')
  const wrong = interregnum(folder, 'run', 'own-claim')
  expect(wrong.code).toBe(64)
  expect(wrong.err).toBe(
    `interregnum: ${config}:2: there is no field "sed"\nHint: did you mean "seed"?\n`,
  )
})

const ownScenario = `import { scenario } from 'interregnum'

export const ownClaim = scenario('own-claim', {
  claim: 'A quiet pair of Regions agrees.',
  requirements: ['FS-39'],
  needs: { faults: [] },
  async run({ workload }) {
    await workload.population(3)
    const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 50 })
    await traffic.until({ kind: 'acknowledged', count: 10 })
    await traffic.stop()
    await workload.measureLag(3)
    await workload.converge()
  },
})
`

test('the scenario of the README passes as it stands there', () => {
  const folder = emptyFolder()
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const example = /```ts\n(\/\/ scenarios\/[\s\S]*?)```/.exec(readme)?.[1]
  expect(example).toBeDefined()
  mkdirSync(join(folder, 'scenarios'))
  writeFileSync(join(folder, 'scenarios', 'cutover.scenario.ts'), example ?? '')
  const run = interregnum(folder, 'run', 'tokens-outlive-their-region', '--world', 'sim')
  expect(run.code, run.err).toBe(0)
})

test('an interrupted run cleans up, ends with 130 and keeps a readable history', async () => {
  const folder = emptyFolder()
  const child = spawn(process.execPath, [program, 'run', scenario, '--out', 'run'], {
    cwd: folder,
    env: environmentOf(folder),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const file = join(folder, 'run', scenario, 'history.ndjson')
  const started = waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').includes('"ok"'))
  expect(await started).toBe(true)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(interregnum(folder, 'doctor')).toMatchObject({ code: 0 })
  const checked = interregnum(folder, 'check', 'run')
  expect(checked.code).toBe(2)
  expect(checked.out).toContain('interrupted')
})

/** Polls a condition of the real world, at most 30 s. */
async function waitUntil(condition: () => boolean): Promise<boolean> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
