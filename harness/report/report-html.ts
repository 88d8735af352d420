import type { RunResult, ScenarioResult } from '../verdict/verdict.ts'
import { type Chronicle, type Chronicles, noChronicles } from './chronicle.ts'
import { costOf } from './cost.ts'
import { expectationTable } from './expectation-table.ts'
import { standingOf } from './expected-words.ts'
import { firstScreen } from './first-screen.ts'
import { html, type Markup } from './markup.ts'
import { pageHtml } from './page.ts'
import { columns, legend, scroll, tableHead, verdictWord } from './parts.ts'
import { objectivesTable, rulesTable } from './run-tables.ts'
import { scenarioSection } from './scenario-section.ts'
import { stripKeys, stripSvg } from './strip-svg.ts'
import { durationText, notTestedOf, tookTitle } from './words.ts'

/**
 * `report.html`, in one page.
 *
 * @param chronicles - By scenario id; a scenario without one is shown without pictures.
 */
export function reportHtml(result: RunResult, chronicles: Chronicles = noChronicles): string {
  return pageHtml({
    title: `Interregnum: ${result.verdict}, ${result.target}`,
    skipTo: { id: 'scenarios', words: 'scenarios' },
    body: html`${firstScreen(result)}
<main>
${glance(result, chronicles)}
${objectivesTable(result)}
${expectationTable(result)}
${result.scenarios
  .filter(({ verdict }) => verdict !== 'skipped')
  .map((scenario) =>
    scenarioSection(scenario, chronicles.of.get(scenario.id), chronicles.trouble.get(scenario.id)),
  )}
${rulesTable(result)}
${notTested(result)}
</main>`,
  })
}

/** Every scenario in a row. */
function glance(result: RunResult, chronicles: Chronicles): Markup | false {
  if (result.scenarios.length === 0) return false
  const rows = result.scenarios.map((scenario) =>
    glanceRow(scenario, chronicles.of.get(scenario.id)),
  )
  const heads = columns(
    'verdict',
    'scenario',
    'what it cost',
    'course',
    `#${tookTitle(result.world)}`,
  )
  const table = html`<table class="glance">${tableHead(heads)}<tbody>
${rows}</tbody></table>`
  return html`<section aria-labelledby="scenarios"><h2 id="scenarios">Scenarios</h2>
${scroll('Scenarios', table)}
${chronicles.of.size > 0 && html`<p class="small dim">The course of a scenario, from its begin to its end:</p>${legend(stripKeys)}`}</section>`
}

function glanceRow(scenario: ScenarioResult, chronicle: Chronicle | undefined): Markup {
  const { id, claim, verdict, reason, durationMillis } = scenario
  const skipped = verdict === 'skipped'
  const name = skipped ? id : html`<a href="#${id}">${id}</a>`
  const took = skipped ? '' : durationText(durationMillis)
  return html`<tr><td>${verdictWord(standingOf(scenario))}</td>
<th scope="row">${name}<span class="claim-line">${claim}</span></th>
<td>${skipped ? reason : costText(scenario)}</td>
<td>${chronicle && stripSvg(chronicle.timeline)}</td><td class="number">${took}</td></tr>
`
}

/** What it cost; where that was not measured, why it did not pass. */
function costText(scenario: ScenarioResult): string {
  const cost = costOf(scenario)
  if (cost !== '') return cost
  return scenario.verdict === 'pass' ? '–' : scenario.reason
}

function notTested(result: RunResult): Markup {
  const all = notTestedOf(result)
  return html`<section aria-labelledby="not-tested"><h2 id="not-tested">What was not tested</h2>
${all.length === 0 ? html`<p>Everything that was asked for was tested.</p>` : html`<ul class="many">${all.map(({ what, reason }) => html`<li>${what}: ${reason}</li>\n`)}</ul>`}</section>`
}
