import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { discoverScenarios } from './config/discover-scenarios.ts'
import { loadHistory } from './history/reader.ts'
import { packageRoot } from './kernel/paths.ts'
import { ownStateFolder } from './ledger/testing/own-state-folder.ts'
import { resolvePlan } from './plan/resolve.ts'
import { type RunOptions, runPlan } from './run.ts'
import { type Scenario, scenario } from './scenario/scenario.ts'

/** Goal: a run on real processes leaves its evidence and nothing else. Method: small scenarios. */

const state = ownStateFolder()

const small = scenario('small', {
  claim: 'A quiet pair of Regions agrees.',
  requirements: ['FS-39'],
  needs: { faults: [] },
  async run({ workload }) {
    await workload.population(2)
    const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 40 })
    await traffic.until({ kind: 'acknowledged', count: 12 })
    await traffic.stop()
    await workload.measureLag(3)
    await workload.converge()
  },
})

async function run(scenarios: readonly Scenario[], options: Partial<RunOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const names = scenarios.map(({ id }) => id)
  const plan = resolvePlan(
    { world: 'process', scenarios: names, cryptography: { passwordHashCost: 2 } },
    { tool: '0', targets: ['reference'], scenarios: names, mutants: [] },
  )
  const outFolder = join(folder, 'out')
  return { outFolder, result: await runPlan(plan, { scenarios, outFolder, ...options }) }
}

/** Ledgers that are still there: an ended run has none. */
function ledgers(): readonly string[] {
  return readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('ndjson'),
  )
}

test('a run leaves plan, reports and a whole history, and nothing in the state folder', async () => {
  const { outFolder, result } = await run([small])
  expect(result.leftovers).toEqual([])
  expect(result.scenarios[0]).toMatchObject({ id: 'small', history: { torn: false } })
  expect(result.scenarios[0]?.verdict, result.scenarios[0]?.reason).toBe('pass')
  expect(readdirSync(outFolder).sort()).toEqual([
    'junit.xml',
    'plan.json',
    'report.html',
    'results.sarif',
    'small',
    'summary.md',
    'verdict.json',
  ])
  const { lines, torn } = loadHistory(join(outFolder, 'small/history.ndjson'))
  expect(torn).toBeUndefined()
  expect(lines.at(-1)).toMatchObject({ type: 'end', reason: 'complete' })
  expect(ledgers()).toEqual([])
})

test('what real processes cannot carry is skipped with its reason, and the rest is run', async () => {
  const found = await discoverScenarios({ folder: packageRoot, library: {} })
  const id = 'power-loss-keeps-acknowledged-writes'
  const powerLoss = found.find((one) => one.scenario.id === id)?.scenario
  if (powerLoss === undefined) throw new Error(`no scenario ${id}`)
  const { outFolder, result } = await run([powerLoss])
  expect(result).toMatchObject({
    verdict: 'inconclusive',
    scenarios: [{ id, verdict: 'skipped', reason: 'needs the sim world' }],
    leftovers: [],
  })
  expect(result.notTested).toContainEqual({ what: id, reason: 'needs the sim world' })
  const junit = readFileSync(join(outFolder, 'junit.xml'), 'utf8')
  expect(junit).toMatch(/<skipped message="needs the sim world"/)
  expect(readdirSync(outFolder)).not.toContain(id)
})

test('an interrupt ends the script, keeps the history readable and leaves nothing', async () => {
  const controller = new AbortController()
  const endless = scenario('endless', {
    claim: 'It goes on.',
    requirements: ['FS-39'],
    needs: { faults: ['pause'] },
    async run({ workload, nemesis, replica, clock, signal }) {
      await workload.population(2)
      await nemesis.inject('pause', { region: replica.name })
      controller.abort()
      await clock.sleep(600_000_000, signal)
    },
  })
  const { outFolder, result } = await run([endless, small], { signal: controller.signal })
  expect(result).toMatchObject({
    verdict: 'inconclusive',
    scenarios: [{ id: 'endless', verdict: 'inconclusive' }],
    leftovers: [],
  })
  const { lines, torn } = loadHistory(join(outFolder, 'endless/history.ndjson'))
  expect(torn).toBeUndefined()
  expect(lines.at(-1)).toMatchObject({ type: 'end', reason: 'interrupted' })
  expect(ledgers()).toEqual([])
})

test.for<[string, string]>([
  ['Region us-west-2', 'fixtures/reference/'],
  ['link proxy', 'harness/link/main'],
])('a %s that dies by itself is named, and proves nothing', async ([name, module]) => {
  let killed = 0
  const victim = scenario('victim', {
    claim: 'A quiet pair of Regions agrees.',
    requirements: ['FS-39'],
    needs: { faults: [] },
    async run({ workload, clock }) {
      await workload.population(2)
      killed = childOf(module)
      process.kill(killed, 'SIGKILL')
      await clock.sleep(300_000)
    },
  })
  const { outFolder, result } = await run([victim])
  expect(result).toMatchObject({ verdict: 'inconclusive', leftovers: [] })
  const said = new RegExp(
    `^${name} \\(process ${killed}\\) died by itself \\d+\\.\\d{3} s into the run: SIGKILL`,
  )
  expect(result.scenarios[0]?.reason).toMatch(said)
  const { lines } = loadHistory(join(outFolder, 'victim', 'history.ndjson'))
  const casualties = lines.filter((line) => line.type === 'casualty')
  expect(casualties).toMatchObject([{ name, pid: killed, how: 'SIGKILL' }])
  const verdict = readFileSync(join(outFolder, 'verdict.json'), 'utf8')
  expect(JSON.parse(verdict).scenarios[0].reason).toMatch(said)
})

/** The child of this process that runs a module. The second Region comes last. */
function childOf(module: string): number {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const children = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^ *(\d+) +(\d+) +(.*)$/.exec(line) ?? []
    return Number(parent) === process.pid && command.includes(module) ? [Number(pid)] : []
  })
  const found = children.at(-1)
  if (found === undefined) throw new Error(`no child runs ${module}`)
  return found
}
