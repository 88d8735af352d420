import { mutants } from '../../fixtures/mutants/index.ts'
import type { UserConfig } from '../config/define-config.ts'
import { discoverScenarios, type FoundScenario } from '../config/discover-scenarios.ts'
import { loadConfig } from '../config/load-config.ts'
import * as library from '../index.ts'
import { toolVersion } from '../kernel/version.ts'
import { openWatchdog } from '../kernel/watchdog.ts'
import type { PlanRegistries } from '../plan/resolve.ts'
import { builtinRegistries, type Registries, switchesOf } from '../registries.ts'
import type { Surroundings } from './surroundings.ts'

/** Everything that can be named on the command line in a folder. */
export interface Catalogue {
  readonly config: UserConfig
  /** The file of the configuration; undefined where there is none. */
  readonly configFile: string | undefined
  readonly scenarios: readonly FoundScenario[]
  readonly registries: Registries
  /** The program that performs the operations, and the target that it makes. */
  readonly driver?: { readonly command: readonly string[]; readonly target: string }
}

/** Reads the configuration and the scenarios of a folder. Touches nothing. */
export async function loadCatalogue({
  folder,
  end,
}: Pick<Surroundings, 'folder' | 'end'>): Promise<Catalogue> {
  // The files are the user's, and what they do while they are loaded is anybody's guess.
  await using watchdog = openWatchdog({ onStuck: end })
  const { config, configFile, scenarios } = await watchdog.during(
    'a configuration or scenario file',
    () => filesOf(folder),
  )
  return { config, configFile, scenarios, registries: builtinRegistries }
}

async function filesOf(folder: string): Promise<Omit<Catalogue, 'registries'>> {
  const { config, file: configFile } = await loadConfig(folder, library)
  const scenarios = await discoverScenarios({ folder, patterns: config.scenarios, library })
  return { config, configFile, scenarios }
}

/** The names that a plan may use. */
export function planNames(catalogue: Catalogue): PlanRegistries {
  return {
    tool: toolVersion(),
    targets: catalogue.registries.targets.map((target) => target.name),
    scenarios: catalogue.scenarios.map(({ scenario }) => scenario.id),
    mutants: mutants.map((mutant) => mutant.id),
    switches: switchesOf(catalogue.registries),
  }
}
