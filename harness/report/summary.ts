import { formatInterval } from '../verdict/judge.ts'
import type { RunResult } from '../verdict/verdict.ts'
import { escapeMarkup } from './markup.ts'
import { answersOf, durationText, notTestedOf, subjectOf, worstFinding } from './words.ts'

/** `summary.md`, for the summary page of a CI job. */
export function summaryMarkdown(result: RunResult): string {
  const worst = worstFinding(result)
  const notTested = notTestedOf(result)
  return [
    `# Interregnum: ${result.verdict}`,
    '',
    cell(subjectOf(result)),
    '',
    answersOf(result)
      .map(({ question, answer }) => `**${question}** ${answer}`)
      .join(' · '),
    '',
    ...(worst === undefined ? [] : [`Worst finding: ${cell(worst)}`, '']),
    '| scenario | verdict | why | time | repeat |',
    '|---|---|---|--:|---|',
    ...result.scenarios.map(
      ({ id, verdict, reason, durationMillis, repeat }) =>
        `| ${cell(id)} | ${verdict} | ${cell(reason)} | ${durationText(durationMillis)} | ${cell(repeat)} |`,
    ),
    '',
    ...(notTested.length === 0
      ? []
      : [
          'Not tested:',
          '',
          ...notTested.map(({ what, reason }) => `- ${cell(what)}: ${cell(reason)}`),
          '',
        ]),
    '| scenario | measurement | value | samples |',
    '|---|---|--:|--:|',
    ...result.scenarios.flatMap(({ id, measurements }) =>
      measurements.map(
        ({ name, value, samples }) =>
          `| ${cell(id)} | ${cell(name)} | ${formatInterval(value)} | ${samples} |`,
      ),
    ),
    '',
  ].join('\n')
}

/** Text in a cell: no markup, no link, no end of the cell. */
function cell(text: string): string {
  return escapeMarkup(text).replace(/[\\|*_[\]~!]/g, (character) => `&#${character.charCodeAt(0)};`)
}
