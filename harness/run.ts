import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Operation } from './history/operation.ts'
import { openHistoryFile } from './history/writer.ts'
import type { Conducted } from './interpreter/conduct.ts'
import { judgeStoredHistory } from './judge-stored-history.ts'
import { anySignal } from './kernel/any-signal.ts'
import { systemClock, systemWallClock } from './kernel/clock.ts'
import { todayOf } from './kernel/day.ts'
import { InterregnumError, StorageError, UsageError, WorldError } from './kernel/errors.ts'
import { makeFolder } from './kernel/make-folder.ts'
import { toolVersion } from './kernel/version.ts'
import { openWatchdog, type Watchdog } from './kernel/watchdog.ts'
import type { Ledger } from './ledger/ledger.ts'
import { openRun, type RunGuard } from './ledger/run-guard.ts'
import { createRunId } from './ledger/run-id.ts'
import { entriesOf } from './plan/expected-results.ts'
import type { Plan } from './plan/plan.ts'
import { builtinRegistries, type Registries } from './registries.ts'
import { notTested } from './report/not-tested.ts'
import { repeatCommand } from './report/repeat-command.ts'
import { type RunReporter, silentReporter } from './report/run-reporter.ts'
import { writeReports } from './report/write-reports.ts'
import { checkNeeds } from './scenario/check-needs.ts'
import type { Scenario } from './scenario/scenario.ts'
import { skipReason } from './scenario/skip-reason.ts'
import type { Target } from './target/contract.ts'
import { configuredRegistries, realTrial, scenarioSwitches, simTrial, targetOf } from './trial.ts'
import { expectationOf, reasonBeside, runExpectationOf } from './verdict/expectation.ts'
import { judgeRun } from './verdict/judge-run.ts'
import { requirementOf, resolveObjectives } from './verdict/judge-scenario.ts'
import { untestedRules } from './verdict/untested-rules.ts'
import type { RunResult, ScenarioResult } from './verdict/verdict.ts'
import { type AttachedProject, attachProject } from './world/container/attached/attached-project.ts'
import { proxyService } from './world/container/attached/compose-project.ts'
import { type ProxyFact, prepareStacks } from './world/container/prepare-containers.ts'
import { missingFaults } from './world/missing-faults.ts'
import { claimRemote } from './world/remote/claim-remote.ts'

export interface RunOptions {
  /** The scenarios that the plan names, in its order. */
  readonly scenarios: readonly Scenario[]
  /** Gets everything that the run leaves; made if it does not exist. */
  readonly outFolder: string
  readonly reporter?: RunReporter
  /** Ends the run early, after cleaning. */
  readonly signal?: AbortSignal
  readonly registries?: Registries
  /** The day by which expected results expire, such as `2027-05-01`; default: today (UTC). */
  readonly today?: string
  /**
   * Must end the process: a script that does not yield leaves no other way. By default its words
   * go to standard error and the process ends with the exit code of the error.
   */
  readonly onStuck?: (error: InterregnumError) => void
}

/** Errors of a script's own making: the scenario proves nothing, the run goes on. */
const scriptErrors: ReadonlySet<string> = new Set([
  'ERR_SCENARIO',
  'ERR_LIMIT',
  'ERR_FAULT',
  'ERR_DEADLINE',
  'ERR_INTERRUPTED',
])

/** Errors of the world that follow from a process that died by itself. */
const deadErrors: ReadonlySet<string> = new Set(['ERR_WORLD', 'ERR_LINK', 'ERR_REGION_NOT_READY'])

/** A folder for a new run below `reports/`. */
export function newRunFolder(cwd: string): string {
  return join(cwd, 'reports', createRunId(systemWallClock().now()))
}

/**
 * Runs a plan: writes it to disk, conducts each scenario in its world, judges the stored history
 * of each, writes the reports, and proves that nothing is left.
 *
 * @throws UsageError before anything is touched, if a scenario names a rule, a fault or a world
 * that does not exist.
 * @throws StorageError, WorldError and others where the harness could not do its work; whatever
 * was started is stopped by then. Where it is the world that broke, reports of the scenarios before
 * that are in the folder.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunResult> {
  const registries = await configuredRegistries(plan, options.registries ?? builtinRegistries)
  const reporter = options.reporter ?? silentReporter
  const signal = options.signal ?? new AbortController().signal
  const target = targetOf(plan, registries)
  const objectives = resolveObjectives(plan.objectives, registries)
  for (const scenario of options.scenarios) checkScenario(scenario, registries)
  await prepareFolder(options.outFolder, plan)
  reporter.planned(plan, options.outFolder)
  await using watchdog = openWatchdog({
    stuckMillisMax: plan.limits.scenarioMillisMax,
    ...(options.onStuck === undefined ? {} : { onStuck: options.onStuck }),
  })
  const guard = plan.world !== 'sim' ? await openRun() : undefined
  const results: ScenarioResult[] = []
  const unreleased: string[] = []
  let containers: Containers = {}
  let leftovers: readonly string[] = []
  // Why it went no further.
  let stopped: string | undefined
  let broken: WorldError | undefined
  try {
    if (guard !== undefined) containers = await readyWorld(guard.ledger, plan)
    const { attached } = containers
    const missing = await missingHere(plan, options.scenarios, registries, guard)
    const today = options.today ?? todayOf(systemWallClock())
    const shared = { plan, options, registries, guard, watchdog, missing, attached, today }
    for (const [index, scenario] of options.scenarios.entries()) {
      if (signal.aborted || stopped !== undefined) break
      reporter.scenarioStarted(scenario.id, scenario.claim, index, options.scenarios.length)
      const one = { ...shared, scenario }
      try {
        const result = withExpectation(await runOne(one), one)
        results.push(result)
        reporter.scenarioEnded(result)
      } catch (error) {
        if (!(error instanceof WorldError) || results.length === 0) throw error
        broken = error
        stopped = `the run ended with ${scenario.id}: ${error.message}`
      }
      // What is seen in a system that an earlier scenario left disturbed is no finding.
      if (plan.world === 'remote') stopped ??= (await guard?.disturbed())?.[0]
    }
  } finally {
    await containers.attached
      ?.release()
      .catch((error: unknown) => unreleased.push(messageOf(error)))
    leftovers = [...unreleased, ...((await guard?.close()) ?? [])]
  }
  const result: RunResult = {
    ...runFrame(plan, target, containers),
    ...judgeRun(results, {
      complete: results.length === options.scenarios.length,
      objectives,
    }),
    ...(plan.expected === undefined ? {} : { expected: runExpectationOf(plan.expected, results) }),
    scenarios: results,
    notTested: [
      ...notTested(plan, target, results, stopped),
      ...untestedRules(results, registries.profiles),
    ],
    leftovers,
  }
  await writeReports(options.outFolder, result)
  if (broken !== undefined) throw broken
  reporter.ended(result, options.outFolder)
  return result
}

/** @throws UsageError if it names a rule, a fault or an objective that does not exist. */
function checkScenario(scenario: Scenario, registries: Registries): void {
  for (const id of scenario.requirements) requirementOf(id, registries.profiles)
  checkNeeds(scenario, Object.keys(registries.faults), registries.targets)
  resolveObjectives(scenario.objectives ?? [], registries)
}

/** What was run, on what. */
function runFrame(plan: Plan, target: Target, { proxy }: Containers) {
  return {
    tool: { name: 'interregnum' as const, version: toolVersion() },
    seed: plan.seed,
    target: plan.target,
    model: target.model,
    world: plan.world,
    ...(plan.storage === 'memory' ? {} : { storage: plan.storage }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(plan.attach === undefined ? {} : { attached: plan.attach }),
    mutants: plan.mutants,
    switches: plan.switches,
  }
}

/** What a run in the container world rests on. */
interface Containers {
  readonly proxy?: ProxyFact
  readonly attached?: AttachedProject
}

/** A system that nobody else is at; images for stacks of its own, or a project that is up. */
async function readyWorld(ledger: Ledger, plan: Plan): Promise<Containers> {
  if (plan.world === 'remote') await claimRemote(ledger, plan)
  if (plan.world !== 'container') return {}
  if (plan.attach === undefined) return { proxy: await prepareStacks(ledger, plan) }
  const attached = await attachProject(ledger, plan.attach, plan.proxy)
  const { image } = attached.project.container(proxyService)
  return { attached, proxy: { name: plan.proxy, image } }
}

interface One {
  readonly plan: Plan
  readonly scenario: Scenario
  readonly options: RunOptions
  readonly registries: Registries
  readonly guard: RunGuard | undefined
  readonly watchdog: Watchdog
  readonly attached: AttachedProject | undefined
  /** Faults that this machine cannot inject, each with the reason. */
  readonly missing: ReadonlyMap<string, string>
  /** By which expected results expire. */
  readonly today: string
}

/** Tries the faults of those scenarios that nothing else keeps from running. */
async function missingHere(
  plan: Plan,
  scenarios: readonly Scenario[],
  registries: Registries,
  guard: RunGuard | undefined,
): Promise<ReadonlyMap<string, string>> {
  const { world } = plan
  if (guard === undefined || world === 'sim' || world === 'remote') return new Map()
  const target = targetOf(plan, registries)
  const able = scenarios.filter(
    (scenario) => skipReason(scenario, plan, target, registries.faults) === undefined,
  )
  const faults = new Set(able.flatMap(({ needs }) => needs.faults))
  return missingFaults(world, faults, guard.ledger)
}

/** The answer of a scenario beside what the plan's file of expected results knows of it. */
function withExpectation(result: ScenarioResult, one: One): ScenarioResult {
  const { plan, scenario, registries, today } = one
  if (plan.expected === undefined) return result
  const switches = scenarioSwitches(plan, scenario, targetOf(plan, registries))
  const known = entriesOf(plan.expected, scenario.id, switches)
  const expected = expectationOf(result, known, today)
  return { ...result, reason: reasonBeside(result, expected), expected }
}

async function runOne(one: One): Promise<ScenarioResult> {
  const { plan, scenario, registries, missing } = one
  const target = targetOf(plan, registries)
  const frame = {
    id: scenario.id,
    claim: scenario.claim,
    repeat: repeatCommand(plan, scenario.id),
    expected: scenario.expected ?? { verdict: 'pass' as const },
  }
  const skip = skipReason(scenario, plan, target, registries.faults, missing)
  if (skip !== undefined) return skipped(frame, skip)
  const folder = join(one.options.outFolder, scenario.id)
  await makeFolder(folder).catch(storageFailed(folder))
  const clock = systemClock()
  const startedAt = clock.monotonic()
  const {
    error,
    casualties = [],
    traceDigest,
  } = await one.watchdog.during(`the script of ${scenario.id}`, () => conductInto(folder, one))
  if (error !== undefined && !isScriptError(error, casualties)) throw error
  const judged = judgeStoredHistory(join(folder, 'history.ndjson'), registries)
  const broke = error === undefined ? [] : [messageOf(error)]
  const why = [...casualties, ...broke].join('; then: ')
  return {
    ...frame,
    ...judged.judgement,
    ...(why === '' || judged.judgement.verdict !== 'inconclusive' ? {} : { reason: why }),
    ...(traceDigest === undefined ? {} : { traceDigest }),
    durationMillis: Math.round((clock.monotonic() - startedAt) / 1_000),
  }
}

/** Conducts one scenario; `history.ndjson` and `operations.ndjson` are in the folder after it. */
async function conductInto(
  folder: string,
  one: One,
): Promise<Omit<Conducted, 'reason'> & { readonly traceDigest?: string }> {
  const { plan, scenario, registries, options, guard, attached } = one
  const operations: Operation[] = []
  const common = {
    plan,
    scenario,
    registries,
    onOperation: (operation: Operation) => operations.push(operation),
    onStep: (step: { text: string; operations: number }) =>
      options.reporter?.progress(scenario.id, step),
  }
  const path = join(folder, 'history.ndjson')
  if (guard === undefined) {
    const trial = await simTrial(common)
    await writeFile(path, trial.history).catch(async (error: unknown) => {
      // The same plan gives the same bytes: half of them are worth nothing.
      await rm(path, { force: true }).catch(() => {})
      storageFailed(path)(error)
    })
    await writeOperations(folder, operations)
    return trial
  }
  const full = new AbortController()
  const sink = await openHistoryFile(path, { onFailure: (error) => full.abort(error) })
  try {
    const conducted = await realTrial({
      ...common,
      ledger: guard.ledger,
      ...(attached === undefined ? {} : { attached }),
      sink,
      signal: options.signal === undefined ? full.signal : anySignal(options.signal, full.signal),
    })
    await writeOperations(folder, operations)
    return conducted
  } finally {
    await sink.close()
  }
}

async function prepareFolder(folder: string, plan: Plan): Promise<void> {
  try {
    await makeFolder(folder)
    await writePlan(join(folder, 'plan.json'), plan)
    await pointLatestAt(folder)
  } catch (error) {
    if (InterregnumError.is(error)) throw error
    storageFailed(folder)(error)
  }
}

/**
 * Of two runs that want one folder, the second finds the plan of the first.
 *
 * @throws UsageError if there is one.
 */
export async function writePlan(path: string, plan: Plan): Promise<void> {
  const text = `${JSON.stringify(plan, null, 2)}\n`
  await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new UsageError(`${path} stands there already: another run has this folder`, {
      cause: error,
      hint: 'name a new folder; an earlier run is never overwritten',
    })
  })
}

/** `reports/latest` points at the newest run; other folders get no such link. */
export async function pointLatestAt(folder: string): Promise<void> {
  const reports = dirname(resolve(folder))
  if (basename(reports) !== 'reports') return
  const link = join(reports, 'latest')
  const fresh = join(reports, `.latest-${basename(folder)}`)
  await symlink(basename(folder), fresh)
  await rename(fresh, link).catch(() => rm(fresh, { force: true }))
}

async function writeOperations(folder: string, operations: readonly Operation[]): Promise<void> {
  const path = join(folder, 'operations.ndjson')
  const text = operations.map((operation) => `${JSON.stringify(operation)}\n`).join('')
  await writeFile(path, text).catch(storageFailed(path))
}

function storageFailed(path: string): (error: unknown) => never {
  return (error) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new StorageError(`${path} could not be written: ${why}`, {
      cause: error,
      hint: 'free space, check the rights, or choose another folder with --out',
    })
  }
}

function skipped(
  frame: Pick<ScenarioResult, 'id' | 'claim' | 'repeat' | 'expected'>,
  reason: string,
): ScenarioResult {
  return {
    ...frame,
    verdict: 'skipped',
    reason,
    requirements: [],
    measurements: [],
    findings: [],
    evidence: {},
    history: { lines: 0, torn: false },
    durationMillis: 0,
  }
}

function isScriptError(error: unknown, casualties: readonly string[]): boolean {
  if (!InterregnumError.is(error)) return false
  return scriptErrors.has(error.code) || (casualties.length > 0 && deadErrors.has(error.code))
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
