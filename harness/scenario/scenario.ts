import type { OperationFunction } from '../history/operation.ts'
import { UsageError } from '../kernel/errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { RelyingPartyNeed, StackNeeds, WorldName } from '../target/contract.ts'
import type { FaultName, ScenarioContext } from './context.ts'

/**
 * `replication`: what the replica hears of the primary by. `reverse-replication`: the other way
 * round, where a replica takes writes.
 */
export const regionLinks = ['replication', 'reverse-replication'] as const

export type RegionLink = (typeof regionLinks)[number]

export type ExpectedVerdict = 'pass' | 'fail'

/** What an author writes. */
export interface ScenarioDefinition {
  /** One sentence that is true or false, readable by an auditor. */
  readonly claim: string
  /** Ids of the requirements that judge it; they name the checkers. */
  readonly requirements: readonly string[]
  /**
   * What the claim says beyond those, as objectives: `missingWrites <= 0`.
   * Their measurements are made by the checkers of its requirements.
   */
  readonly objectives?: readonly string[]
  readonly needs: {
    readonly faults: readonly FaultName[]
    readonly functions?: readonly OperationFunction[]
    /** Worlds that can carry it; all by default. */
    readonly worlds?: readonly WorldName[]
    /** Where the reference must keep its state; any by default. */
    readonly storage?: Plan['storage']
    /** Applications that trust the tokens; none by default. */
    readonly relyingParties?: readonly RelyingPartyNeed[]
    /** Settings of the global endpoint in front of both Regions; absent: there is none. */
    readonly router?: StackNeeds['router']
    /** Clients reach the Regions over TLS, where the world can; by default they do not. */
    readonly tls?: StackNeeds['tls']
    /** Links between the Regions that the script disturbs: it can reach no other. */
    readonly links?: readonly RegionLink[]
    /** True: a replica that takes writes; false: one that has to refuse them. Any by default. */
    readonly replicaWrites?: boolean
    /** True: the claim is about sign-ins or refreshes at a replica. Any replica by default. */
    readonly replicaSignIns?: true
    /** Switches of the target that the claim is about, such as `lockoutScope`. */
    readonly switches?: StackNeeds['switches']
  }
  /** Part of the set that `run` takes without a name. */
  readonly quick?: boolean
  /** About how long it takes between two processes: the quick set begins with the shortest. */
  readonly typicalSeconds?: number
  /** What the documented reference is expected to get, with the rule where that is `fail`. */
  readonly expected?: { readonly verdict: ExpectedVerdict; readonly rule?: string }
  run(context: ScenarioContext): Promise<void>
}

export interface Scenario extends Readonly<ScenarioDefinition> {
  readonly id: string
  readonly [scenarioBrand]: true
}

export const scenarioBrand: unique symbol = Symbol.for('interregnum.scenario') as never

/** Where a test runner that wants to see every scenario puts its function. */
export const registrarKey: unique symbol = Symbol.for('interregnum.registrar') as never

export type Registrar = (scenario: Scenario) => void

/**
 * One claim and the script that produces its evidence. The script asserts nothing: the history is
 * judged after it.
 *
 * @throws UsageError if the id or a field is malformed.
 */
export function scenario(id: string, definition: ScenarioDefinition): Scenario {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) {
    throw new UsageError(`scenario id "${id}" must be lower case words joined by "-"`)
  }
  const problem = problemOf(definition)
  if (problem !== undefined) throw new UsageError(`scenario "${id}": ${problem}`)
  const value: Scenario = Object.freeze({ ...definition, id, [scenarioBrand]: true as const })
  const registrar = (globalThis as { [registrarKey]?: Registrar })[registrarKey]
  registrar?.(value)
  return value
}

/** A file that was not type-checked may hold anything. */
function problemOf(definition: ScenarioDefinition | undefined): string | undefined {
  const given: Partial<Record<keyof ScenarioDefinition, unknown>> = definition ?? {}
  const { claim, requirements, objectives, needs, run, typicalSeconds } = given
  if (typeof claim !== 'string') return '"claim" must be a sentence'
  if (claim.trim() === '') return '"claim" is empty'
  if (!isListOfNames(requirements) || requirements.length === 0) {
    return '"requirements" must name at least one requirement'
  }
  if (objectives !== undefined && !isListOfNames(objectives)) {
    return '"objectives" must be a list of texts'
  }
  const wanted: Partial<ScenarioDefinition['needs']> = needs ?? {}
  const { faults, functions, worlds, links, tls, replicaWrites, replicaSignIns } = wanted
  if (!isListOfNames(faults)) return '"needs.faults" must be a list of names, which may be empty'
  if (functions !== undefined && !isListOfNames(functions)) {
    return '"needs.functions" must be a list of names'
  }
  if (worlds !== undefined && !isListOfNames(worlds))
    return '"needs.worlds" must be a list of names'
  if (links !== undefined && !isListOfNames(links)) return '"needs.links" must be a list of names'
  if (tls !== undefined && typeof tls !== 'boolean') return '"needs.tls" must be true or false'
  if (replicaWrites !== undefined && typeof replicaWrites !== 'boolean') {
    return '"needs.replicaWrites" must be true or false'
  }
  if (replicaSignIns !== undefined && replicaSignIns !== true) {
    return '"needs.replicaSignIns" must be true, or left out'
  }
  if (typicalSeconds !== undefined && !(Number(typicalSeconds) > 0)) {
    return '"typicalSeconds" must be a number above 0'
  }
  return typeof run === 'function' ? undefined : '"run" must be a function'
}

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

/** True for values made by {@link scenario}, also across copies of the library. */
export function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && scenarioBrand in value
}
