import type { Interval, Measurement } from '../checkers/checker.ts'
import { formatInterval } from './interval-text.ts'
import { conclude } from './lattice.ts'
import { checkerOf } from './measurement-names.ts'
import type { ResolvedObjective } from './resolve-objective.ts'
import type { ObjectiveResult, RunObjective, ScenarioResult, Verdict } from './verdict.ts'

/** `pass` if the whole interval meets it, `fail` if the whole of it breaks it. */
export function compare(
  { low, high }: Interval,
  { comparator, limit }: Pick<ResolvedObjective, 'comparator' | 'limit'>,
): Verdict {
  const among = (meets: boolean, breaks: boolean): Verdict => {
    if (meets) return 'pass'
    return breaks ? 'fail' : 'inconclusive'
  }
  switch (comparator) {
    case '<=':
      return among(high <= limit, low > limit)
    case '<':
      return among(high < limit, low >= limit)
    case '>=':
      return among(low >= limit, high < limit)
    case '>':
      return among(low > limit, high <= limit)
    case '=':
      return among(low === limit && high === limit, low > limit || high < limit)
  }
}

/** What a scenario saw: measurements by name, and why a checker says nothing, by the checker. */
export interface Seen {
  readonly measurements: ReadonlyMap<string, Measurement>
  readonly broken: ReadonlyMap<string, string>
}

/**
 * Judges one objective by what one scenario saw. A scenario whose rules measure something else, or
 * that saw nothing of it, leaves it `skipped`; only where no scenario saw it, it is inconclusive.
 *
 * @param checkers - Names of the checkers that the rules of the scenario name.
 */
export function judgeObjective(
  objective: ResolvedObjective,
  checkers: ReadonlySet<string>,
  { measurements, broken }: Seen,
): ObjectiveResult {
  const { text, measurement: name } = objective
  const base = { objective: text, measurement: name, value: null }
  const checker = checkerOf(name)
  if (!checkers.has(checker)) {
    return { ...base, verdict: 'skipped', reason: 'no rule of this scenario measures it' }
  }
  const why = broken.get(checker)
  if (why !== undefined) return { ...base, verdict: 'inconclusive', reason: why }
  const measured = measurements.get(name)
  if (measured === undefined || measured.samples === 0) {
    const reason = measured?.inconclusive ?? 'nothing was seen that could show it'
    return { ...base, verdict: 'skipped', reason }
  }
  return { ...base, ...judged(objective, measured) }
}

function judged(
  objective: ResolvedObjective,
  { name, value, inconclusive }: Measurement,
): Pick<ObjectiveResult, 'value' | 'verdict' | 'reason'> {
  if (inconclusive !== undefined) return { value, verdict: 'inconclusive', reason: inconclusive }
  const verdict = compare(value, objective)
  const words = { pass: 'met by', fail: 'broken by', inconclusive: 'not shown by' }
  const word = words[verdict as keyof typeof words]
  return { value, verdict, reason: `${word} ${name}, which is ${formatInterval(value)}` }
}

/** What a whole run says of each objective: the worst that a scenario that saw it came to. */
export function judgeRunObjectives(
  objectives: readonly ResolvedObjective[],
  scenarios: readonly Pick<ScenarioResult, 'id' | 'objectives'>[],
): readonly RunObjective[] {
  return objectives.map(({ text, measurement }) => {
    const seen = scenarios.flatMap(({ id, objectives: results = [] }) =>
      results
        .filter((one) => one.objective === text && one.verdict !== 'skipped')
        .map((one) => ({ ...one, scenario: id })),
    )
    const verdict = conclude(seen.map((one) => one.verdict))
    const decisive = seen.find((one) => one.verdict === verdict)
    return (
      decisive ?? {
        objective: text,
        measurement,
        value: null,
        verdict,
        reason: 'no scenario of this run measured it',
      }
    )
  })
}
