import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import type { UserConfig } from '../config/define-config.ts'
import { defaultScenarioPatterns } from '../config/discover-scenarios.ts'
import { loadConfig } from '../config/load-config.ts'
import * as library from '../index.ts'
import { UsageError } from '../kernel/errors.ts'

/**
 * How scenarios run under vitest. What is not given comes from `interregnum.config.ts`, as on the
 * command line; environment variables win over both.
 */
export interface InterregnumOptions {
  /**
   * Patterns of scenario files.
   *
   * @defaultValue those of the configuration, else `['scenarios/**\/*.scenario.ts']`
   */
  readonly include?: readonly string[]
  /**
   * `sim` takes milliseconds, `process` starts real processes. `INTERREGNUM_WORLD` wins.
   *
   * @defaultValue that of the configuration, else `'sim'`
   */
  readonly world?: 'sim' | 'process' | 'container'
  /** The seed of every draw. `INTERREGNUM_SEED` wins. */
  readonly seed?: number
}

/**
 * Makes each scenario a test of vitest. `fail` and `inconclusive` are red, with the finding and
 * the command that repeats it; `skipped` is skipped with its reason. A hazard that the documented
 * reference is expected to have is green there, and there alone; what the configuration's file of
 * expected results names is green until its day.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * import { interregnum } from 'interregnum/vitest'
 * import { defineConfig } from 'vitest/config'
 *
 * export default defineConfig({ plugins: [interregnum()] })
 * ```
 */
export function interregnum(options: InterregnumOptions = {}): Plugin {
  return {
    name: 'interregnum',
    config: async ({ root }) => {
      const { config, file } = await loadConfig(root ?? process.cwd(), library)
      if (config.driver !== undefined) {
        throw new UsageError(`${file}: "driver" is for \`interregnum run\`; vitest starts none`)
      }
      return {
        test: {
          include: [...(options.include ?? config.scenarios ?? defaultScenarioPatterns)],
          setupFiles: [registrarFile()],
          env: {
            ...environmentOf(options, config),
            INTERREGNUM_CONFIG_FOLDER: root ?? process.cwd(),
          },
          pool: 'forks',
        },
      }
    },
  }
}

/** What the set-up file reads in each worker: text, for that is all that an environment carries. */
function environmentOf(options: InterregnumOptions, config: UserConfig): Record<string, string> {
  const { world = config.world ?? 'sim', seed = config.seed } = options
  return {
    INTERREGNUM_WORLD: process.env.INTERREGNUM_WORLD ?? world,
    INTERREGNUM_SEED: process.env.INTERREGNUM_SEED ?? String(seed ?? ''),
    INTERREGNUM_CONFIG: JSON.stringify({
      target: config.target,
      mutants: config.mutants,
      switches: config.switches,
      pinned: config.pinned,
      objectives: config.objectives,
      expected: config.expected,
    }),
  }
}

/** The set-up file beside this one: `.ts` in the source, `.js` in the package. */
function registrarFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./registrar.${extension}`, import.meta.url))
}
