import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../kernel/errors.ts'
import { builtModule, packageRoot } from '../kernel/paths.ts'
import { isScenario, type Scenario } from '../scenario/scenario.ts'
import { globFiles } from './glob.ts'
import { loadModule, type ModuleExports } from './load-module.ts'

/** Where scenario files lie unless the configuration says otherwise. */
export const defaultScenarioPatterns: readonly string[] = ['scenarios/**/*.scenario.ts']

/** A scenario and the file that holds it. */
export interface FoundScenario {
  readonly scenario: Scenario
  readonly file: string
}

export interface DiscoverOptions {
  /** The user's folder. */
  readonly folder: string
  readonly patterns?: readonly string[] | undefined
  /** The exports of this library, for files that are loaded from TypeScript. */
  readonly library: ModuleExports
}

/**
 * The scenarios of this package, then those of the user's folder.
 *
 * @throws UsageError if a file cannot be loaded or two scenarios share an id.
 */
export async function discoverScenarios(
  options: DiscoverOptions,
): Promise<readonly FoundScenario[]> {
  const found = await ownScenarios()
  if (realpathSync(options.folder) !== realpathSync(packageRoot)) {
    found.push(...(await userScenarios(options)))
  }
  const files = new Map<string, string>()
  for (const { scenario, file } of found) {
    const other = files.get(scenario.id)
    if (other !== undefined) {
      throw new UsageError(`scenario "${scenario.id}" stands twice: in ${other} and in ${file}`, {
        hint: 'give one of them another id',
      })
    }
    files.set(scenario.id, file)
  }
  return found
}

/** Only what has a source: a build folder may still hold what was removed. */
async function ownScenarios(): Promise<FoundScenario[]> {
  const found: FoundScenario[] = []
  for (const source of await globFiles(packageRoot, defaultScenarioPatterns)) {
    const built = builtModule(relative(packageRoot, source))
    const exported: ModuleExports = await import(pathToFileURL(built).href)
    found.push(...scenariosOf(exported, source))
  }
  return found
}

async function userScenarios(options: DiscoverOptions): Promise<readonly FoundScenario[]> {
  const { folder, patterns = defaultScenarioPatterns, library } = options
  const found: FoundScenario[] = []
  for (const file of await globFiles(folder, patterns)) {
    const scenarios = scenariosOf(await loadModule(file, library), file)
    if (scenarios.length === 0) {
      throw new UsageError(`${file} exports no scenario`, {
        hint: "write `export const … = scenario('an-id', { … })`",
      })
    }
    found.push(...scenarios)
  }
  return found
}

function scenariosOf(exported: ModuleExports, file: string): readonly FoundScenario[] {
  return [...new Set(Object.values(exported))].filter(isScenario).map((scenario) => ({
    scenario,
    file,
  }))
}
