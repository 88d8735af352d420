import type { Finding } from '../checkers/checker.ts'
import { profiles } from '../profiles/index.ts'
import { untestedRules } from '../verdict/untested-rules.ts'
import type { RunResult, ScenarioResult, Verdict } from '../verdict/verdict.ts'

/** Checkers by how much their findings matter to a user; others come last. */
const gravity: readonly string[] = [
  'data-loss',
  'tokens',
  'convergence',
  'backwards',
  'availability',
  'lag',
]

/** What was tested, and what that can show. */
export function subjectOf(result: RunResult): string {
  const planted = result.mutants.length === 0 ? '' : `, with planted ${result.mutants.join(', ')}`
  const what = `${result.target}, ${result.world} world, seed ${result.seed}${planted}`
  return result.model ? `${what}: a model, which confirms nothing about a real system` : what
}

/** *Safe? Compatible? Claim?* in a word each. */
export function answersOf(result: RunResult): readonly { question: string; answer: string }[] {
  return [
    { question: 'Safe?', answer: answer(result.safe) },
    {
      question: 'Compatible?',
      answer: result.compatible === 'skipped' ? 'not asked' : answer(result.compatible),
    },
    { question: 'Claim?', answer: claimAnswer(result.scenarios) },
  ]
}

function answer(verdict: Verdict): string {
  return { pass: 'yes', fail: 'no', inconclusive: 'not shown', skipped: 'not asked' }[verdict]
}

function claimAnswer(scenarios: readonly ScenarioResult[]): string {
  const held = scenarios.filter((scenario) => scenario.verdict === 'pass').length
  return `${held} of ${scenarios.length} held`
}

/** The gravest finding of a run in the user's terms, with how many more there are of its kind. */
export function worstFinding(result: RunResult): string | undefined {
  const findings = result.scenarios
    .filter((scenario) => scenario.verdict === 'fail')
    .flatMap((scenario) => scenario.findings)
  const worst = findings.reduce<Finding | undefined>(
    (best, finding) => (best === undefined || rank(finding) < rank(best) ? finding : best),
    undefined,
  )
  if (worst === undefined) return undefined
  const alike = findings.filter(
    (finding) => finding.checker === worst.checker && finding.kind === worst.kind,
  ).length
  return alike > 1 ? `${worst.message} (and ${alike - 1} more like it)` : worst.message
}

function rank(finding: Finding): number {
  const place = gravity.indexOf(finding.checker)
  return place < 0 ? gravity.length : place
}

/** Everything that this run says nothing about: scenarios, rules, and real systems. */
export function notTestedOf(result: RunResult): RunResult['notTested'] {
  const all = [
    ...result.scenarios
      .filter((scenario) => scenario.verdict === 'skipped')
      .map((scenario) => ({ what: scenario.id, reason: scenario.reason })),
    ...result.notTested,
    ...untestedRules(result.scenarios, profiles),
    ...(result.model ? [{ what: 'a real system', reason: 'the target is a model' }] : []),
  ]
  return [...new Map(all.map((one) => [one.what, one])).values()]
}

/** `1.2 s`, `340 ms`. */
export function durationText(durationMillis: number): string {
  return durationMillis < 1_000
    ? `${Math.round(durationMillis)} ms`
    : `${(durationMillis / 1_000).toFixed(1)} s`
}
