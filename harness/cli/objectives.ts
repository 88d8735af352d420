import { resolve } from 'node:path'
import { objectivePlace } from '../config/load-config.ts'
import { loadObjectives, type PlacedObjective } from '../config/load-objectives.ts'
import type { Registries } from '../registries.ts'
import { measurementNames } from '../verdict/measurement-names.ts'
import { resolveObjective } from '../verdict/resolve-objective.ts'
import type { Catalogue } from './catalogue.ts'
import type { Surroundings } from './surroundings.ts'

/** The flags that bring objectives. */
export interface ObjectiveFlags {
  /** `--objective`, once for each. */
  readonly objective?: readonly string[]
  /** `--objectives`: a file with one on each line. */
  readonly objectives?: string
}

/**
 * The objectives of the flags, else those of the configuration, in the one way to write them.
 *
 * @throws UsageError naming the flag, or the file and the line, and what is wrong there.
 */
export function objectivesOf(
  flags: ObjectiveFlags,
  { config, configFile, registries }: Pick<Catalogue, 'config' | 'configFile' | 'registries'>,
  around: Pick<Surroundings, 'folder'>,
): readonly string[] {
  const flagged = flaggedObjectives(flags, around)
  const configured = (config.objectives ?? []).map((text) => ({
    text,
    place: configFile === undefined ? '"objectives"' : objectivePlace(configFile, text),
  }))
  return checked(flagged ?? configured, registries)
}

/** Those of the flags; undefined where there is no such flag. */
export function flaggedObjectives(
  { objective, objectives }: ObjectiveFlags,
  { folder }: Pick<Surroundings, 'folder'>,
): readonly PlacedObjective[] | undefined {
  if (objective === undefined && objectives === undefined) return undefined
  return [
    ...(objectives === undefined ? [] : loadObjectives(resolve(folder, objectives), objectives)),
    ...(objective ?? []).map((text) => ({ text, place: '--objective' })),
  ]
}

/** Each in the one way to write it, once. @throws UsageError naming its place. */
export function checked(
  placed: readonly PlacedObjective[],
  { checkers, profiles }: Pick<Registries, 'checkers' | 'profiles'>,
): readonly string[] {
  if (placed.length === 0) return []
  const names = measurementNames(checkers, profiles)
  return [...new Set(placed.map(({ text, place }) => resolveObjective(text, names, place).text))]
}
