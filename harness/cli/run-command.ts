import { existsSync, readdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { systemClock } from '../kernel/clock.ts'
import { exitCodes, UsageError } from '../kernel/errors.ts'
import { fileBytes } from '../kernel/file-bytes.ts'
import type { Plan } from '../plan/plan.ts'
import { type PlanInput, parsePlan, resolvePlan } from '../plan/resolve.ts'
import { annotationsReporter } from '../report/annotations.ts'
import { composeReporters, type RunReporter } from '../report/run-reporter.ts'
import { terminalReporter, wantsColor } from '../report/terminal.ts'
import { newRunFolder, runPlan } from '../run.ts'
import { quickSet } from '../scenario/quick-set.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { exitCodeOfRun, worstExitCode } from '../verdict/exit-code.ts'
import { surveyProject } from '../world/container/attached/survey.ts'
import { chooseProxy } from '../world/container/choose-proxy.ts'
import { type Catalogue, loadCatalogue, planNames } from './catalogue.ts'
import { driverCommand, withDriver } from './driver-catalogue.ts'
import { type ExpectedFlags, expectedOf } from './expected-results.ts'
import { type ObjectiveFlags, objectivesOf } from './objectives.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum run`; what is not given comes from the configuration. */
export interface RunFlags extends ObjectiveFlags, ExpectedFlags {
  readonly scenarios: readonly string[]
  readonly target?: string
  /** A command line: the program that performs the operations. */
  readonly driver?: string
  readonly world?: string
  readonly storage?: string
  readonly proxy?: string
  /** The name of a compose project; `true` for the only one. */
  readonly attach?: string | true
  /** A YAML file: somebody's system as Regions, links and hooks. */
  readonly topology?: string
  readonly seed?: number
  readonly all?: boolean
  readonly mutant?: readonly string[]
  readonly switch?: readonly string[]
  readonly out?: string
  readonly plan?: string
  readonly pinned?: boolean
  readonly json?: boolean
}

/** `interregnum run`: resolves flags, configuration and defaults to one plan and runs it. */
export async function runCommand(flags: RunFlags, around: Surroundings): Promise<CommandResult> {
  const stored = flags.plan === undefined ? undefined : storedPlan(flags, around)
  const loaded = await loadCatalogue(around)
  const command = stored === undefined ? driverCommand(flags, loaded) : stored.driver?.command
  const catalogue = command === undefined ? loaded : await withDriver(loaded, command)
  const plan = stored ?? (await planOf(flags, catalogue, around))
  const scenarios = scenariosOf(plan, catalogue)
  const outFolder = outFolderOf(flags, around)
  const color = wantsColor(around.environment, around.stderr)
  const result = await runPlan(plan, {
    scenarios,
    outFolder,
    reporter: reporterOf(around, color),
    signal: around.signal,
    onStuck: around.end,
    registries: catalogue.registries,
  }).catch((error: unknown) => inTopology(error, plan))
  return {
    document: result,
    exitCode: worstExitCode([
      exitCodeOfRun(result),
      ...(around.signal.aborted ? [exitCodes.interrupted] : []),
    ]),
  }
}

/** What is wrong in a file of the user's has a line. */
async function inTopology(error: unknown, { topology }: Plan): Promise<never> {
  if (topology === undefined) throw error
  const { withPlaces } = await import('./topology-file.ts')
  throw withPlaces(error, topology)
}

/** For people; in a GitHub workflow for its page too. */
function reporterOf(around: Surroundings, color: boolean): RunReporter {
  const terminal = terminalReporter({ stream: around.stderr, color, clock: systemClock() })
  if (around.environment.GITHUB_ACTIONS !== 'true') return terminal
  return composeReporters(terminal, annotationsReporter(around.stderr))
}

/** One plan from flags, then the configuration, then the defaults. */
async function planOf(flags: RunFlags, catalogue: Catalogue, around: Surroundings): Promise<Plan> {
  const { config, driver } = catalogue
  const world = flags.world ?? config.world
  const input = {
    scenarios: chosen(flags, catalogue),
    target: driver?.target ?? flags.target ?? config.target,
    driver: driver === undefined ? undefined : { command: [...driver.command] },
    world,
    storage: flags.storage ?? config.storage,
    seed: flags.seed ?? config.seed,
    mutants: flags.mutant ?? config.mutants,
    switches: { ...config.switches, ...switchesOf(flags.switch ?? []) },
    pinned: flags.pinned ?? config.pinned,
    objectives: objectivesOf(flags, catalogue, around),
    topology: await topologyOf(flags, catalogue, around, world),
  }
  const plan = await plannedOf(input, flags, catalogue)
  const expected = await expectedOf(flags, catalogue, { target: plan.target, around })
  return expected === undefined ? plan : resolvePlan({ ...plan, expected }, planNames(catalogue))
}

/** The plan with what its world says. */
async function plannedOf(input: PlanInput, flags: RunFlags, catalogue: Catalogue): Promise<Plan> {
  const { config } = catalogue
  const proxy = flags.proxy ?? config.proxy ?? 'auto'
  const named = proxy === 'auto' ? undefined : proxy
  const { attach } = flags
  if (attach !== undefined) return attachedPlan(input, named, attach, catalogue)
  // What is wrong with it is said before an engine is looked for.
  const plan = resolvePlan({ ...input, proxy: named }, planNames(catalogue))
  if (plan.world !== 'container' || named !== undefined) return plan
  return resolvePlan({ ...input, proxy: await chooseProxy() }, planNames(catalogue))
}

/** The file of a flag, else that of the configuration, which other worlds do not read. */
async function topologyOf(
  { topology }: RunFlags,
  { config, configFile }: Catalogue,
  { folder }: Surroundings,
  world: string | undefined,
): Promise<Plan['topology']> {
  if (topology === undefined && (world !== 'remote' || config.topology === undefined)) {
    return undefined
  }
  // A reader of YAML is loaded by whoever needs one.
  const { loadTopology } = await import('./topology-file.ts')
  if (topology !== undefined) return loadTopology(topology, folder)
  return loadTopology(
    config.topology ?? '',
    configFile === undefined ? folder : dirname(configFile),
  )
}

/** What is wrong with a plan by itself, then what the project says. */
async function attachedPlan(
  input: PlanInput,
  proxy: string | undefined,
  attach: string | true,
  catalogue: Catalogue,
): Promise<Plan> {
  const names = planNames(catalogue)
  if (names.scenarios.includes(String(attach))) {
    throw new UsageError(`"--attach" takes ${attach} for the name of a compose project`, {
      hint: `put the names of scenarios before it, or write --attach=<project>`,
    })
  }
  const project = attach === true ? undefined : attach
  const wanted = resolvePlan({ ...input, proxy, attach: project ?? 'the only one' }, names)
  const [given] = Object.keys(wanted.switches)
  if (given !== undefined) {
    throw new UsageError(`"--switch ${given}" cannot be set in a stack that is up already`)
  }
  const switches = Object.keys(names.switches?.[wanted.target] ?? {})
  const asked = proxy === undefined ? undefined : wanted.proxy
  const surveyed = await surveyProject(project, asked, switches)
  if (input.storage !== undefined && input.storage !== surveyed.storage) {
    throw new UsageError(
      `"--storage" is ${input.storage}, but the compose project ${surveyed.attach} has ` +
        `${surveyed.storage}`,
    )
  }
  return resolvePlan({ ...input, ...surveyed }, names)
}

/** `name=value`, each name once. */
function switchesOf(given: readonly string[]): Readonly<Record<string, string>> {
  const switches = new Map<string, string>()
  for (const text of given) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      throw new UsageError(`"--switch" is ${JSON.stringify(text)}; expected <name>=<value>`)
    }
    if (switches.has(name)) throw new UsageError(`"--switch" names ${name} twice`)
    switches.set(name, value)
  }
  return Object.fromEntries(switches)
}

/** Named scenarios, all, or the quick set. */
function chosen(flags: RunFlags, { scenarios }: Catalogue): readonly string[] {
  if (flags.scenarios.length > 0) {
    if (flags.all) throw new UsageError('"--all" and names of scenarios exclude each other')
    return flags.scenarios
  }
  const known = scenarios.map(({ scenario }) => scenario)
  return (flags.all === true ? known : quickSet(known)).map(({ id }) => id)
}

/** Flags that a stored plan has answered already. */
const planFlags = [
  'target',
  'driver',
  'world',
  'storage',
  'proxy',
  'attach',
  'topology',
  'seed',
  'all',
  'mutant',
  'switch',
  'pinned',
  'objective',
  'objectives',
  'expected',
] as const

/** A plan as it was stored: the flags that would change it are refused. */
function storedPlan(flags: RunFlags, around: Surroundings): Plan {
  const given = planFlags.find((name) => flags[name] !== undefined)
  if (given !== undefined) throw new UsageError(`"--plan" already says what "--${given}" would`)
  if (flags.scenarios.length > 0) {
    throw new UsageError('"--plan" already names its scenarios')
  }
  const path = resolve(around.folder, flags.plan ?? '')
  return parsePlan(readJson(path), path)
}

/** Plans name topologies and scenarios: thousands of lines at most. */
const planBytesMax = 16_777_216

function readJson(path: string): unknown {
  try {
    return JSON.parse(fileBytes(path, planBytesMax).toString('utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`"--plan": ${path} cannot be read as JSON: ${why}`, { cause: error })
  }
}

/** The scenarios of a plan in its order; a stored plan may name what is gone. */
function scenariosOf(plan: Plan, catalogue: Catalogue): readonly Scenario[] {
  // A stored plan may name what is gone: the same words as for flags.
  resolvePlan(plan, planNames(catalogue))
  return plan.scenarios.flatMap((id) =>
    catalogue.scenarios.filter(({ scenario }) => scenario.id === id).map((found) => found.scenario),
  )
}

/** Where the run leaves its files. An earlier run is never overwritten. */
function outFolderOf(flags: RunFlags, around: Surroundings): string {
  if (flags.out === undefined) return newRunFolder(around.folder)
  if (flags.out.trim() === '') throw new UsageError('"--out" needs the name of a folder')
  const folder = resolve(around.folder, flags.out)
  if (existsSync(folder) && contentsOf(folder).length > 0) {
    throw new UsageError(`"--out": ${folder} is not empty`, {
      hint: 'name a new folder; an earlier run is never overwritten',
    })
  }
  return folder
}

function contentsOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new UsageError(`"--out": ${folder} is not a folder`, { cause: error })
  }
}
