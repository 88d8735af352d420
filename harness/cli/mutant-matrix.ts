import type { Mutant } from '../../fixtures/mutants/index.ts'
import { judgeStoredHistory } from '../judge-stored-history.ts'
import { InterregnumError } from '../kernel/errors.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { Registries } from '../registries.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { skipReason } from '../scenario/skip-reason.ts'
import { simTrial, targetOf } from '../trial.ts'

/**
 * What a scenario made of a defect: `killed`: it broke a threshold that holds without it;
 * `survived`: nothing was different; `inconclusive`: nothing was broken and not all was shown;
 * `skipped`: the scenario cannot run in the sim world.
 */
export type Cell = 'killed' | 'survived' | 'inconclusive' | 'skipped'

/** One row of the matrix: a defect and what each scenario made of it. */
export interface MatrixRow {
  readonly mutant: Mutant
  readonly cells: readonly {
    readonly scenario: string
    readonly cell: Cell
    readonly seed: number
  }[]
}

/** What is to be tried. */
export interface MatrixInput {
  readonly mutants: readonly Mutant[]
  readonly scenarios: readonly Scenario[]
  /** The first seed. */
  readonly seed: number
  /** So many seeds are tried for a cell, until one kills. */
  readonly seeds: number
  readonly registries: Registries
  readonly signal: AbortSignal
  /** Around each trial: the scripts are the user's, and may never yield. */
  readonly during: <T>(what: string, work: () => Promise<T>) => Promise<T>
  readonly onCell: (mutant: Mutant, scenario: string, cell: Cell) => void
}

/**
 * Tries every scenario against every defect in the sim world. A scenario that the reference is
 * expected to fail kills a defect only by a threshold that it does not break without it.
 */
export async function mutantMatrix(input: MatrixInput): Promise<readonly MatrixRow[]> {
  const clean = new Map<string, ReadonlySet<string>>()
  const rows: MatrixRow[] = []
  for (const mutant of input.mutants) {
    const cells: MatrixRow['cells'][number][] = []
    for (const scenario of input.scenarios) {
      if (input.signal.aborted) return rows
      const found = await cellOf(input, mutant, scenario, clean)
      cells.push({ scenario: scenario.id, ...found })
      input.onCell(mutant, scenario.id, found.cell)
    }
    rows.push({ mutant, cells })
  }
  return rows
}

async function cellOf(
  input: MatrixInput,
  mutant: Mutant,
  scenario: Scenario,
  clean: Map<string, ReadonlySet<string>>,
): Promise<{ readonly cell: Cell; readonly seed: number }> {
  let cell: Cell = 'skipped'
  for (let seed = input.seed; seed < input.seed + input.seeds; seed += 1) {
    const key = `${scenario.id} ${seed}`
    const expected = clean.get(key) ?? (await trialOf(input, scenario, seed, [])).broken
    clean.set(key, expected)
    const trial = await trialOf(input, scenario, seed, [mutant.id])
    if ([...trial.broken].some((threshold) => !expected.has(threshold))) {
      return { cell: 'killed', seed }
    }
    cell = trial.verdict === 'inconclusive' ? 'inconclusive' : 'survived'
    if (trial.verdict === 'skipped') return { cell: 'skipped', seed }
  }
  return { cell, seed: input.seed + input.seeds - 1 }
}

interface Trial {
  readonly verdict: string
  /** Thresholds that are broken, by rule and measurement. */
  readonly broken: ReadonlySet<string>
}

async function trialOf(
  { registries, during }: MatrixInput,
  scenario: Scenario,
  seed: number,
  mutants: readonly string[],
): Promise<Trial> {
  const plan = resolvePlan(
    { world: 'sim', scenarios: [scenario.id], seed, mutants },
    {
      tool: 'matrix',
      targets: registries.targets.map(({ name }) => name),
      scenarios: [scenario.id],
      mutants,
    },
  )
  const target = targetOf(plan, registries)
  if (
    skipReason(scenario, { world: 'sim', storage: 'memory' }, target, registries.faults) !==
    undefined
  ) {
    return { verdict: 'skipped', broken: new Set() }
  }
  try {
    const { history } = await during(`the script of ${scenario.id}`, () =>
      simTrial({ plan, scenario, registries }),
    )
    const { judgement } = judgeStoredHistory(history, registries)
    const broken = judgement.requirements.flatMap(({ id, judgements }) =>
      judgements
        .filter(({ verdict }) => verdict === 'fail')
        .map((one) => `${id} ${one.measurement}`),
    )
    return { verdict: judgement.verdict, broken: new Set(broken) }
  } catch (error) {
    // A stack that is too broken to be set up shows nothing of any rule.
    if (InterregnumError.is(error)) return { verdict: 'inconclusive', broken: new Set() }
    throw error
  }
}
