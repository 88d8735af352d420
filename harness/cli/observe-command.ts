import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Measurement } from '../checkers/checker.ts'
import { openHistoryFile } from '../history/writer.ts'
import { judgeStoredHistory } from '../judge-stored-history.ts'
import { anySignal } from '../kernel/any-signal.ts'
import { systemClock } from '../kernel/clock.ts'
import { commandText } from '../kernel/command-words.ts'
import { exitCodes, UsageError, WorldError } from '../kernel/errors.ts'
import { makeFolder } from '../kernel/make-folder.ts'
import { keyedRandom } from '../kernel/random.ts'
import { toolVersion } from '../kernel/version.ts'
import { identify } from '../ledger/process-identity.ts'
import { openRun, type RunGuard, runTimeToLiveMillis } from '../ledger/run-guard.ts'
import { announceWatch, forgetWatch } from '../observe/announced-watch.ts'
import { type Observed, type ObserveSettings, observe } from '../observe/observe.ts'
import { answerMillisMax, parseStopCondition, throttledAlways } from '../observe/stop-conditions.ts'
import type { Plan } from '../plan/plan.ts'
import { resolvePlan } from '../plan/resolve.ts'
import { judgedProfiles } from '../profiles/index.ts'
import type { Registries } from '../registries.ts'
import { plainText } from '../report/plain-text.ts'
import { terminalReporter, wantsColor } from '../report/terminal.ts'
import { writeReports } from '../report/write-reports.ts'
import { newRunFolder, pointLatestAt, writePlan } from '../run.ts'
import type { Target } from '../target/contract.ts'
import { configuredRegistries, targetOf } from '../trial.ts'
import { exitCodeOfRun, worstExitCode } from '../verdict/exit-code.ts'
import { formatInterval } from '../verdict/interval-text.ts'
import { judgeRun } from '../verdict/judge-run.ts'
import { resolveObjectives } from '../verdict/judge-scenario.ts'
import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { type Catalogue, loadCatalogue, planNames } from './catalogue.ts'
import { durationMillis } from './duration-flag.ts'
import { type ObjectiveFlags, objectivesOf } from './objectives.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'
import { loadTopology, withPlaces } from './topology-file.ts'

/** The flags of `interregnum observe`. */
export interface ObserveFlags extends ObjectiveFlags {
  readonly target?: string
  readonly topology?: string
  readonly route?: string
  readonly rate?: number
  readonly canaries?: number
  readonly duration?: string
  readonly calls?: number
  readonly stopWhen?: readonly string[]
  readonly stopFile?: string
  readonly out?: string
}

const scenarioId = 'observe'

const frame = {
  id: scenarioId,
  claim: 'Clients sign in again after a failover that people performed.',
}

/**
 * A harness that stands still stamps later what came, and earlier what it sent: intervals widen and
 * still contain the truth. Only one that stood still for long says nothing.
 */
const eventLoopDelayMicrosMax = 5_000_000

/** Most sign-ins of clients in a second, and most users: a watch is no load test. */
const bounds = z.strictObject({
  rate: z.number().min(0.05).max(20).default(1),
  canaries: z.int().min(1).max(20).default(3),
  calls: z.int().min(10).max(1_000_000).default(50_000),
})

/**
 * `interregnum observe`: watches a failover that people perform, and injects nothing.
 *
 * @throws UsageError before anything is touched; what the target refuses, once it looked.
 */
export async function observeCommand(
  flags: ObserveFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const found = await loadCatalogue(around)
  const known = { ...found.registries, profiles: judgedProfiles }
  const plan = planOf(flags, { ...found, registries: known }, around)
  const folder =
    flags.out === undefined ? newRunFolder(around.folder) : resolve(around.folder, flags.out)
  const settings = settingsOf(flags, folder, around)
  if (existsSync(settings.stopFile)) {
    throw new UsageError(`the stop file ${settings.stopFile} exists: nothing was begun`)
  }
  const checked = async (): Promise<Registries> => {
    await requireObservable(targetOf(plan, known), plan, known)
    return configuredRegistries(plan, known)
  }
  const registries = await checked().catch((error: unknown) => {
    throw withPlaces(error, plan.topology)
  })
  const target = targetOf(plan, registries)
  await makeFolder(folder)
  await writePlan(join(folder, 'plan.json'), plan)
  const say = (sentence: string): void => {
    around.stderr.write(`${plainText(sentence)}\n`)
  }
  const guard = await openRun({
    command: 'interregnum observe',
    timeToLiveMillis: Math.max(runTimeToLiveMillis, 2 * settings.durationMillisMax),
  })
  let observed: Observed | undefined
  let leftovers: readonly string[] = []
  const startedAt = systemClock().monotonic()
  try {
    observed = await watched({ plan, target, settings, guard, folder, say, around })
  } catch (error) {
    // What the target refuses, it refuses before it made anything: another try may use the folder.
    if (error instanceof UsageError) await discardFolder(folder)
    throw error
  } finally {
    await forgetWatch(guard.runId)
    leftovers = await guard.close()
  }
  say(`The watch ended: ${observed.why}. ${observed.calls} requests were sent.`)
  const durationMillisTaken = Math.round((systemClock().monotonic() - startedAt) / 1_000)
  const result = resultOf(plan, target, registries, {
    folder,
    leftovers,
    durationMillis: durationMillisTaken,
    repeat: repeatText(flags),
  })
  await pointLatestAt(folder)
  await writeReports(folder, result)
  const color = wantsColor(around.environment, around.stderr)
  for (const line of stageLines(result.scenarios[0]?.measurements ?? [])) say(line)
  terminalReporter({ stream: around.stderr, color }).ended(result, folder)
  return {
    document: result,
    exitCode: worstExitCode([
      exitCodeOfRun(result),
      ...(observed.interrupted ? [exitCodes.interrupted] : []),
    ]),
  }
}

interface Watched {
  readonly plan: Plan
  readonly target: Target
  readonly settings: ObserveSettings
  readonly guard: RunGuard
  readonly folder: string
  readonly say: (sentence: string) => void
  readonly around: Surroundings
}

async function watched(input: Watched): Promise<Observed> {
  const { plan, target, settings, guard, folder, say, around } = input
  const self = await identify(process.pid)
  if (self === undefined) throw new WorldError('this process does not find itself')
  const full = new AbortController()
  const place = join(folder, scenarioId)
  await makeFolder(place)
  const sink = await openHistoryFile(join(place, 'history.ndjson'), {
    onFailure: (error) => full.abort(error),
  })
  try {
    await announceWatch({ runId: guard.runId, ...self, folder })
    say(`Watching ${plan.target}; marks: interregnum mark <label> --run ${guard.runId}`)
    say(`It ends by \`interregnum mark end\`, Ctrl-C, or the file ${settings.stopFile}`)
    return await observe({
      ...{ plan, target, settings, sink, say, ledger: guard.ledger },
      header: {
        scenario: scenarioId,
        claim: frame.claim,
        requirements: ['GD-1'],
        ...(plan.objectives.length === 0 ? {} : { objectives: plan.objectives }),
      },
      random: keyedRandom(plan.seed),
      digestKey: randomBytes(32),
      signal: anySignal(around.signal, full.signal),
      isStopped: () => existsSync(settings.stopFile),
    })
  } finally {
    await sink.close()
  }
}

/** Only a target that asks whose users it may touch. */
async function requireObservable(
  target: Target,
  plan: Plan,
  { targets }: Pick<Registries, 'targets'>,
): Promise<void> {
  if (target.observable !== undefined) return target.observable(plan)
  const others = targets.filter(({ observable }) => observable !== undefined)
  throw new UsageError(`the target ${target.name} asks nobody for consent: it is not observed`, {
    hint: `these do: ${others.map(({ name }) => `--target ${name}`).join(', ')}`,
  })
}

function planOf(flags: ObserveFlags, catalogue: Catalogue, around: Surroundings): Plan {
  const file = flags.topology ?? catalogue.config.topology
  if (file === undefined) {
    throw new UsageError('"--topology" is missing: it says where the Regions are', {
      hint: 'the READMEs of the targets cognito and oidc show one; `interregnum init` writes one',
    })
  }
  return resolvePlan(
    {
      scenarios: [scenarioId],
      target: flags.target ?? catalogue.config.target ?? 'cognito',
      world: 'remote',
      topology: loadTopology(file, around.folder),
      objectives: objectivesOf(flags, catalogue, around),
      limits: { operationMillisMax: answerMillisMax, eventLoopDelayMicrosMax },
    },
    { ...planNames(catalogue), scenarios: [scenarioId] },
  )
}

function settingsOf(flags: ObserveFlags, folder: string, around: Surroundings): ObserveSettings {
  const { rate, canaries, calls, route } = flags
  const parsed = bounds.safeParse({ rate, canaries, calls })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UsageError(`"--${issue?.path.join('.')}": ${issue?.message}`)
  }
  if (route !== undefined && !/^https?:\/\/[^/?#]+\/?$/.test(route)) {
    throw new UsageError(`"--route" is ${route}; expected scheme, host and port alone`)
  }
  if (flags.stopFile?.trim() === '') throw new UsageError('"--stop-file" needs the name of a file')
  return {
    ratePerSecond: parsed.data.rate,
    canaries: parsed.data.canaries,
    callsMax: parsed.data.calls,
    durationMillisMax: durationMillis('--duration', flags.duration ?? '1h'),
    stopConditions: [throttledAlways, ...(flags.stopWhen ?? [])].map(parseStopCondition),
    stopFile: resolve(around.folder, flags.stopFile ?? join(folder, 'STOP')),
    ...(route === undefined ? {} : { routeUrl: route }),
  }
}

async function discardFolder(folder: string): Promise<void> {
  await rm(join(folder, scenarioId), { recursive: true, force: true })
  await rm(join(folder, 'plan.json'), { force: true })
  await rmdir(folder).catch(() => {})
}

function resultOf(
  plan: Plan,
  target: Target,
  registries: Registries,
  {
    folder,
    leftovers,
    ...timed
  }: {
    readonly folder: string
    readonly leftovers: readonly string[]
    readonly durationMillis: number
    readonly repeat: string
  },
): RunResult {
  const { judgement } = judgeStoredHistory(join(folder, scenarioId, 'history.ndjson'), registries)
  const one: ScenarioResult = { ...frame, ...timed, expected: { verdict: 'pass' }, ...judgement }
  return {
    tool: { name: 'interregnum', version: toolVersion() },
    seed: plan.seed,
    target: plan.target,
    model: target.model,
    world: plan.world,
    mutants: [],
    switches: {},
    ...judgeRun([one], { objectives: resolveObjectives(plan.objectives, registries) }),
    scenarios: [one],
    notTested: [],
    leftovers,
  }
}

const stages = [
  ['detectionMillis', 'loss to detection'],
  ['decisionMillis', 'detection to decision'],
  ['switchMillis', 'decision to switch'],
  ['propagationMillis', 'switch to effect'],
  ['firstSuccessMillis', 'loss to first success'],
  ['success99Millis', 'loss to 99 % success'],
  ['firstRefreshMillis', 'loss to first refresh'],
] as const

/** What a game day is held for, a line each. */
function stageLines(measurements: readonly Measurement[]): readonly string[] {
  return stages.map(([name, words]) => {
    const found = measurements.find((one) => one.name === `game-day.${name}`)
    const value =
      found === undefined || found.samples === 0
        ? 'not measured'
        : `${formatInterval(found.value)} ms`
    const why = found?.inconclusive === undefined ? '' : ` (${found.inconclusive})`
    return `${words.padEnd(22)} ${value}${why}`
  })
}

/** The same watch, into a folder of its own. */
function repeatText({ out: _, stopWhen = [], ...flags }: ObserveFlags): string {
  const { topology, route, target, rate, canaries, duration, calls, stopFile } = flags
  const named = {
    ...{ topology, target, route, rate, canaries, duration, calls, 'stop-file': stopFile },
    objectives: flags.objectives,
  }
  return commandText([
    ...['npx', 'interregnum', 'observe'],
    ...Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
    ...stopWhen.flatMap((condition) => ['--stop-when', condition]),
    ...(flags.objective ?? []).flatMap((text) => ['--objective', text]),
  ])
}
