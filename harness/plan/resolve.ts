import { deepFreeze } from '../kernel/deep-freeze.ts'
import { UsageError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import { defaults } from './defaults.ts'
import { type Plan, planFormat, planSchema, proxyNames, storageNames, worldNames } from './plan.ts'
import { plainObjectives } from './plan-objectives.ts'

/** What a user may give; everything else comes from the defaults. */
export interface PlanInput {
  readonly target?: string | undefined
  readonly world?: string | undefined
  /** `memory` or `postgres`. */
  readonly storage?: string | undefined
  /** `link-proxy` or `toxiproxy`. */
  readonly proxy?: string | undefined
  /** The name of a compose project. */
  readonly attach?: string | undefined
  /** A topology file, read; for the remote world. */
  readonly topology?: Plan['topology']
  readonly scenarios: readonly string[]
  readonly seed?: number | undefined
  readonly mutants?: readonly string[] | undefined
  readonly switches?: Readonly<Record<string, string>> | undefined
  readonly pinned?: boolean | undefined
  readonly cryptography?: Partial<Plan['cryptography']> | undefined
  readonly replication?: Partial<Plan['replication']> | undefined
  readonly simulation?: Partial<Plan['simulation']> | undefined
  readonly syncBeforeAcknowledge?: boolean | undefined
  readonly limits?: Partial<Plan['limits']> | undefined
  /** The program that performs the operations, with its arguments. */
  readonly driver?: Plan['driver'] | undefined
  /** Objectives such as `observedLoss <= 1s`. */
  readonly objectives?: readonly string[] | undefined
  /** Findings that are known. */
  readonly expected?: Plan['expected'] | undefined
}

/** The names that a plan may use. */
export interface PlanRegistries {
  readonly tool: string
  readonly targets: readonly string[]
  readonly scenarios: readonly string[]
  readonly mutants: readonly string[]
  /** What each target's switches choose among; absent: there are none. */
  readonly switches?: Readonly<Record<string, TargetSwitches>>
}

/** The choices of each switch of a target, by name. */
export type TargetSwitches = Readonly<Record<string, readonly Json[]>>

/**
 * One frozen plan from what the user gave and the annotated defaults.
 *
 * @throws UsageError naming the field, the value and the values that would do.
 */
export function resolvePlan(input: PlanInput, registries: PlanRegistries): Plan {
  const world = known('world', input.world ?? defaults.world, worldNames)
  const storage = known('storage', input.storage ?? defaults.storage, storageNames)
  const target = known(
    'target',
    input.target ?? defaults.target,
    registries.targets,
    'interregnum targets',
  )
  if (input.scenarios.length === 0) {
    throw new UsageError('no scenario to run', {
      hint: '`interregnum scenarios` lists what there is',
    })
  }
  for (const id of input.scenarios) {
    known('scenario', id, registries.scenarios, 'interregnum scenarios')
  }
  for (const id of input.mutants ?? []) {
    known('mutant', id, registries.mutants, 'interregnum mutants')
  }
  checkSwitches(input.switches ?? {}, registries.switches?.[target] ?? {})
  return parsePlan({
    format: planFormat,
    tool: registries.tool,
    target,
    world,
    storage,
    proxy: known('proxy', input.proxy ?? defaults.proxy, proxyNames),
    ...(input.attach === undefined ? {} : { attach: input.attach }),
    ...(input.topology === undefined ? {} : { topology: input.topology }),
    scenarios: [...new Set(input.scenarios)],
    seed: input.seed ?? defaults.seed,
    mutants: [...(input.mutants ?? defaults.mutants)],
    switches: { ...(input.switches ?? defaults.switches) },
    pinned: input.pinned ?? defaults.pinned,
    cryptography: { ...defaults.cryptography[world], ...input.cryptography },
    simulation: { ...defaults.simulation, ...input.simulation },
    replication: { ...defaults.replication, ...input.replication },
    syncBeforeAcknowledge: input.syncBeforeAcknowledge ?? defaults.syncBeforeAcknowledge,
    limits: {
      ...{ ...defaults.limits, ...defaults.worldLimits[world], ...defaults.storageLimits[storage] },
      ...input.limits,
    },
    ...(input.driver === undefined ? {} : { driver: input.driver }),
    objectives: plainObjectives(input.objectives ?? defaults.objectives),
    ...(input.expected === undefined ? {} : { expected: input.expected }),
  })
}

/**
 * Checks that a target has each switch, and that each can take its value.
 *
 * @param field - How to name them: `switch`, or where a scenario says it.
 * @throws UsageError naming the switch, and what there is.
 */
export function checkSwitches(
  given: Readonly<Record<string, Json>>,
  choices: TargetSwitches,
  field = 'switch',
): void {
  for (const [name, value] of Object.entries(given)) {
    known(field, name, Object.keys(choices))
    known(`${field} ${name}`, String(value), choices[name]?.map(String) ?? [])
  }
}

/**
 * A plan from data, such as a stored `plan.json`.
 *
 * @throws UsageError naming each wrong field.
 */
export function parsePlan(value: unknown, source = 'plan'): Plan {
  const parsed = planSchema.safeParse(value)
  if (!parsed.success) {
    const problems = parsed.error.issues
      .map((issue) => `  ${issue.path.join('.') || '(whole)'}: ${issue.message}`)
      .join('\n')
    throw new UsageError(`${source} is not a valid plan:\n${problems}`)
  }
  checkWorld(parsed.data, source)
  return deepFreeze(parsed.data)
}

/** What a world cannot be asked for. */
function checkWorld(plan: Plan, source: string): void {
  if (plan.world === 'sim' && plan.driver !== undefined) {
    throw new UsageError(
      `${source}: a driver is a program that keeps no virtual time, so a run in the sim world ` +
        'could not be repeated',
      { hint: 'choose --world process' },
    )
  }
  if (plan.world !== 'sim' && plan.cryptography.signing === 'HS256') {
    throw new UsageError(
      `${source}: cryptography.signing "HS256" is for the sim world only; its keys cannot be published`,
    )
  }
  if (plan.world === 'sim' && plan.storage === 'postgres') {
    throw new UsageError(
      `${source}: storage "postgres" is for worlds of real processes; ` +
        'PostgreSQL keeps no virtual time, so a run in the sim world could not be repeated',
      { hint: 'leave out --storage, or choose --world process' },
    )
  }
  if (plan.world !== 'container' && plan.proxy === 'toxiproxy') {
    throw new UsageError(
      `${source}: proxy "toxiproxy" is for the container world; ` +
        `links of the ${plan.world} world are its own`,
      { hint: 'leave out --proxy, or choose --world container' },
    )
  }
  checkAttachment(plan, source)
  checkTopology(plan, source)
}

/** Somebody's system is what it is, and only a file says where. */
function checkTopology({ topology, world, mutants, storage }: Plan, source: string): void {
  if (world !== 'remote') {
    if (topology === undefined) return
    throw new UsageError(`${source}: a topology is for the remote world, not the ${world} world`, {
      hint: 'leave out --topology, or choose --world remote',
    })
  }
  if (topology === undefined) {
    throw new UsageError(
      `${source}: the remote world needs a topology, which says where Regions are`,
      {
        hint: 'name the file with --topology; `interregnum init` writes one',
      },
    )
  }
  if (mutants.length > 0) {
    throw new UsageError(`${source}: ${mutants.join(', ')} cannot be planted in a remote system`)
  }
  if (storage !== 'memory') {
    throw new UsageError(`${source}: storage "${storage}" is about a stack of the run's own`)
  }
}

/** A stack that is up already is what it is: nothing can be planted in it. */
function checkAttachment({ attach, world, mutants }: Plan, source: string): void {
  if (attach === undefined) return
  if (world !== 'container') {
    throw new UsageError(
      `${source}: a run attaches to containers that are up, which the ${world} world has none of`,
      { hint: 'leave out --attach, or choose --world container' },
    )
  }
  if (mutants.length > 0) {
    throw new UsageError(
      `${source}: ${mutants.join(', ')} cannot be planted in a stack that is up already`,
      { hint: 'leave out --attach: the world then starts a stack with the defect' },
    )
  }
}

/** @param command - Lists all of them. */
function known<T extends string>(
  field: string,
  value: string,
  names: readonly T[],
  command?: string,
): T {
  const found = names.find((name) => name === value)
  if (found !== undefined) return found
  throw unknownName(`${field} "${value}" is unknown`, value, names, command)
}
