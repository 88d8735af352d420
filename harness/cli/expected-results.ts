import { dirname, resolve } from 'node:path'
import { builtinExpected, builtinExpectedFile, loadExpected } from '../config/load-expected.ts'
import { UsageError } from '../kernel/errors.ts'
import type { PlannedExpectation } from '../plan/expected-results.ts'
import type { Catalogue } from './catalogue.ts'
import type { Surroundings } from './surroundings.ts'

/** The flag that brings known findings. */
export interface ExpectedFlags {
  /** `--expected`: a file, or `builtin` for the one that comes with the target. */
  readonly expected?: string
}

/** What the expected results are for. */
interface Use {
  /** A file about another target is refused. */
  readonly target: string
  readonly around: Pick<Surroundings, 'folder'>
}

/**
 * The expected results of the flag, else those of the configuration; undefined where neither names
 * any.
 *
 * @throws UsageError naming file, line and field of what is wrong.
 */
export async function expectedOf(
  flags: ExpectedFlags,
  catalogue: Catalogue,
  use: Use,
): Promise<PlannedExpectation | undefined> {
  const { config, configFile } = catalogue
  if (flags.expected !== undefined) return flaggedExpected(flags, catalogue, use)
  if (config.expected === undefined) return undefined
  const base = configFile === undefined ? use.around.folder : dirname(configFile)
  return read(config.expected, catalogue, { target: use.target, base })
}

/** Those of the flag; undefined where there is no such flag. @throws UsageError likewise. */
export async function flaggedExpected(
  { expected }: ExpectedFlags,
  catalogue: Catalogue,
  { target, around }: Use,
): Promise<PlannedExpectation | undefined> {
  if (expected === undefined) return undefined
  return read(expected, catalogue, { target, base: around.folder })
}

async function read(
  given: string,
  { scenarios, registries }: Catalogue,
  { target, base }: { readonly target: string; readonly base: string },
): Promise<PlannedExpectation> {
  const { path, shown } =
    given === builtinExpected
      ? builtinExpectedFile(target)
      : { path: resolve(base, given), shown: given }
  const names = { ...registries, scenarios: scenarios.map(({ scenario }) => scenario) }
  const { target: about, ...expected } = await loadExpected(path, shown, names)
  if (about === undefined || about === target) return expected
  throw new UsageError(`${shown} is about target "${about}", and this run is of "${target}"`, {
    hint: `write another file for ${target}`,
  })
}

/** How many, in words: `1 expected result`. */
export function expectedCountText(count: number): string {
  return count === 1 ? '1 expected result' : `${count} expected results`
}
