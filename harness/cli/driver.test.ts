import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandText } from '../kernel/command-words.ts'
import { packageRoot } from '../kernel/paths.ts'
import { need } from '../kernel/testing/need.ts'
import { scriptedDriver } from '../target/driver/testing/scripted-driver.ts'
import {
  documentOf,
  emptyFolder,
  environmentOf,
  interregnum,
  program,
  within,
} from './interregnum.test.support.ts'

// Goal: a program in another language is a target. Method: the example, as a user would try it, and
// programs that are not what they say.

const example = join(packageRoot, 'fixtures/drivers/python/driver.py')

const ofDirectory = commandText([
  process.execPath,
  join(packageRoot, 'fixtures/drivers/directory/driver.mjs'),
])

function python(): string | undefined {
  try {
    execFileSync('python3', ['-c', ''])
    return 'python3'
  } catch {
    return undefined
  }
}

/** Says what the script of the scenario leaves out of a whole run: seconds count. */
const short = `import { scenario } from 'interregnum'
export const short = scenario('short', {
  claim: 'A token is accepted by both Regions.',
  requirements: ['FS-37'],
  needs: { faults: ['region-loss', 'failover'], functions: ['sign-up', 'sign-in', 'use-token'] },
  async run({ primary, replica, workload, nemesis, clients }) {
    await workload.population(3)
    const users = await workload.bystanders(3)
    const tokens = await workload.signIn(users)
    await workload.presentTokens(tokens, primary.name)
    await workload.presentTokens(tokens, replica.name)
    const lost = await nemesis.inject('region-loss', { region: primary.name })
    await clients.failover()
    await workload.presentTokens(tokens, replica.name)
    await lost.heal()
    await clients.failback()
  },
})
`

test('the Python example passes every check', (context) => {
  const python3 = need(context, 'python3', python())
  const answer = interregnum(emptyFolder(), 'driver', 'check', `${python3} ${example}`, '--json')
  const { name, checks, notTried } = documentOf('driver-check', answer)
  expect(checks.filter(({ passed }) => !passed)).toEqual([])
  expect(checks.length).toBeGreaterThan(18)
  expect({ name, notTried, code: answer.code }).toEqual({
    ...{ name: 'reference-by-python', notTried: [], code: 0 },
  })
})

test('a scenario comes to the same verdict through the Python example, and notices a defect', (context) => {
  const python3 = need(context, 'python3', python())
  const folder = emptyFolder()
  writeFileSync(join(folder, 'short.scenario.ts'), short)
  writeFileSync(
    join(folder, 'interregnum.config.ts'),
    `export const config = { scenarios: ['*.scenario.ts'], driver: { command: ['${python3}', '${example}'] } }`,
  )
  const good = interregnum(folder, 'run', 'short', '--out', 'good', '--json')
  const verdict = documentOf('verdict', good)
  expect(verdict).toMatchObject({ target: 'reference-by-python', model: true, verdict: 'pass' })
  expect(verdict.leftovers).toEqual([])
  const history = readFileSync(join(folder, 'good/short/history.ndjson'), 'utf8')
  expect(history).not.toMatch(/eyJ|Ir7-/)
  const line = ['run', 'short', '--mutant', 'reject-foreign-tokens', '--out', 'bad', '--json']
  const bad = documentOf('verdict', interregnum(folder, ...line))
  expect(bad.verdict).toBe('fail')
  expect(bad.scenarios[0]?.repeat).toContain(` --driver '${python3} ${example}'`)
})

test('a driver that dies makes a scenario inconclusive, at once, and is named', () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'short.scenario.ts'), short)
  writeFileSync(
    join(folder, 'interregnum.config.ts'),
    `export const config = { scenarios: ['*.scenario.ts'] }`,
  )
  const dying = scriptedDriver(`console.error('no more'); process.exit(7)`, declareUseToken)
  const line = ['run', 'short', '--driver', commandText(dying), '--out', 'out', '--json']
  const answer = interregnum(folder, ...line)
  const { scenarios, leftovers } = documentOf('verdict', answer)
  expect(answer.code).toBe(2)
  expect(scenarios[0]?.verdict).toBe('inconclusive')
  expect(scenarios[0]?.reason).toMatch(
    /^driver scripted \(process \d+\) died by itself .*: exit code 7; then: driver scripted is gone and is not started again; its last words were: no more$/s,
  )
  expect(leftovers).toEqual([])
})

const declareUseToken = `hello.capabilities = { ...hello.capabilities,
  functions: ['sign-up', 'confirm-sign-up', 'sign-in', 'use-token', 'read-user'] }`

test('a driver that does not end is gone with a run that is killed', async () => {
  const folder = emptyFolder()
  const pidFile = join(folder, 'pid')
  const stay = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
    setInterval(() => {}, 1_000)
    process.stdin.pause(); process.stdin.on = () => process.stdin`
  const line = ['run', 'black-hole', '--driver', commandText(scriptedDriver('', stay))]
  const run = spawn(process.execPath, [program, ...line], {
    ...{ cwd: folder, env: environmentOf(folder), stdio: 'ignore' as const },
  })
  await expect
    .poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8'), patience)
    .toMatch(/\d/)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  expect(isThere(pid)).toBe(true)
  run.kill('SIGKILL')
  await expect.poll(() => isThere(pid), patience).toBe(false)
})

const patience = { timeout: 20_000, interval: 20 }

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a driver that lies fails its checks, each with the reason', () => {
  const made = `say({ type: 'ok', results: { accessToken: 'x' } })`
  const liar = commandText(scriptedDriver(`knock(r.endpoint, () => ${made})`))
  const answer = interregnum(emptyFolder(), 'driver', 'check', liar)
  expect(answer.code).toBe(1)
  expect(answer.out).toContain(
    'NOT OK  read-user: of nobody is ok, and shows null: it showed nothing',
  )
  expect(answer.out).toContain('NOT OK  a cut link: no answer is made up: it was ok')
  expect(answer.out).toMatch(/scripted: \d+ of \d+ checks passed/)
})

test('a driver that goes past the links is not believed', () => {
  const mock = commandText(scriptedDriver(`say({ type: 'ok' })`))
  const answer = interregnum(emptyFolder(), 'driver', 'check', mock)
  expect(answer.code).toBe(1)
  expect(answer.out).toMatch(
    /NOT OK {2}sign-up: .* answered for us-east-1 although nothing had come over its link/,
  )
})

test.for<[readonly string[], RegExp]>([
  [['--driver', 'a b', '--target', 'reference'], /"--driver" and "--target" exclude each other/],
  [['--driver', "python3 'x"], /"--driver": a quotation does not end/],
  [['--driver', ''], /"--driver" names no program/],
  [
    ['--driver', ofDirectory],
    /the driver directory drives a system that runs: it needs the remote/,
  ],
  [['--driver', '/nowhere/driver'], /\/nowhere\/driver could not be started: .*ENOENT/],
])('run %s is wrong usage', async ([flags, message]) => {
  const answer = await within(emptyFolder(), 'run', 'black-hole', ...flags)
  expect(answer.code).toBe(64)
  expect(answer.err).toMatch(message)
})
