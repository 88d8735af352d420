import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scanHistory } from './history/reader.ts'
import { StorageError, UsageError, WorldError } from './kernel/errors.ts'
import { invariant } from './kernel/invariant.ts'
import { toolVersion } from './kernel/version.ts'
import type { Plan } from './plan/plan.ts'
import { type PlanInput, parsePlan, resolvePlan } from './plan/resolve.ts'
import { builtinRegistries } from './registries.ts'
import { silentReporter } from './report/run-reporter.ts'
import { type RunOptions, runPlan } from './run.ts'
import { type Scenario, type ScenarioDefinition, scenario } from './scenario/scenario.ts'
import type { Target } from './target/contract.ts'

/** Goal: a run is a value, and its folder is all the evidence. Method: small scenarios in sim. */

function claim(id: string, run: ScenarioDefinition['run']): Scenario {
  return scenario(id, {
    claim: `The claim of ${id}.`,
    requirements: ['FS-39'],
    needs: { faults: [] },
    run,
  })
}

const quiet = claim('quiet', async ({ workload }) => {
  await workload.population(3)
  const traffic = workload.traffic({ mix: { 'update-attribute': 1 }, ratePerSecond: 50 })
  await traffic.until({ kind: 'acknowledged', count: 10 })
  await traffic.stop()
  await workload.measureLag(3)
  await workload.converge()
})

const broken = claim('broken', async ({ workload }) => {
  await workload.population(1)
  throw new TypeError('users is not iterable')
})

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interregnum-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function planFor(scenarios: readonly Scenario[], input: Partial<PlanInput> = {}): Plan {
  const names = scenarios.map(({ id }) => id)
  return resolvePlan(
    { world: 'sim', seed: 3, scenarios: names, ...input },
    { tool: toolVersion(), targets: ['reference'], scenarios: names, mutants: [] },
  )
}

function run(
  scenarios: readonly Scenario[],
  options: Partial<RunOptions> = {},
  input: Partial<PlanInput> = {},
) {
  const outFolder = options.outFolder ?? join(emptyFolder(), 'out')
  const result = runPlan(planFor(scenarios, input), { scenarios, outFolder, ...options })
  return { outFolder, result }
}

describe('what a run leaves', () => {
  test('plan, verdict, reports, and the history and operations of each scenario', async () => {
    const { outFolder, result } = run([quiet])
    expect(await result).toMatchObject({
      tool: { name: 'interregnum', version: toolVersion() },
      ...{ seed: 3, target: 'reference', world: 'sim', model: true, mutants: [] },
      ...{ verdict: 'pass', safe: 'pass', leftovers: [] },
      scenarios: [
        {
          ...{ id: 'quiet', claim: 'The claim of quiet.', verdict: 'pass' },
          expected: { verdict: 'pass' },
          history: { torn: false },
          traceDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    })
    expect(readdirSync(outFolder, { recursive: true }).sort()).toEqual([
      'junit.xml',
      'plan.json',
      'quiet',
      'quiet/history.ndjson',
      'quiet/operations.ndjson',
      'report.html',
      'results.sarif',
      'summary.md',
      'verdict.json',
    ])
    const text = (file: string): string => readFileSync(join(outFolder, file), 'utf8')
    expect(JSON.parse(text('verdict.json'))).toEqual(JSON.parse(JSON.stringify(await result)))
    expect(parsePlan(JSON.parse(text('plan.json')))).toEqual(planFor([quiet]))
    expect(text('report.html')).toContain('The claim of quiet.')
    expect(text('junit.xml')).toContain('<testcase')
    expect(text('summary.md')).toContain('quiet')
  })

  test('the stored operations are those of the history, in order', async () => {
    const { outFolder, result } = run([quiet])
    await result
    const stored = readFileSync(join(outFolder, 'quiet/operations.ndjson'), 'utf8')
    const ids = stored
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id)
    const invoked: string[] = []
    scanHistory(join(outFolder, 'quiet/history.ndjson'), {
      line: (line) => {
        if (line.type === 'invoke') invoked.push(line.operation)
      },
    })
    expect(ids).toEqual(invoked)
    expect(ids.length).toBeGreaterThan(20)
  })

  test('the same plan gives the same bytes, from its stored form too; another seed does not', async () => {
    const { outFolder, result } = run([quiet])
    await result
    const stored = parsePlan(JSON.parse(readFileSync(join(outFolder, 'plan.json'), 'utf8')))
    const again = join(emptyFolder(), 'again')
    const repeated = await runPlan(stored, { scenarios: [quiet], outFolder: again })
    const other = run([quiet], {}, { seed: 4 })
    await other.result
    for (const file of ['plan.json', 'quiet/history.ndjson', 'quiet/operations.ndjson']) {
      expect(readFileSync(join(again, file))).toEqual(readFileSync(join(outFolder, file)))
    }
    expect(repeated.scenarios[0]?.traceDigest).toBe((await result).scenarios[0]?.traceDigest)
    expect(readFileSync(join(other.outFolder, 'quiet/history.ndjson'))).not.toEqual(
      readFileSync(join(outFolder, 'quiet/history.ndjson')),
    )
  })

  test('below a folder of reports, the newest is pointed at', async () => {
    const reports = join(emptyFolder(), 'reports')
    for (const name of ['one', 'two']) {
      await run([quiet], { outFolder: join(reports, name) }).result
      expect(readlinkSync(join(reports, 'latest'))).toBe(name)
    }
    expect(readdirSync(reports).sort()).toEqual(['latest', 'one', 'two'])
  })
})

describe('when a script breaks', () => {
  test('its scenario proves nothing, with the reason, and the run goes on', async () => {
    const { outFolder, result } = run([broken, quiet])
    expect(await result).toMatchObject({
      verdict: 'inconclusive',
      scenarios: [
        {
          id: 'broken',
          verdict: 'inconclusive',
          reason: 'the script of broken broke: users is not iterable',
        },
        { id: 'quiet', verdict: 'pass' },
      ],
    })
    const ends: unknown[] = []
    scanHistory(join(outFolder, 'broken/history.ndjson'), {
      line: (line) => {
        if (line.type === 'end') ends.push(line)
      },
    })
    expect(ends).toMatchObject([{ reason: 'error', error: 'ERR_SCENARIO' }])
  })
})

describe('when the harness cannot do its work', () => {
  test('a folder that cannot be made is a StorageError with a hint, exit code 70', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'file'), '')
    const { result } = run([quiet], { outFolder: join(folder, 'file', 'out') })
    const error = await result.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StorageError)
    expect(error).toMatchObject({ exitCode: 70, hint: expect.stringContaining('--out') })
    expect(readdirSync(folder)).toEqual(['file'])
  })

  test('a history that cannot be written is no verdict', async () => {
    const folder = emptyFolder()
    // Where the folder of the scenario should be, there is a file.
    writeFileSync(join(folder, 'quiet'), '')
    const error = await run([quiet], { outFolder: folder }).result.catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(StorageError)
    expect(readdirSync(folder).sort()).toEqual(['plan.json', 'quiet'])
  })

  test('of two runs at once in one folder, the second is refused and changes nothing', async () => {
    const folder = emptyFolder()
    const plan = planFor([quiet])
    const first = runPlan(plan, { scenarios: [quiet], outFolder: folder })
    const second = runPlan({ ...plan, seed: 99 }, { scenarios: [quiet], outFolder: folder })
    const ends = await Promise.allSettled([first, second])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(refused).toEqual([expect.any(UsageError)])
    const stored = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.seed] : []))
    expect(won).toEqual([stored.seed])
  })

  test('a Region that is never ready ends the run, with the plan on disk', async () => {
    const { outFolder, result } = run([quiet], {}, { limits: { regionReadyMillisMax: 1 } })
    await expect(result).rejects.toThrow(WorldError)
    expect(readdirSync(outFolder)).toContain('plan.json')
    expect(readdirSync(outFolder)).not.toContain('verdict.json')
  })

  test('a world that breaks later ends the run, with reports of what came before it', async () => {
    let starts = 0
    const later = claim('later', async () => {})
    const [reference] = builtinRegistries.targets.filter(({ name }) => name === 'reference')
    invariant(reference !== undefined, 'there is a reference')
    const target: Target = {
      ...reference,
      prepare: async (stack, ports) => {
        starts += 1
        if (starts === 2) throw new WorldError('the second stack did not start')
        return reference.prepare(stack, ports)
      },
    }
    const { outFolder, result } = run([quiet, broken, later], {
      registries: { ...builtinRegistries, targets: [target] },
    })
    await expect(result).rejects.toThrow('the second stack did not start')
    const verdict = JSON.parse(readFileSync(join(outFolder, 'verdict.json'), 'utf8'))
    expect(verdict).toMatchObject({ verdict: 'inconclusive', scenarios: [{ id: 'quiet' }] })
    const reason = 'the run ended with broken: the second stack did not start'
    expect(verdict.notTested).toEqual(
      expect.arrayContaining([
        { what: 'broken', reason },
        { what: 'later', reason },
      ]),
    )
  })

  test('an unknown target is refused before anything is written', async () => {
    const folder = emptyFolder()
    const plan = { ...planFor([quiet]), target: 'atlantis' }
    const outFolder = join(folder, 'out')
    const refused = runPlan(plan, { scenarios: [quiet], outFolder }).catch((error) => error)
    expect(await refused).toBeInstanceOf(UsageError)
    expect(String(await refused)).toContain('target "atlantis" is unknown; expected one of')
    expect(readdirSync(folder)).toEqual([])
  })
})

test('scenarios that an interrupt kept from running are named as not tested', async () => {
  const controller = new AbortController()
  const { result } = run([quiet, broken], {
    signal: controller.signal,
    reporter: { ...silentReporter, scenarioEnded: () => controller.abort() },
  })
  expect((await result).scenarios.map(({ id }) => id)).toEqual(['quiet'])
  expect((await result).scenarios[0]?.verdict).toBe('pass')
  expect((await result).verdict).toBe('inconclusive')
  expect((await result).notTested).toContainEqual({
    what: 'broken',
    reason: 'the run was interrupted before it',
  })
})

test('what the pace of a target holds back is named as not tested', async () => {
  const [target] = builtinRegistries.targets.filter(({ name }) => name === 'reference')
  invariant(target !== undefined, 'there is a reference')
  const pace = { arrivalsPerSecondMax: 6, operationsPerSecondMax: 20 }
  const slow = { ...target, capabilities: { ...target.capabilities, pace } }
  const { result } = run([quiet], { registries: { ...builtinRegistries, targets: [slow] } })
  const reason = 'the pace that reference declares'
  expect((await result).notTested).toEqual(
    expect.arrayContaining([
      { what: 'more than 6 arrivals a second', reason },
      { what: 'more than 20 operations a second', reason },
    ]),
  )
})

test('a need that is not met is skipped with its reason, and skipped alone proves nothing', async () => {
  const needy = scenario('needy', {
    claim: 'Nobody knows.',
    requirements: ['FS-39'],
    needs: { faults: [], worlds: ['process'] },
    run: async () => {},
  })
  const { outFolder, result } = run([needy])
  expect(await result).toMatchObject({
    verdict: 'inconclusive',
    scenarios: [{ verdict: 'skipped', reason: 'needs the process world' }],
  })
  expect((await result).notTested).toContainEqual({
    what: 'needy',
    reason: 'needs the process world',
  })
  expect(readdirSync(outFolder)).not.toContain('needy')
  expect(readFileSync(join(outFolder, 'junit.xml'), 'utf8')).toContain('needs the process world')
})

test('whoever watches is told of each step in order', async () => {
  const heard: string[] = []
  await run([quiet], {
    reporter: {
      planned: (plan) => heard.push(`planned ${plan.seed}`),
      scenarioStarted: (id, _claim, index, count) =>
        heard.push(`started ${id} ${index + 1}/${count}`),
      progress: (id) => heard.push(`progress ${id}`),
      scenarioEnded: ({ id, verdict }) => heard.push(`ended ${id} ${verdict}`),
      ended: ({ verdict }) => heard.push(`ended ${verdict}`),
    },
  }).result
  const steps = heard.filter((entry, index) => entry !== heard[index - 1])
  expect(steps).toEqual([
    'planned 3',
    'started quiet 1/1',
    'progress quiet',
    'ended quiet pass',
    'ended pass',
  ])
})
