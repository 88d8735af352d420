import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { builtModule } from '../kernel/paths.ts'
import { resolvePlan } from '../plan/resolve.ts'

/**
 * Goal: a script that never yields cannot hold a run up for ever, nor hide from Ctrl-C. Method: the
 * built program with scenarios that spin, under a plan whose limit is short.
 */
const program = builtModule('harness/cli.ts')
const limitMillis = 2_000

const spinning = `import { scenario } from 'interregnum'
const rest = { claim: 'It holds.', requirements: ['FS-39'], needs: { faults: [] } }
function spin() {
  for (;;) try { JSON.parse('{') } catch {}
}
export const loop = scenario('spins', { ...rest, async run({ workload }) {
  await workload.population(1)
  console.error('spinning')
  spin()
} })
export const ticks = scenario('spins-in-ticks', { ...rest, async run() {
  console.error('spinning')
  for (;;) await null
} })
export const waits = scenario('waits-for-a-child', { ...rest, async run() {
  const { execSync } = process.getBuiltinModule('child_process')
  execSync('sleep 20')
} })
`

function start(world: string, scenario: string, ...more: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-stuck-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'scenarios'))
  writeFileSync(join(folder, 'scenarios', 'a.scenario.ts'), spinning)
  const limits = { scenarioMillisMax: limitMillis }
  const names = { tool: '0', targets: ['reference'], scenarios: [scenario], mutants: [] }
  const plan = resolvePlan({ scenarios: [scenario], world, limits }, names)
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
  const environment = {
    ...process.env,
    NO_COLOR: '1',
    INTERREGNUM_STATE_DIR: join(folder, 'state'),
  }
  const argv = [program, 'run', '--plan', 'plan.json', '--out', 'run', ...more]
  const child = spawn(process.execPath, argv, { cwd: folder, env: environment })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  const spins = new Promise<void>((resolve) =>
    child.stderr.on('data', (text) => {
      err += text
      if (err.includes('spinning')) resolve()
    }),
  )
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  )
  const doctor = () =>
    spawnSync(process.execPath, [program, 'doctor'], { env: environment, encoding: 'utf8' })
  return { folder, child, spins, ended, doctor }
}

async function nothingIsLeft(doctor: ReturnType<typeof start>['doctor']): Promise<boolean> {
  for (let look = 0; look < 20; look += 1) {
    if (doctor().status === 0) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}

test.for([
  ['sim', 'spins'],
  ['process', 'spins-in-ticks'],
] as const)('in the %s world a script that %s ends with 70 and is named', async ([world, id]) => {
  const { folder, ended, doctor } = start(world, id, '--json')
  const { code, out, err } = await ended
  expect(code, err).toBe(70)
  expect(err).toContain(`interregnum: the script of ${id} does not yield`)
  expect(err).toContain('\nHint: ')
  expect(err).not.toContain('debugger')
  if (id === 'spins') expect(err).toContain('at spin (')
  if (id === 'spins') expect(err).toContain('a.scenario.ts:4')
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'ERR_LIMIT', exitCode: 70 } })
  expect(await nothingIsLeft(doctor)).toBe(true)
  if (world === 'process') {
    expect(readFileSync(join(folder, 'run', id, 'history.ndjson'), 'utf8')).toContain('"header"')
  }
})

test('a signal ends a script that spins, with 130', async () => {
  const { child, spins, ended, doctor } = start('process', 'spins')
  await spins
  child.kill('SIGTERM')
  const { code, err } = await ended
  expect(code, err).toBe(130)
  expect(err).toContain('interrupted by SIGTERM; the script of spins did not yield')
  expect(await nothingIsLeft(doctor)).toBe(true)
})

test('where nothing can interrupt the script, the process is killed, and says so', async () => {
  const { ended, doctor } = start('process', 'waits-for-a-child')
  const { code, err } = await ended
  expect(code).toBe(null)
  expect(err).toContain('the script of waits-for-a-child does not yield')
  expect(await nothingIsLeft(doctor)).toBe(true)
})

test('a scenario file that spins while it is loaded ends with 70 too', async () => {
  const { folder, child, ended } = start('sim', 'spins', '--all')
  child.kill('SIGKILL')
  await ended
  writeFileSync(join(folder, 'scenarios', 'b.scenario.ts'), 'for (;;) {}\nexport {}\n')
  const listed = spawnSync(process.execPath, [program, 'scenarios'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(listed.status).toBe(70)
  expect(listed.stderr).toContain('a configuration or scenario file does not yield')
  expect(listed.stderr).toContain('b.scenario.ts:1')
})
