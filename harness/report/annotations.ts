import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { expectationLines, standingOf } from './expected-words.ts'
import { byMeasurement, sentenceOf } from './headline.ts'
import { plainText } from './plain-text.ts'
import { type RunReporter, silentReporter } from './run-reporter.ts'
import type { TextStream } from './terminal.ts'
import { answersOf, subjectOf } from './words.ts'

/** GitHub shows ten annotations of a kind for one step; the rest would be dropped unseen. */
const annotationsMax = 10

/**
 * Annotations of a GitHub workflow: an error for each broken measurement, a warning for each
 * scenario that shows nothing, and a notice with the answers. The runner reads them from standard
 * output and standard error alike.
 *
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function annotationsReporter(stream: TextStream): RunReporter {
  return {
    ...silentReporter,
    ended: (result) => {
      for (const line of annotationLines(result)) stream.write(`${line}\n`)
    },
  }
}

/** The workflow commands of a run, each one line. */
export function annotationLines(result: RunResult): readonly string[] {
  const { scenarios } = result
  const errors = scenarios.filter((one) => standingOf(one) === 'fail').flatMap(errorsOf)
  const warnings = scenarios
    .filter((one) => standingOf(one) === 'inconclusive')
    .map(({ id, reason }) => command('warning', `${id}: inconclusive`, reason))
  const answers = answersOf(result).map(({ question, answer }) => `${question} ${answer}`)
  return [
    ...errors.slice(0, annotationsMax),
    ...warnings.slice(0, annotationsMax),
    ...scenarios.flatMap(noticesOf).slice(0, annotationsMax - 1),
    command('notice', 'Interregnum', `${answers.join(' ')} Tested: ${subjectOf(result)}`),
  ]
}

/** What is known, and what is healed: nothing that fails. */
function noticesOf(scenario: ScenarioResult): readonly string[] {
  const lines = expectationLines({ expected: { ...scenario.expected, unexpected: [] } })
  return lines.map((line) => command('notice', scenario.id, line))
}

function errorsOf(scenario: ScenarioResult): readonly string[] {
  const { id, findings, reason, repeat } = scenario
  if (findings.length === 0) return [command('error', id, `${reason} Repeat: ${repeat}`)]
  return byMeasurement(findings).map(([measurement, group]) => {
    const title = `${ruleOf(scenario, measurement)}${id}`
    const sentence = sentenceOf(scenario, measurement, group)
    return command('error', title, `${sentence}: ${group[0]?.message}. Repeat: ${repeat}`)
  })
}

function ruleOf({ requirements }: ScenarioResult, measurement: string): string {
  const broken = requirements.find(({ judgements }) =>
    judgements.some((one) => one.verdict === 'fail' && one.measurement === measurement),
  )
  return broken === undefined ? '' : `${broken.id} `
}

/** One workflow command. What it carries can end neither its property nor its line. */
function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const data = (text: string): string => plainText(text).replaceAll('%', '%25')
  const property = (text: string): string =>
    data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${kind} title=${property(title)}::${data(message)}`
}
