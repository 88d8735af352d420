/** What `interregnum.config.ts` may say. A flag of the command line wins over it. */
export interface UserConfig {
  /**
   * Patterns of scenario files, relative to the file of the configuration.
   *
   * @defaultValue `['scenarios/**\/*.scenario.ts']`
   */
  readonly scenarios?: readonly string[]
  readonly target?: string
  readonly world?: 'sim' | 'process'
  readonly seed?: number
  /** Planted defects of the reference, by id. */
  readonly mutants?: readonly string[]
  /** Switches of the target, by name, such as `{ lockoutScope: 'mirrored' }`. */
  readonly switches?: Readonly<Record<string, string>>
  /** One process, one operation at a time. */
  readonly pinned?: boolean
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
