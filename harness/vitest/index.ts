import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'

/** How scenarios run under vitest. Environment variables of the same names win. */
export interface InterregnumOptions {
  /**
   * Patterns of scenario files.
   *
   * @defaultValue `['scenarios/**\/*.scenario.ts']`
   */
  readonly include?: readonly string[]
  /**
   * `sim` takes milliseconds, `process` starts real processes. `INTERREGNUM_WORLD` wins.
   *
   * @defaultValue `'sim'`
   */
  readonly world?: 'sim' | 'process'
  /** The seed of every draw. `INTERREGNUM_SEED` wins. */
  readonly seed?: number
}

/**
 * Makes each scenario a test of vitest. `fail` and `inconclusive` are red, with the finding and
 * the command that repeats it; `skipped` is skipped with its reason.
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
  const include = options.include ?? ['scenarios/**/*.scenario.ts']
  const environment = {
    INTERREGNUM_WORLD: process.env.INTERREGNUM_WORLD ?? options.world ?? 'sim',
    INTERREGNUM_SEED: process.env.INTERREGNUM_SEED ?? String(options.seed ?? ''),
  }
  return {
    name: 'interregnum',
    config: () => ({
      test: {
        include: [...include],
        setupFiles: [registrarFile()],
        env: environment,
        pool: 'forks',
      },
    }),
  }
}

/** The set-up file beside this one: `.ts` in the source, `.js` in the package. */
function registrarFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./registrar.${extension}`, import.meta.url))
}
