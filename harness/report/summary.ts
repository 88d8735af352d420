import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { costOf } from './cost.ts'
import { expectationLines, knownName, runExpectationText, standingOf } from './expected-words.ts'
import { countText, intervalText, momentText, unitOf } from './figures.ts'
import { byMeasurement, headlineOf, sentenceOf } from './headline.ts'
import { escapeMarkup } from './markup.ts'
import { answersOf, durationText, notTestedOf, subjectOf, tookTitle } from './words.ts'

/** So many broken scenarios are told in full; a comment on a pull request has to stay short. */
const toldMax = 10

/** `summary.md`, for a pull request or the summary page of a CI job: what matters first. */
export function summaryMarkdown(result: RunResult): string {
  const worst = headlineOf(result)
  const sections = [
    [`# Interregnum: ${result.verdict}`],
    worst === undefined ? [] : [`**Worst finding:** ${cell(worst.sentence)}`],
    table(
      ['question', 'answer', 'because'],
      answersOf(result).map(({ question, answer, gloss }) => [question, `**${answer}**`, gloss]),
    ),
    [`Tested: ${cell(subjectOf(result))}`],
    ...broken(result),
    objectives(result),
    expectations(result),
    table(
      ['verdict', 'scenario', 'what it cost', tookTitle(result.world)],
      result.scenarios
        .filter(({ verdict }) => verdict !== 'skipped')
        .map((scenario) => [
          standingOf(scenario),
          cell(scenario.id),
          cell(costOf(scenario)),
          durationText(scenario.durationMillis),
        ]),
    ),
    notTested(result),
    measured(result.scenarios),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** Each scenario that did not pass: what broke, and the command that repeats it. */
function broken({ scenarios }: RunResult): readonly (readonly string[])[] {
  const all = scenarios.filter((one) => ['fail', 'inconclusive'].includes(standingOf(one)))
  const told = all.slice(0, toldMax).map((scenario) => {
    const findings = byMeasurement(scenario.findings).map(([measurement, group]) => {
      const at = group[0] === undefined ? '' : ` (first at ${momentText(group[0].at)})`
      return `- ${cell(sentenceOf(scenario, measurement, group))}${at}`
    })
    return [
      `### ${cell(scenario.id)}: ${standingOf(scenario)}`,
      '',
      cell(scenario.reason),
      '',
      ...findings,
      ...expectationLines(scenario).map((line) => `- ${cell(line)}`),
      ...(findings.length > 0 ? [''] : []),
      ...fenced(scenario.repeat),
    ]
  })
  const more = all.length - told.length
  return more > 0 ? [...told, [`and ${more} more that did not pass`]] : told
}

/** Code as it is, behind a fence that it cannot close. */
function fenced(code: string): readonly string[] {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}sh`, code.replace(/[\r\n]/g, ' '), fence]
}

function objectives({ objectives: all = [] }: RunResult): readonly string[] {
  return table(
    ['objective', 'verdict', 'why'],
    all.map(({ objective, verdict, reason }) => [cell(objective), verdict, cell(reason)]),
  )
}

/** What the file of expected results came to, entry by entry. */
function expectations(result: RunResult): readonly string[] {
  const text = runExpectationText(result)
  if (text === undefined) return []
  const rows = result.scenarios.flatMap(({ id, expected: { known = [] } }) =>
    known.map((one) => [one.state, cell(id), cell(knownName(one)), one.until, cell(one.reason)]),
  )
  const heads = ['state', 'scenario', 'what', 'until', 'reason']
  return [`Expected results: ${cell(text)}`, '', ...table(heads, rows)]
}

function notTested(result: RunResult): readonly string[] {
  const all = notTestedOf(result)
  const items = all.map(({ what, reason }) => `- ${cell(what)}: ${cell(reason)}`)
  return folded(`Not tested (${all.length})`, items)
}

/** Every figure that rests on something. */
function measured(scenarios: readonly ScenarioResult[]): readonly string[] {
  const rows = scenarios.flatMap(({ id, measurements }) =>
    measurements
      .filter(({ samples }) => samples > 0)
      .map(({ name, value, samples }) => [
        cell(id),
        cell(name),
        intervalText(value, unitOf(name)),
        countText(samples),
      ]),
  )
  return folded('Measurements', table(['scenario', 'measurement', 'value', 'samples'], rows))
}

function folded(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  return ['<details>', `<summary>${title}</summary>`, '', ...lines, '', '</details>']
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}

/** Text in a cell: no markup, no link, no mention of a person or an issue, no end of the cell. */
function cell(text: string): string {
  return escapeMarkup(text).replace(/[\\|*_[\]~!@#]/g, (character, place, whole: string) =>
    // The `#` of an escape stays.
    character === '#' && whole[place - 1] === '&' ? character : `&#${character.charCodeAt(0)};`,
  )
}
