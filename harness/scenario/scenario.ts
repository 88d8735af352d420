import type { OperationFunction } from '../history/operation.ts'
import { UsageError } from '../kernel/errors.ts'
import type { WorldName } from '../target/contract.ts'
import type { FaultName, ScenarioContext } from './context.ts'

export type ExpectedVerdict = 'pass' | 'fail'

/** What an author writes. */
export interface ScenarioDefinition {
  /** One sentence that is true or false, readable by an auditor. */
  readonly claim: string
  /** Ids of the requirements that judge it; they name the checkers. */
  readonly requirements: readonly string[]
  readonly needs: {
    readonly faults: readonly FaultName[]
    readonly functions?: readonly OperationFunction[]
    /** Worlds that can carry it; all by default. */
    readonly worlds?: readonly WorldName[]
  }
  /** Part of the set that `run` takes without a name. */
  readonly quick?: boolean
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
  if (definition.claim.trim() === '') throw new UsageError(`scenario "${id}": "claim" is empty`)
  if (definition.requirements.length === 0) {
    throw new UsageError(`scenario "${id}": "requirements" must name at least one requirement`)
  }
  const value: Scenario = Object.freeze({ ...definition, id, [scenarioBrand]: true as const })
  const registrar = (globalThis as { [registrarKey]?: Registrar })[registrarKey]
  registrar?.(value)
  return value
}

/** True for values made by {@link scenario}, also across copies of the library. */
export function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && scenarioBrand in value
}
