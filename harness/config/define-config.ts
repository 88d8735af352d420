import type { Plan } from '../plan/plan.ts'

/** What `interregnum.config.ts` may say. A flag of the command line wins over it. */
export interface UserConfig {
  /**
   * Patterns of scenario files, relative to the file of the configuration.
   *
   * @defaultValue `['scenarios/**\/*.scenario.ts']`
   */
  readonly scenarios?: readonly string[]
  readonly target?: string
  /**
   * A program of yours that performs the operations, in place of a target: `interregnum driver
   * --help`. It is not started through a shell.
   */
  readonly driver?: {
    /** The program and its arguments, such as `['python3', 'driver.py']`. */
    readonly command: readonly [string, ...string[]]
  }
  readonly world?: Plan['world']
  /** Where the reference keeps its state. */
  readonly storage?: Plan['storage']
  /**
   * What carries the links in the container world; `auto` takes a Toxiproxy where its image is to
   * be had.
   */
  readonly proxy?: 'auto' | Plan['proxy']
  /** A topology file for the remote world, relative to the file of the configuration. */
  readonly topology?: string
  readonly seed?: number
  /** Planted defects of the reference, by id. */
  readonly mutants?: readonly string[]
  /** Switches of the target, by name, such as `{ lockoutScope: 'mirrored' }`. */
  readonly switches?: Readonly<Record<string, string>>
  /** One process, one operation at a time. */
  readonly pinned?: boolean
  /**
   * What the system is claimed to keep: `'observedLoss <= 1s'`, `'recovery <= 30s'`. One that names
   * the measurement of a rule replaces the rule's own threshold.
   */
  readonly objectives?: readonly string[]
  /**
   * A file of expected results, relative to the file of the configuration, or `builtin` for the
   * one that comes with the target. A scenario that breaks only what stands there fails no run.
   */
  readonly expected?: string
}

/**
 * Gives a configuration its type.
 *
 * @example
 * ```ts
 * // interregnum.config.ts
 * import { defineConfig } from 'interregnum'
 *
 * export const config = defineConfig({ scenarios: ['failover/*.scenario.ts'], seed: 42 })
 * ```
 */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
