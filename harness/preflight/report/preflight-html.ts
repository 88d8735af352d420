import { toJson } from '../../report/json.ts'
import { html, type Markup, trusted } from '../../report/markup.ts'
import { pageHtml } from '../../report/page.ts'
import { columns, dataTable } from '../../report/parts.ts'
import type { CheckResult, CheckVerdict } from '../check.ts'
import type { PreflightResult } from '../preflight.ts'
import { countsText, titleText } from './preflight-text.ts'

/** The order in which a reader wants them. */
const order: readonly CheckVerdict[] = ['fail', 'inconclusive', 'expected', 'pass', 'skipped']

/** `preflight.html`, in one page. */
export function preflightHtml(result: PreflightResult): string {
  const sorted = order.flatMap((verdict) =>
    result.checks.filter((check) => check.verdict === verdict),
  )
  const failed = sorted.filter(({ findings }) => findings.length > 0)
  return pageHtml({
    title: `Interregnum preflight: ${result.verdict}, ${result.system}`,
    skipTo: { id: 'checks', words: 'checks' },
    body: html`${head(result)}
<main>
${failed.map(findingsOf)}
<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
${checksTable(sorted)}</section>
${healed(result)}
${calls(result)}
</main>`,
  })
}

const tones = { pass: 'none', fail: 'worst', inconclusive: 'unclear' } as const

function head(result: PreflightResult): Markup {
  const first = result.checks.find(({ verdict }) => verdict === 'fail')
  const sentence = {
    pass: 'Nothing was found that a failover would fail by.',
    fail: first?.reason ?? '',
    inconclusive: 'Not everything could be seen.',
  }[result.verdict]
  return html`<header class="first">
<p class="brand"><b>Interregnum</b><span>preflight report, version ${result.tool.version}</span></p>
<h1 class="${tones[result.verdict]}">${sentence}</h1>
<p class="where">${titleText(result)}. ${countsText(result)}.</p>
</header>`
}

function findingsOf(check: CheckResult): Markup {
  const { id, what, why, remedy, findings, unseen, requirements } = check
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${id} ${word(check.verdict)}</h2>
<p class="claim">${what}</p>
<div class="finding"><ul class="plain">${findings.map(({ message, known }) => html`<li>${message}${known && ' (in the baseline)'}</li>\n`)}${unseen.map((reason) => html`<li class="dim">Not seen: ${reason}</li>\n`)}</ul></div>
<p><strong>Why it matters:</strong> ${why}</p>
<p><strong>What to do:</strong> ${remedy}</p>
<p class="small dim">${check.severity}${requirements.length > 0 && `; ${requirements.join(', ')}`}</p></section>
`
}

function checksTable(checks: readonly CheckResult[]): Markup | undefined {
  const rows = checks.map((check) => [
    check.id,
    word(check.verdict),
    check.what,
    seenList(check),
    check.requirements.join(', '),
  ])
  return dataTable('Checks', columns('check', 'verdict', 'what', 'seen', 'requirements'), rows)
}

function seenList({ evidence, unseen, verdict, reason }: CheckResult): Markup {
  const lines = [...evidence, ...unseen, ...(verdict === 'skipped' ? [reason] : [])]
  return html`<ul class="plain">${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`
}

function word(verdict: CheckVerdict): Markup {
  const tone = verdict === 'expected' ? 'skipped' : verdict
  return html`<span class="verdict ${tone}">${verdict}</span>`
}

function healed({ healed: found }: PreflightResult): Markup | false {
  return (
    found.length > 0 &&
    html`<section aria-labelledby="healed"><h2 id="healed">Healed</h2>
<p>The baseline names these, and no check found them any more.</p>
<ul>${found.map(({ check, message }) => html`<li>${check}: ${message}</li>\n`)}</ul></section>`
  )
}

function calls({ calls: { by, total, max }, policy }: PreflightResult): Markup {
  const rows = by.map(({ action, region, calls: count }) => [action, region, count])
  return html`<section aria-labelledby="calls"><h2 id="calls">What was asked</h2>
<p>${total} of ${max} calls that were allowed, and all of them read.</p>
${dataTable('Calls', columns('action', 'Region', '#calls'), rows)}
<details><summary>The IAM policy that it needs</summary><pre><code>${trustedLines(toJson(policy))}</code></pre></details></section>`
}

/** The lines of a text, escaped one by one: a line break would stand as an escape else. */
function trustedLines(text: string): readonly Markup[] {
  return text.split('\n').map((line) => html`${line}${trusted('\n')}`)
}
