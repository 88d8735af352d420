import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemWallClock } from '../kernel/clock.ts'
import { todayOf } from '../kernel/day.ts'
import { entriesOf, type PlannedExpectation } from '../plan/expected-results.ts'
import type { Plan } from '../plan/plan.ts'
import { parsePlan } from '../plan/resolve.ts'
import { scenarioSwitches } from '../trial.ts'
import { expectationOf, reasonBeside, runExpectationOf } from '../verdict/expectation.ts'
import type { HistoryJudgement } from '../verdict/judge-scenario.ts'
import type { RunExpectation, ScenarioExpectation } from '../verdict/verdict.ts'
import { type Catalogue, loadCatalogue } from './catalogue.ts'
import { type ExpectedFlags, flaggedExpected } from './expected-results.ts'
import type { Surroundings } from './surroundings.ts'

/** What was judged again, and of which scenario and target it is. */
interface Judged extends HistoryJudgement {
  readonly id: string
  readonly target: string
}

/** Answers beside what was known of them. */
interface Beside<One> {
  readonly scenarios: readonly (One & { readonly expected: ScenarioExpectation })[]
  readonly expected: RunExpectation
}

/**
 * Holds stored answers against the expected results of the flag, else of the plan that lies in the
 * folder of the run; undefined where there are none.
 *
 * @throws UsageError naming file, line and field of what is wrong.
 */
export async function besideExpected<One extends Judged>(
  judged: readonly One[],
  where: {
    readonly path: string
    readonly flags: ExpectedFlags
    readonly around: Surroundings
  },
): Promise<Beside<One> | undefined> {
  const plan = planOfRun(resolve(where.around.folder, where.path))
  if (where.flags.expected === undefined && plan?.expected === undefined) return undefined
  const catalogue = await loadCatalogue(where.around)
  const target = judged[0]?.target ?? ''
  const around = where.around
  const known =
    (await flaggedExpected(where.flags, catalogue, { target, around })) ?? plan?.expected
  if (known === undefined) return undefined
  const today = todayOf(systemWallClock())
  const scenarios = judged.map((one) => {
    const entries = entriesFor(one, { known, catalogue, switches: plan?.switches ?? {} })
    const expected = expectationOf(one, entries, today)
    return { ...one, reason: reasonBeside(one, expected), expected }
  })
  return { scenarios, expected: runExpectationOf(known, scenarios) }
}

/** Those of the switches that the run had, as far as the package knows the scenario. */
function entriesFor(
  { id, target: name }: Judged,
  grounds: {
    readonly known: PlannedExpectation
    readonly catalogue: Catalogue
    readonly switches: Plan['switches']
  },
): ReturnType<typeof entriesOf> {
  const { scenarios, registries } = grounds.catalogue
  const found = scenarios.find(({ scenario }) => scenario.id === id)?.scenario
  const target = registries.targets.find((one) => one.name === name) ?? {}
  const needs = found?.needs ?? { faults: [] }
  const switches = scenarioSwitches({ switches: grounds.switches }, { needs }, target)
  return entriesOf(grounds.known, id, switches)
}

/** The plan that lies in the folder of a run; undefined where there is none. */
export function planOfRun(folder: string): Plan | undefined {
  const path = join(folder, 'plan.json')
  if (!existsSync(path)) return undefined
  return parsePlan(JSON.parse(readFileSync(path, 'utf8')), path)
}
