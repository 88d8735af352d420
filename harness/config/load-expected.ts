import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Checker } from '../checkers/checker.ts'
import { UsageError } from '../kernel/errors.ts'
import { packageRoot } from '../kernel/paths.ts'
import { unknownName } from '../kernel/unknown-name.ts'
import {
  type ExpectedEntry,
  expectedFile,
  type PlannedExpectation,
} from '../plan/expected-results.ts'
import { checkSwitches } from '../plan/resolve.ts'
import type { Profile } from '../profiles/profile.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Target } from '../target/contract.ts'
import { measurementNames } from '../verdict/measurement-names.ts'

/** The word that stands for the file that comes with a target. */
export const builtinExpected = 'builtin'

/** The names that a file of expected results may use. */
export interface ExpectedNames {
  readonly scenarios: readonly Pick<Scenario, 'id' | 'requirements'>[]
  readonly targets: readonly Pick<Target, 'name' | 'switches'>[]
  readonly checkers: readonly Checker[]
  readonly profiles: readonly Profile[]
}

/** A file of expected results, and whose it is. */
export interface LoadedExpected extends PlannedExpectation {
  /** Absent: it does not say. */
  readonly target?: string
}

/**
 * The file that comes with a target of the package.
 *
 * @throws UsageError if there is none.
 */
export function builtinExpectedFile(target: string): {
  readonly path: string
  readonly shown: string
} {
  const shown = `fixtures/systems/${target}/expected.yaml`
  const path = join(packageRoot, shown)
  if (existsSync(path)) return { path, shown }
  throw new UsageError(`no file of expected results comes with target "${target}"`, {
    hint: 'name a file; `interregnum expected write <run>` writes one from a run',
  })
}

/**
 * Reads a file of expected results.
 *
 * @param path - The file.
 * @param shown - How messages and the plan name it.
 * @throws UsageError naming file, line and field of what is wrong: text that is no YAML, an entry
 * without a reason, a name that there is not, something that stands twice.
 */
export async function loadExpected(
  path: string,
  shown: string,
  names: ExpectedNames,
): Promise<LoadedExpected> {
  // A reader of YAML is loaded by whoever needs one.
  const { readYamlFile } = await import('./yaml-file.ts')
  const { value, text, placeOf: place } = readYamlFile(path, expectedFile, shown)
  const { target, expected } = value
  checkNames({ target, entries: expected, names, place })
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { file: shown, digest, entries: expected, ...(target === undefined ? {} : { target }) }
}

type Place = (path: readonly PropertyKey[]) => string

interface Named {
  readonly target: string | undefined
  readonly entries: readonly ExpectedEntry[]
  readonly names: ExpectedNames
  readonly place: Place
}

function checkNames({ target, entries, names, place }: Named): void {
  const targets = names.targets.map(({ name }) => name)
  if (target !== undefined && !targets.includes(target)) {
    const sentence = `${place(['target'])}: target "${target}" is unknown`
    throw unknownName(sentence, target, targets, 'interregnum targets')
  }
  const measured = measurementNames(names.checkers, names.profiles).measurements
  const seen = new Map<string, string>()
  for (const [index, entry] of entries.entries()) {
    const at = (field: string): string => place(['expected', index, field])
    checkRule(entry, names, at)
    if (entry.measurement !== undefined && !isMeasured(entry.measurement, measured)) {
      const sentence = `${at('measurement')}: measurement "${entry.measurement}" is unknown`
      throw unknownName(sentence, entry.measurement, measured, 'interregnum check')
    }
    checkEntrySwitches(entry, { target, names, at })
    const { reason: _, until: __, ...what } = entry
    const key = JSON.stringify(Object.entries(what).sort())
    const other = seen.get(key)
    const here = place(['expected', index])
    if (other !== undefined) throw new UsageError(`${here}: the same stands at ${other}`)
    seen.set(key, here)
  }
}

function checkRule(
  { scenario, rule }: ExpectedEntry,
  { scenarios, profiles }: ExpectedNames,
  at: (field: string) => string,
): void {
  const found = scenarios.find(({ id }) => id === scenario)
  if (found === undefined) {
    const ids = scenarios.map(({ id }) => id)
    const sentence = `${at('scenario')}: scenario "${scenario}" is unknown`
    throw unknownName(sentence, scenario, ids, 'interregnum scenarios')
  }
  if (rule === undefined || found.requirements.includes(rule)) return
  const rules = profiles.flatMap(({ requirements }) => requirements.map(({ id }) => id))
  const sentence = rules.includes(rule)
    ? `${at('rule')}: rule "${rule}" does not judge ${scenario}`
    : `${at('rule')}: rule "${rule}" is unknown`
  throw unknownName(sentence, rule, found.requirements)
}

function checkEntrySwitches(
  { switches }: ExpectedEntry,
  { target, names, at }: Pick<Named, 'target' | 'names'> & { at: (field: string) => string },
): void {
  if (switches === undefined) return
  if (target === undefined) {
    throw new UsageError(`${at('switches')}: whose switches? Expected "target" in the file`)
  }
  const of = names.targets.find(({ name }) => name === target)
  checkSwitches(switches, of?.switches ?? {}, `${at('switches')}: switch`)
}

/** Whether checkers measure something of that name; `<…>` stands for any word. */
function isMeasured(name: string, measured: readonly string[]): boolean {
  return measured.some((pattern) => {
    const parts = pattern
      .split(/<[^>]*>/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${parts.join('[^.]+')}$`).test(name)
  })
}
