import type { Interval, Measurement } from '../checkers/checker.ts'
import type { DeclaredBehaviour } from '../history/line.ts'
import { invariant } from '../kernel/invariant.ts'
import { unitOf } from '../profiles/measurement-unit.ts'
import type { Judgement, Requirement } from '../profiles/profile.ts'
import { combine, conclude } from './lattice.ts'
import type { JudgementResult, RequirementResult, Verdict } from './verdict.ts'

/** What a requirement is judged by. */
export interface JudgeInput {
  /** Measurements by name. */
  readonly measurements: ReadonlyMap<string, Measurement>
  readonly declared: DeclaredBehaviour
  /** Why a checker says nothing (it threw, or is unknown), by the checker's name. */
  readonly broken: ReadonlyMap<string, string>
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
  const atMost = thresholdOf(judgement, input.declared)
  const bounds = {
    ...(atMost === undefined ? {} : { atMost }),
    ...(judgement.atLeast === undefined ? {} : { atLeast: judgement.atLeast }),
  }
  const base = { measurement: name, value: null, ...bounds }
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
  const verdict = combine([
    atMost === undefined ? 'skipped' : below(value, atMost),
    judgement.atLeast === undefined ? 'skipped' : above(value, judgement.atLeast),
  ])
  return { ...base, value, verdict: concludeBounds(verdict, name), reason: judgement.reason }
}

/** Objective "at most": passes if the high end meets it, fails if the low end breaks it. */
function below(value: Interval, limit: number): Verdict {
  if (value.high <= limit) return 'pass'
  return value.low > limit ? 'fail' : 'inconclusive'
}

/** Objective "at least": passes if the low end meets it, fails if the high end breaks it. */
function above(value: Interval, limit: number): Verdict {
  if (value.low >= limit) return 'pass'
  return value.high < limit ? 'fail' : 'inconclusive'
}

function concludeBounds(verdict: Verdict, name: string): Verdict {
  invariant(verdict !== 'skipped', `the judgement of ${name} has no threshold`)
  return verdict
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
  const { measurement, value, atMost, atLeast, reason } = judgement
  if (value === null) return `${measurement}: ${reason}`
  const bounds = [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
  ].join(', ')
  return `${measurement} is ${formatInterval(value)}, ${bounds} (${reason})`
}

/** `3`, `[1, 4]` or `[1, ∞]`; at most three decimals. */
export function formatInterval({ low, high }: Interval): string {
  return low === high ? formatNumber(low) : `[${formatNumber(low)}, ${formatNumber(high)}]`
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  return String(Math.round(value * 1_000) / 1_000)
}
