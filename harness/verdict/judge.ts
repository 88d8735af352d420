import type { Measurement } from '../checkers/checker.ts'
import type { DeclaredBehaviour } from '../history/line.ts'
import { invariant } from '../kernel/invariant.ts'
import { unitOf } from '../profiles/measurement-unit.ts'
import type { Judgement, Requirement } from '../profiles/profile.ts'
import { formatInterval } from './interval-text.ts'
import { compare } from './judge-objective.ts'
import { combine, conclude } from './lattice.ts'
import type { ResolvedObjective } from './resolve-objective.ts'
import type { JudgementResult, RequirementResult, Verdict } from './verdict.ts'

export { formatInterval } from './interval-text.ts'

/** What a requirement is judged by. */
export interface JudgeInput {
  /** Measurements by name. */
  readonly measurements: ReadonlyMap<string, Measurement>
  readonly declared: DeclaredBehaviour
  /** Why a checker says nothing (it threw, or is unknown), by the checker's name. */
  readonly broken: ReadonlyMap<string, string>
  /** Those that name the measurement of a threshold stand in its place. */
  readonly objectives?: readonly ResolvedObjective[]
}

/** Judges one requirement by the measurements of its checkers. */
export function judgeRequirement(requirement: Requirement, input: JudgeInput): RequirementResult {
  const { id, name } = requirement
  if (requirement.judgements.length === 0) {
    const reason = requirement.notJudged ?? 'not judged by this version'
    return { id, name, verdict: 'skipped', reason, judgements: [] }
  }
  const judgements = requirement.judgements.map((judgement) => applyJudgement(judgement, input))
  const verdict = conclude(judgements.map((judgement) => judgement.verdict))
  return { id, name, verdict, reason: reasonOf(verdict, judgements), judgements }
}

/** Judges one threshold. Nothing seen is `inconclusive`, or `skipped` where that is allowed. */
export function applyJudgement(judgement: Judgement, input: JudgeInput): JudgementResult {
  const { measurement: name, optional } = judgement
  const objectives = (input.objectives ?? []).filter((one) => one.measurement === name)
  const { atMost, atLeast } = boundsOf(judgement, objectives, input.declared)
  const base = {
    measurement: name,
    value: null,
    ...(atMost === undefined ? {} : { atMost }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(objectives.length === 0 ? {} : { objective: objectives.map((one) => one.text).join(', ') }),
  }
  const broken = input.broken.get(name.slice(0, name.indexOf('.')))
  if (broken !== undefined) return { ...base, verdict: 'inconclusive', reason: broken }
  const measurement = input.measurements.get(name)
  if (measurement === undefined || measurement.samples === 0) {
    const reason = measurement?.inconclusive ?? 'nothing was seen that could show it'
    return { ...base, verdict: optional ? 'skipped' : 'inconclusive', reason }
  }
  const value = measurement.value
  invariant(value.low <= value.high, `${name}: [${value.low}, ${value.high}] is no interval`)
  if (measurement.inconclusive !== undefined) {
    return { ...base, value, verdict: 'inconclusive', reason: measurement.inconclusive }
  }
  const verdict =
    objectives.length > 0
      ? combine(objectives.map((one) => compare(value, one)))
      : combine([
          atMost === undefined ? 'skipped' : compare(value, { comparator: '<=', limit: atMost }),
          atLeast === undefined ? 'skipped' : compare(value, { comparator: '>=', limit: atLeast }),
        ])
  invariant(verdict !== 'skipped', `the judgement of ${name} has no threshold`)
  return { ...base, value, verdict, reason: judgement.reason }
}

interface Bounds {
  readonly atMost?: number | undefined
  readonly atLeast?: number | undefined
}

/** Those of the objectives that name the measurement; only without any, the rule's own. */
function boundsOf(
  judgement: Judgement,
  objectives: readonly ResolvedObjective[],
  declared: DeclaredBehaviour,
): Bounds {
  if (objectives.length === 0) {
    return { atMost: thresholdOf(judgement, declared), atLeast: judgement.atLeast }
  }
  const limits = (signs: string): readonly number[] =>
    objectives.filter((one) => signs.includes(one.comparator)).map((one) => one.limit)
  const above = limits('< <= =')
  const below = limits('> >= =')
  return {
    ...(above.length === 0 ? {} : { atMost: Math.min(...above) }),
    ...(below.length === 0 ? {} : { atLeast: Math.max(...below) }),
  }
}

function thresholdOf(judgement: Judgement, declared: DeclaredBehaviour): number | undefined {
  if (judgement.atMost === undefined) return undefined
  const key = judgement.plusDeclared
  if (key === undefined) return judgement.atMost
  const inSeconds = unitOf(judgement.measurement) === 'seconds'
  return judgement.atMost + (inSeconds ? declared[key] / 1_000 : declared[key])
}

function reasonOf(verdict: Verdict, judgements: readonly JudgementResult[]): string {
  if (verdict === 'pass') {
    const held = judgements.filter((judgement) => judgement.verdict === 'pass').length
    return `${held} of ${judgements.length} thresholds hold, none is broken`
  }
  const cause =
    judgements.find((judgement) => judgement.verdict === verdict) ??
    judgements.find((judgement) => judgement.verdict === 'skipped')
  return cause === undefined ? 'nothing judges it' : describeJudgement(cause)
}

/** One judgement in one line: `data-loss.lostOperations is 2, at most 0 (a write …)`. */
export function describeJudgement(judgement: JudgementResult): string {
  const { measurement, value, reason } = judgement
  if (value === null) return `${measurement}: ${reason}`
  const bounds = boundsText(judgement)
  return `${measurement} is ${formatInterval(value)}, ${bounds} (${reason})`
}

/** `at most 5`, `at least 1`, or the objective that stands in their place. */
export function boundsText({
  atMost,
  atLeast,
  objective,
}: Pick<JudgementResult, 'atMost' | 'atLeast' | 'objective'>): string {
  if (objective !== undefined) return `asked for is ${objective}`
  return [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
  ].join(', ')
}
