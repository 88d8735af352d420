import { type Mutant, mutants } from '../../fixtures/mutants/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { exitCodes, UsageError } from '../kernel/errors.ts'
import { toMillis } from '../kernel/time.ts'
import { openWatchdog } from '../kernel/watchdog.ts'
import { defaults } from '../plan/defaults.ts'
import { plainText } from '../report/plain-text.ts'
import { clearLine } from '../report/terminal.ts'
import { TimeLeft, timeLeftText } from '../report/time-left.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Catalogue, loadCatalogue } from './catalogue.ts'
import { type Cell, type MatrixRow, mutantMatrix } from './mutant-matrix.ts'
import { mutantsNamed, named } from './mutants-named.ts'
import type { CommandResult, Surroundings } from './surroundings.ts'

/** The flags of `interregnum mutants`. */
export interface MutantFlags {
  readonly scenarios: readonly string[]
  readonly matrix?: boolean
  readonly mutant?: readonly string[]
  readonly seed?: number
  readonly seeds?: number
}

/** Most seeds of one cell: more belong into a soak. */
const seedsMax = 1_000

/**
 * `interregnum mutants`: the planted defects of the reference; with `--matrix`, which scenario
 * notices which of them in the sim world.
 *
 * @throws UsageError for a defect or a scenario that does not exist.
 */
export async function mutantsCommand(
  flags: MutantFlags,
  around: Surroundings,
): Promise<CommandResult> {
  const wanted = flags.mutant === undefined ? mutants : mutantsNamed(flags.mutant)
  if (flags.matrix === true) return tryMatrix(flags, wanted, around)
  const extra = (['seed', 'seeds'] as const).find((name) => flags[name] !== undefined)
  if (extra !== undefined || flags.scenarios.length > 0) {
    const what = extra === undefined ? 'names of scenarios go' : `"--${extra}" goes`
    throw new UsageError(`${what} with "--matrix"`)
  }
  return {
    document: { mutants: wanted.map((mutant) => ({ ...about(mutant), killed: null, seeds: 0 })) },
    text: wanted
      .map(({ id, requirement, description, worlds, needsNemesis }) =>
        [
          `${id}  ${requirement}`,
          `  ${description}`,
          `  ${worlds.join(', ')}; ${needsNemesis ? 'shows only under a fault' : 'always shows'}`,
        ]
          .map(plainText)
          .join('\n'),
      )
      .join('\n'),
    exitCode: exitCodes.pass,
  }
}

function about({ id, requirement, description, worlds, needsNemesis }: Mutant) {
  return { id, requirement, description, worlds, needsNemesis }
}

async function tryMatrix(
  { scenarios: names, seed = defaults.seed, seeds = 1 }: MutantFlags,
  wanted: readonly Mutant[],
  around: Surroundings,
): Promise<CommandResult> {
  if (seeds < 1 || seeds > seedsMax) throw new UsageError(`"--seeds" must be from 1 to ${seedsMax}`)
  const catalogue = await loadCatalogue(around)
  const scenarios = scenariosNamed(names, catalogue)
  const tried = wanted.filter(({ worlds }) => worlds.includes('sim'))
  const progress = matrixProgress(around, scenarios, tried.length)
  await using watchdog = openWatchdog({ onStuck: around.end })
  const rows = await mutantMatrix({
    mutants: tried,
    scenarios,
    seed,
    seeds,
    registries: catalogue.registries,
    signal: around.signal,
    during: (what, work) => watchdog.during(what, work),
    onCell: progress,
  })
  const all = rows.map((row) => ({ row, killed: row.cells.some(({ cell }) => cell === 'killed') }))
  return {
    document: {
      mutants: all.map(({ row, killed }) => ({
        ...about(row.mutant),
        killed,
        seeds: seedsOf(row, seed),
        scenarios: row.cells,
      })),
    },
    text: matrixText(rows, scenarios),
    exitCode: exitCodeOf(all, around),
  }
}

/** Seeds until the defect was first killed; all that were tried where it was not. */
function seedsOf({ cells }: MatrixRow, first: number): number {
  const killed = cells.filter(({ cell }) => cell === 'killed').map(({ seed }) => seed)
  const last = killed.length > 0 ? Math.min(...killed) : Math.max(...cells.map((one) => one.seed))
  return last - first + 1
}

function exitCodeOf(
  all: readonly { readonly killed: boolean }[],
  { signal }: Surroundings,
): number {
  if (signal.aborted) return exitCodes.interrupted
  return all.every(({ killed }) => killed) ? exitCodes.pass : exitCodes.fail
}

/** One line for each defect, and on a terminal what is under way and how long it may take. */
function matrixProgress(
  { stderr }: Surroundings,
  scenarios: readonly Scenario[],
  count: number,
): (mutant: Mutant, scenario: string, cell: Cell) => void {
  const clock = systemClock()
  const ids = scenarios.map(({ id }) => id)
  const keys = Array.from({ length: count }, () => ids).flat()
  const timeLeft = new TimeLeft()
  let killers: string[] = []
  let done = 0
  let since = clock.monotonic()
  return (mutant, scenario, cell) => {
    const now = clock.monotonic()
    timeLeft.done(scenario, toMillis(now - since))
    since = now
    done += 1
    if (cell === 'killed') killers.push(scenario)
    const live = stderr.isTTY === true
    if (scenario === ids.at(-1)) {
      const found = killers.length === 0 ? 'not noticed' : `noticed by ${killers.join(', ')}`
      stderr.write(`${live ? clearLine : ''}${mutant.id}: ${found}\n`)
      killers = []
    }
    if (!live) return
    const left = timeLeft.left(keys.slice(done), 0)
    const text = left === undefined ? '' : `, ${timeLeftText(left)}`
    stderr.write(`${clearLine}${done === keys.length ? '' : `[${done}/${keys.length}]${text}`}`)
  }
}

const signs: Readonly<Record<Cell, string>> = {
  killed: 'X',
  survived: '.',
  inconclusive: '?',
  skipped: '-',
}

/** The matrix with numbered scenarios, and what the numbers and signs mean. */
function matrixText(rows: readonly MatrixRow[], scenarios: readonly Scenario[]): string {
  const width = Math.max(...rows.map(({ mutant }) => mutant.id.length), 0)
  const column = (text: string): string => text.padStart(4)
  return [
    ...scenarios.map(({ id }, index) => `${column(String(index + 1))}  ${id}`),
    '',
    `${' '.repeat(width + 7)}${scenarios.map((_, index) => column(String(index + 1))).join('')}`,
    ...rows.map(
      ({ mutant: { id, requirement }, cells }) =>
        `${id.padEnd(width)}  ${requirement}${cells.map(({ cell }) => column(signs[cell])).join('')}`,
    ),
    '',
    'X noticed   . not noticed   ? inconclusive   - not in the sim world',
  ]
    .map(plainText)
    .join('\n')
}

function scenariosNamed(ids: readonly string[], { scenarios }: Catalogue): readonly Scenario[] {
  const all = scenarios.map(({ scenario }) => scenario)
  return ids.length === 0 ? all : ids.map((id) => named('scenario', id, all))
}
