import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { builtModule } from '../kernel/paths.ts'

/**
 * Goal: whatever ends the process, its exit code never claims a verdict that nobody judged.
 * Method: the built program in an empty folder, with a hostile scenario file or a hostile shell.
 */
const program = builtModule('harness/cli.ts')
const command = (line: string): string => `'${process.execPath}' '${program}' ${line}`

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function folderWith(scenarioFile?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-last-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  if (scenarioFile !== undefined) {
    mkdirSync(join(folder, 'scenarios'))
    writeFileSync(join(folder, 'scenarios', 'a.scenario.ts'), scenarioFile)
  }
  return folder
}

function environmentOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: '1', INTERREGNUM_STATE_DIR: join(folder, '.state') }
}

function shell(folder: string, line: string): Ended {
  const done = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd: folder,
    env: environmentOf(folder),
    encoding: 'utf8',
    timeout: 40_000,
  })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

const quiet = (run: string): string => `import { scenario } from 'interregnum'
export const own = scenario('own-claim', {
  claim: 'It holds.', requirements: ['FS-39'], needs: { faults: [] },
  async run({ workload }) { ${run} },
})
`

test.for([
  ['ends the process', 'process.exit(0)\nexport {}'],
  ['never settles', 'await new Promise(() => {})\nexport {}'],
])('a scenario file that %s is 70 and one document, never a silent pass', ([, source]) => {
  const folder = folderWith(source)
  const { code, out, err } = shell(folder, command('run own-claim --world sim --json'))
  expect(code).toBe(70)
  expect(err).toMatch(/^interregnum: the process ended before its command did; .*\nHint: .*\n$/)
  expect(JSON.parse(out)).toMatchObject({ error: { exitCode: 70 } })
})

test('a promise that nobody awaited ends a run with 70, not with the code of a fail', () => {
  const folder = folderWith(
    quiet(`Promise.reject(new Error('lost')); await workload.population(2)`),
  )
  const { code, out, err } = shell(folder, command('run own-claim --json'))
  expect(code).toBe(70)
  expect(err).toContain('nobody handled an error: Error: lost')
  expect(err).toContain('a.scenario.ts:4')
  expect(JSON.parse(out)).toMatchObject({ error: { exitCode: 70 } })
  expect(shell(folder, command('doctor')).code).toBe(0)
})

test('a reader that leaves changes no exit code, a result that cannot be written is 70', () => {
  const folder = folderWith()
  expect(shell(folder, `${command('--help')} | true`)).toMatchObject({ code: 0, err: '' })
  const run = command('run black-hole --world sim --out run')
  expect(shell(folder, `${run} 2>&1 | true`)).toMatchObject({ code: 0 })
  if (process.platform !== 'linux') return
  const full = shell(folder, `${command('scenarios')} > /dev/full`)
  expect(full).toMatchObject({ code: 70 })
  expect(full.err).toContain('the result could not be written: ENOSPC')
})

test.for(['sim', 'process'])('a disk that is full ends a run at once, %s world', (world) => {
  const folder = folderWith(
    quiet(`await workload.population(2)
    workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 200 })
    await clock.sleep(50_000_000)`).replace('{ workload }', '{ workload, clock }'),
  )
  // Blocks of 1,024 bytes: what a file may grow to.
  const full = shell(folder, `ulimit -f 48; ${command(`run own-claim --world ${world} --out run`)}`)
  expect(full.code, full.err).toBe(70)
  expect(full.err).toMatch(/history\.ndjson could not be written: EFBIG.*\nHint: /)
  expect(shell(folder, command('doctor')).code).toBe(0)
  const history = join(folder, 'run', 'own-claim', 'history.ndjson')
  if (world === 'sim') expect(existsSync(history)).toBe(false)
  else expect(shell(folder, command(`check ${history}`)).code).toBe(2)
})

test('a folder that is gone is one message', () => {
  const folder = folderWith()
  const gone = shell(folder, `mkdir gone && cd gone && rmdir ../gone && ${command('scenarios')}`)
  expect(gone.code).toBe(70)
  expect(gone.err).toContain('uv_cwd')
})

test('what a user typed reaches the terminal without control characters', () => {
  const { code, err } = shell(folderWith(), command(`run --world "$(printf 'a\\033[31mb')"`))
  expect(code).toBe(64)
  expect(err).toContain('world "a\\u001b[31mb" is unknown')
})

test('too few file descriptors are named as such', () => {
  const { code, err } = shell(folderWith(), `ulimit -n 64; ${command('scenarios')}`)
  expect(code).toBe(70)
  expect(err).toContain('EMFILE')
  expect(err).toContain('ulimit -n')
})

test.for([
  ["requirements: ['FS-99'], needs: { faults: [] }", 'did you mean "FS-09"?'],
  ["requirements: ['FS-39']", '"needs.faults" must be a list of names'],
  [
    "requirements: ['FS-39'], needs: { faults: ['lattency'] }",
    'scenario "own-claim": fault "lattency" in "needs.faults" is unknown',
  ],
])('a scenario that cannot be judged touches nothing: %s', ([fields, message]) => {
  const folder = folderWith(`import { scenario } from 'interregnum'
export const own = scenario('own-claim', { claim: 'c', ${fields}, async run() {} } as never)
`)
  const { code, err } = shell(folder, command('run own-claim --world sim'))
  expect(err).toContain(message)
  expect(code).toBe(64)
  expect(readdirSync(folder)).toEqual(['scenarios'])
})

test('the end of a terminal cleans up like an interrupt', async () => {
  const folder = folderWith()
  const child = spawn(process.execPath, [program, 'run', 'black-hole', '--json'], {
    cwd: folder,
    env: environmentOf(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const begun = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('[1/1]')) resolve()
    })
  })
  await begun
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.kill('SIGHUP')
  expect(await ended).toBe(130)
  expect(JSON.parse(out)).toMatchObject({ verdict: 'inconclusive' })
})
