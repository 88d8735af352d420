import type { Finding } from '../checkers/checker.ts'
import type { ConformanceResult, JudgementResult, ScenarioResult } from '../verdict/verdict.ts'
import { lagSvg, latencySvg } from './charts.ts'
import type { Chronicle } from './chronicle.ts'
import { expectationLines, standingOf } from './expected-words.ts'
import { countText, intervalText, momentText, unitOf } from './figures.ts'
import { byMeasurement, sentenceOf } from './headline.ts'
import { html, type Markup } from './markup.ts'
import {
  columns,
  dataTable,
  type LegendEntry,
  legend,
  moreText,
  scroll,
  tableHead,
  verdictWord,
} from './parts.ts'
import { objectiveCells } from './run-tables.ts'
import type { Story } from './story.ts'
import { storyLines, storySvg } from './story-svg.ts'
import { themeSections } from './theme-section.ts'
import { thresholdText } from './threshold-text.ts'
import { timelineSvg } from './timeline-svg.ts'
import { conformanceText } from './words.ts'

/** How many findings of one measurement the page lists. */
const findingsShown = 25

/** Everything about one scenario: what happened, what it cost, what broke, and by which rule. */
export function scenarioSection(
  scenario: ScenarioResult,
  chronicle: Chronicle | undefined,
  trouble: string | undefined,
): Markup {
  const { id, claim, reason, repeat, expected } = scenario
  return html`<section class="scenario" aria-labelledby="${id}"><h2 id="${id}">${id} ${verdictWord(standingOf(scenario))}</h2>
<p class="claim">${claim}</p>
<p>${reason}</p>
${documented(expected)}
${expectationLines(scenario).map((line) => html`<p class="dim">${line}</p>\n`)}
${trouble !== undefined && html`<p class="notice">There are no pictures: ${trouble}.</p>`}
${chronicle && picture(chronicle, id)}
${findings(scenario, chronicle)}
${themeSections(scenario, chronicle)}
${rules(scenario)}
${objectives(scenario)}
<h3>Repeat</h3>
<code class="command">${repeat}</code>
${measurements(scenario)}
</section>`
}

/** What the scenario itself expects of the documented reference, where no file says more. */
function documented({ verdict, rule, known }: ScenarioResult['expected']): Markup | false {
  if (verdict !== 'fail' || known !== undefined) return false
  const by = rule !== undefined && html` by ${rule}`
  return html`<p class="dim">The documented reference is expected to fail this${by}.</p>`
}

function picture(chronicle: Chronicle, id: string): Markup {
  const { timeline } = chronicle
  const labels = `${id}-timeline`
  return html`<h3 id="${labels}">What happened</h3>
<figure class="picture"><figcaption>Above the line of a Region what users did there, below it what the harness read</figcaption>
<fieldset class="zoom"><legend>Zoom</legend>${[1, 2, 4].map(
    (factor) =>
      html`<label><input type="radio" name="${id}-zoom" value="${factor}"${factor === 1 && html` checked`}> ${factor}×</label>`,
  )}</fieldset>
<div class="scroll" role="region" aria-labelledby="${labels}" tabindex="0">${timelineSvg(timeline, labels)}</div>
${legend(timelineKeys)}
</figure>
${courses(chronicle, id)}`
}

/** Answer times and lag on the time scale of the picture above. */
function courses({ header, timeline, lag }: Chronicle, id: string): Markup {
  const declared = header.declared.lagMillisMax * 1_000
  const latency = latencySvg(timeline, `${id}-latency`)
  const lags = lagSvg(timeline, lag, { id: `${id}-lag`, declared })
  const roles = [...new Map(timeline.lanes.map(({ name, role }) => [role, name]))]
  const keys = roles.map(
    ([role, name]): LegendEntry => ({ tone: `ribbon ${role}`, text: name, shape: 'circle' }),
  )
  return html`${
    latency &&
    html`<figure><figcaption>Answer times: the median as a line, the longest as dots</figcaption>${scroll('Answer times', latency)}
${legend(keys)}</figure>`
  }
${lags && html`<figure><figcaption>Lag: how long acknowledged writes were not seen on a replica; each bar holds the truth, pale where the first look already saw the write</figcaption>${scroll('Lag', lags)}</figure>`}`
}

const timelineKeys: readonly LegendEntry[] = [
  { tone: 'ok', text: 'done' },
  { tone: 'fail', text: 'refused' },
  { tone: 'info', text: 'no answer' },
  { tone: 'reads', text: 'reads by the harness' },
  { tone: 'swatch hard', text: 'Region unavailable' },
  { tone: 'swatch soft', text: 'other fault' },
]

function findings(scenario: ScenarioResult, chronicle: Chronicle | undefined): Markup | false {
  if (scenario.findings.length === 0) return false
  const groups = byMeasurement(scenario.findings).map(([measurement, group], index) => {
    const told = group.filter((finding) => chronicle?.stories.has(finding))
    const rest = group.filter((finding) => !told.includes(finding))
    return html`<div class="finding"><h4 class="cap">${sentenceOf(scenario, measurement, group)}</h4>
${told.map((finding, place) => {
  const story = chronicle?.stories.get(finding)
  const figure = story && storyFigure(scenario, story, `${scenario.id}-story-${index}-${place}`)
  return place === 0 ? figure : folded(finding, figure)
})}
${findingsTable(measurement, rest)}</div>`
  })
  return html`<h3>What broke</h3>
${groups}`
}

/** A story that opens when one asks for it. */
function folded({ message, at }: Finding, figure: Markup | undefined): Markup {
  return html`<details><summary>${message} <span class="dim">(${momentText(at)})</span></summary>
${figure}</details>`
}

function storyFigure(scenario: ScenarioResult, story: Story, id: string): Markup {
  const { message, operation, at } = story.finding
  return html`<figure><figcaption class="told">${message} <span class="dim">(${momentText(at)})</span></figcaption>
${scroll(`Messages: ${message}`, storySvg(story, id))}
<details><summary>The same in words, and how to see it again</summary>
<ol class="small">${storyLines(story).map((line) => html`<li>${line}</li>\n`)}</ol>
<p class="small">Repeat the run, or look at the operation in its history:</p>
<code class="command">${scenario.repeat}</code>
<code class="command">grep '"${operation}"' ${scenario.id}/history.ndjson</code></details></figure>`
}

function findingsTable(measurement: string, group: readonly Finding[]): Markup {
  const shown = group.slice(0, findingsShown)
  const heads = columns('finding', 'user', 'where', '#at', 'operation')
  const rows = shown.map(({ message, user, region, at, operation }) => [
    message,
    user,
    html`<span class="whole">${region}</span>`,
    momentText(at),
    operation,
  ])
  return html`${dataTable(`Findings of ${measurement}`, heads, rows)}
${moreText(group.length - shown.length)}`
}

function rules({ requirements, conformance = [] }: ScenarioResult): Markup | false {
  if (requirements.length === 0) return false
  const compatible = conformance.length > 0 ? ['compatible'] : []
  const heads = columns('safe', ...compatible, 'measured', '#value', 'threshold', 'why')
  const bodies = requirements.map(
    ({ id, name, verdict, judgements, reason }) => html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${heads.length}">${id} ${name} ${verdictWord(verdict)} <span class="dim">${reason}</span></th></tr>
${judgements.map((judgement) => judgementRow(judgement, conformance))}</tbody>`,
  )
  return html`<h3>Rule by rule</h3>
${scroll('Rules', html`<table class="rules">${tableHead(heads)}${bodies}</table>`)}
${conformance.map(documentedLine)}`
}

function objectives({ objectives: all = [] }: ScenarioResult): Markup | false {
  if (all.length === 0) return false
  const heads = columns('objective', 'verdict', '#measured', 'why')
  return html`<h3>Objectives</h3>
${dataTable('Objectives of this scenario', heads, all.map(objectiveCells))}`
}

/** What the figure is held against, and where that is written. */
function documentedLine(documented: ConformanceResult): Markup {
  const { measurement, says, source, value } = documented
  const figure = intervalText(value, unitOf(measurement))
  return html`<p class="small">Documented: ${says} (${source}). ${measurement} is ${figure}, ${thresholdText(documented)}: ${conformanceText(documented)}.</p>
`
}

function judgementRow(
  judgement: JudgementResult,
  conformance: readonly ConformanceResult[],
): Markup {
  const { measurement, value, verdict, reason } = judgement
  const figure = value === null ? '–' : intervalText(value, unitOf(measurement))
  const documented = conformance.find((one) => one.measurement === measurement)
  const compatible =
    conformance.length > 0 && html`<td>${documented && conformanceText(documented)}</td>`
  return html`<tr><td>${verdictWord(verdict)}</td>${compatible}<td>${breakable(measurement)}</td>
<td class="number">${figure}</td><td class="whole">${thresholdText(judgement)}</td><td>${reason}</td></tr>
`
}

/** The name of a measurement, which may go on in the next line where the page is narrow. */
function breakable(measurement: string): Markup {
  const [checker = '', ...rest] = measurement.split('.')
  return html`${checker}${rest.map((part) => html`.<wbr>${part}`)}`
}

function measurements(scenario: ScenarioResult): Markup {
  const { history, traceDigest, evidence } = scenario
  const seen = scenario.measurements.filter(({ samples }) => samples > 0)
  const unseen = scenario.measurements.filter(({ samples }) => samples === 0)
  const heads = columns('measurement', '#interval that contains the truth', '#samples', 'note')
  const rows = seen.map(({ name, value, samples, inconclusive }) => [
    name,
    intervalText(value, unitOf(name)),
    countText(samples),
    inconclusive,
  ])
  const counts = Object.entries(evidence).map(([checker, seen]) => {
    const parts = Object.entries(seen).map(([name, count]) => `${name} ${countText(count)}`)
    return html`<li>${checker}: ${parts.join(', ')}</li>\n`
  })
  const missing = unseen.map(({ name }) => name).join(', ')
  return html`<details><summary>Every measurement, and what it rests on</summary>
${dataTable('Measurements', heads, rows)}
${missing !== '' && html`<p class="small">Nothing was seen of: ${missing}.</p>`}
<p class="dim small">${countText(history.lines)} lines of history${history.torn && ', its end torn'}${traceDigest !== undefined && html`, trace <code>${traceDigest}</code>`}.</p>
<ul class="small">${counts}</ul></details>`
}
