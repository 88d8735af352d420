import { describeJudgement } from '../verdict/judge.ts'
import type { ScenarioResult } from '../verdict/verdict.ts'
import { expectationLines } from './expected-words.ts'
import { momentText } from './figures.ts'

/** The whole story of a scenario that did not pass: rules, findings, and how to repeat it. */
export function failureText(scenario: ScenarioResult): string {
  return [...failureLines(scenario), `Repeat: ${scenario.repeat}`].join('\n')
}

/** Why a scenario has its verdict: the reason, the rules that decided it, the findings. */
export function failureLines(
  scenario: Pick<ScenarioResult, 'reason' | 'requirements' | 'objectives' | 'findings'> &
    Partial<Pick<ScenarioResult, 'expected'>>,
): readonly string[] {
  const rules = scenario.requirements
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
    .flatMap(({ id, name, verdict, judgements }) => [
      `${id} ${name}: ${verdict}`,
      ...judgements
        .filter((judgement) => judgement.verdict === verdict)
        .map((judgement) => `  ${describeJudgement(judgement)}`),
    ])
  const objectives = (scenario.objectives ?? [])
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
    .map(({ objective, verdict, reason }) => `objective ${objective}: ${verdict}: ${reason}`)
  const shown = scenario.findings.slice(0, findingsShown)
  const more = scenario.findings.length - shown.length
  return [
    scenario.reason,
    ...rules,
    ...objectives,
    ...shown.map(({ at, message }) => `- ${momentText(at)}: ${message}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...expectationLines(scenario),
  ]
}

/** How many findings a message carries before it only counts them. */
const findingsShown = 5
