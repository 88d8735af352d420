import { createHash } from 'node:crypto'
import type { Finding } from '../checkers/checker.ts'
import { toSeconds } from '../kernel/time.ts'
import { formatInterval } from '../verdict/judge.ts'
import type { JudgementResult, RunResult, ScenarioResult, Verdict } from '../verdict/verdict.ts'
import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'
import type { Timeline } from './timeline.ts'
import { timelineSvg } from './timeline-svg.ts'
import { answersOf, durationText, notTestedOf, subjectOf, worstFinding } from './words.ts'

/** How many findings of a scenario the page lists. */
const findingsShown = 50

/**
 * `report.html`: one file without scripts and without anything to load, so it can be mailed and
 * opened offline.
 *
 * @param timelines - By scenario id; a scenario without one is shown without a picture.
 */
export function reportHtml(
  result: RunResult,
  timelines: ReadonlyMap<string, Timeline> = new Map(),
): string {
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interregnum: ${result.verdict}</title>
<style>${trusted(style)}</style>
</head>
<body>
${firstScreen(result)}
${result.scenarios.map((scenario) => scenarioSection(scenario, timelines.get(scenario.id)))}
</body>
</html>
`
  return page.text
}

function firstScreen(result: RunResult): Markup {
  const worst = worstFinding(result)
  const notTested = notTestedOf(result)
  return html`<header>
<h1>Interregnum: ${verdictWord(result.verdict)}</h1>
<p class="dim">version ${result.tool.version}</p>
<p${result.model && html` class="model"`}>Tested: ${subjectOf(result)}.</p>
<div class="answers">
${answersOf(result).map(({ question, answer }) => html`<div>${question}<b>${answer}</b></div>\n`)}</div>
${worst !== undefined && html`<p><strong>Worst finding:</strong> ${worst}</p>`}
${result.leftovers.length > 0 && html`<p class="fail"><strong>Left behind:</strong> ${result.leftovers.join('; ')}. Run <code>interregnum recover</code>.</p>`}
</header>
<h2>Scenarios</h2>
<div class="scroll"><table>
<tr><th>scenario</th><th>verdict</th><th>why</th><th>time</th></tr>
${result.scenarios.map(
  ({ id, verdict, reason, durationMillis }) =>
    html`<tr><td><a href="#${id}">${id}</a></td><td>${verdictWord(verdict)}</td><td>${reason}</td><td class="number">${durationText(durationMillis)}</td></tr>\n`,
)}</table></div>
<h2>Not tested</h2>
${notTested.length === 0 ? html`<p>Every scenario that was asked for was tested.</p>` : html`<ul>${notTested.map(({ what, reason }) => html`<li>${what}: ${reason}</li>\n`)}</ul>`}`
}

function scenarioSection(scenario: ScenarioResult, timeline: Timeline | undefined): Markup {
  const { id, claim, verdict, reason, repeat, history, expected } = scenario
  return html`<section id="${id}">
<h2>${id} ${verdictWord(verdict)}</h2>
<p>${claim}</p>
<p>${reason}</p>
${expected.verdict === 'fail' && html`<p class="dim">The documented reference is expected to fail this${expected.rule !== undefined && html` by ${expected.rule}`}.</p>`}
<p>Repeat: <code>${repeat}</code></p>
${timeline && timelineSvg(timeline)}
<h3>Requirements</h3>
<div class="scroll"><table>
<tr><th>rule</th><th>verdict</th><th>measurement</th><th>value</th><th>threshold</th><th>why</th></tr>
${scenario.requirements.map(
  (rule) =>
    html`<tr><td>${rule.id} ${rule.name}</td><td>${verdictWord(rule.verdict)}</td><td colspan="4">${rule.reason}</td></tr>
${rule.judgements.map(judgementRow)}`,
)}</table></div>
${findingsTable(scenario.findings)}
<h3>Measurements</h3>
<div class="scroll"><table>
<tr><th>measurement</th><th>interval that contains the truth</th><th>samples</th><th>note</th></tr>
${scenario.measurements.map(
  ({ name, value, samples, inconclusive }) =>
    html`<tr><td>${name}</td><td class="number">${formatInterval(value)}</td><td class="number">${samples}</td><td>${inconclusive}</td></tr>\n`,
)}</table></div>
<h3>Evidence</h3>
<p class="dim">${history.lines} lines of history${history.torn && ', its end torn'}${scenario.traceDigest !== undefined && html`, trace <code>${scenario.traceDigest}</code>`}.</p>
<ul>${Object.entries(scenario.evidence).map(
    ([checker, seen]) =>
      html`<li>${checker}: ${Object.entries(seen)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}</li>\n`,
  )}</ul>
</section>`
}

function judgementRow(judgement: JudgementResult): Markup {
  const { measurement, value, atMost, atLeast, verdict, reason } = judgement
  const threshold = [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
  ].join(', ')
  return html`<tr><td></td><td>${verdictWord(verdict)}</td><td>${measurement}</td><td class="number">${value === null ? '–' : formatInterval(value)}</td><td>${threshold}</td><td>${reason}</td></tr>
`
}

function findingsTable(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined
  const shown = findings.slice(0, findingsShown)
  return html`<h3>Findings</h3>
<div class="scroll"><table>
<tr><th>finding</th><th>user</th><th>Region</th><th>time</th><th>operation</th></tr>
${shown.map(
  ({ message, user, region, at, operation }) =>
    html`<tr><td>${message}</td><td>${user}</td><td>${region}</td><td class="number">${toSeconds(at).toFixed(3)} s</td><td>${operation}</td></tr>\n`,
)}</table></div>
${findings.length > shown.length && html`<p class="dim">${findings.length - shown.length} more in <code>verdict.json</code>.</p>`}`
}

function verdictWord(verdict: Verdict): Markup {
  return html`<span class="verdict ${verdict}">${verdict}</span>`
}
