import type { RunResult, Verdict } from '../verdict/verdict.ts'
import { runExpectationText } from './expected-words.ts'
import { momentText } from './figures.ts'
import { headlineOf } from './headline.ts'
import { html, type Markup } from './markup.ts'
import { switchTexts } from './repeat-command.ts'
import { answersOf, notTestedInShort, notTestedOf, systemOf, tookTitle, worldOf } from './words.ts'

/** So much of what was not tested stands on the first screen; the rest at the end. */
const notTestedShown = 4

/** What was tested, the three answers, the worst finding, and what was not tested. */
export function firstScreen(result: RunResult): Markup {
  return html`<header class="first">
<p class="brand"><b>Interregnum</b><span>failover report, version ${result.tool.version}</span></p>
${worstOf(result)}
<dl class="answers">
${answersOf(result).map(
  ({ question, answer, gloss, verdict }) =>
    html`<div class="${verdict}"><dt>${question}</dt><dd><div class="word">${answer}</div><div class="gloss">${gloss}</div></dd></div>\n`,
)}</dl>
${result.leftovers.length > 0 && html`<p class="notice bad"><strong>Left behind:</strong> ${result.leftovers.join('; ')}. Run <code>interregnum recover</code>.</p>`}
<div class="columns">
${subject(result)}
${notTested(result)}
</div>
${modelNotice(result)}
</header>`
}

function worstOf(result: RunResult): Markup {
  const worst = headlineOf(result)
  if (worst === undefined) {
    const { sentence, tone } = withoutFinding(result)
    return html`<h1 class="${tone}">${sentence}</h1>`
  }
  const { finding, scenario } = worst
  return html`<h1 class="worst"><span class="hidden">Worst finding: </span>${worst.sentence}</h1>
<p class="where">First seen for user ${finding.user} at ${finding.region}, <span class="whole">${momentText(finding.at)}</span> into <a href="#${scenario}">${scenario}</a>.</p>`
}

/** The headline of a run in which no rule was found broken. */
function withoutFinding(result: RunResult): { readonly sentence: string; readonly tone: string } {
  const count = (verdict: Verdict): number =>
    result.scenarios.filter((scenario) => scenario.verdict === verdict).length
  const failed = result.scenarios.find(({ verdict }) => verdict === 'fail')
  if (failed !== undefined) return { sentence: failed.reason, tone: 'worst' }
  const all = result.scenarios.length
  const skipped = count('skipped')
  if (skipped === all) return { sentence: 'Nothing was tested', tone: 'unclear' }
  if (result.verdict === 'inconclusive') {
    const open = count('inconclusive')
    if (open > 0) {
      return { sentence: `Not shown: ${open} of ${all} scenarios prove nothing`, tone: 'unclear' }
    }
    const unseen = result.objectives?.find(({ verdict }) => verdict === 'inconclusive')
    const sentence =
      unseen === undefined || result.safe === 'inconclusive'
        ? 'The run did not come to its end'
        : `Not shown: ${unseen.objective} (${unseen.reason})`
    return { sentence, tone: 'unclear' }
  }
  return { sentence: 'No rule was broken', tone: 'none' }
}

function subject(result: RunResult): Markup {
  const { mutants } = result
  const switches = switchTexts(result.switches)
  return html`<section aria-labelledby="tested"><h2 id="tested">${hasRun(result) ? 'Tested' : 'Asked for'}</h2>
<dl class="facts">
<dt>System</dt><dd>${systemOf(result)}${result.model && html` <span class="badge">model</span>`}</dd>
<dt>World</dt><dd>${worldOf(result)}${timeNote(result.world)}</dd>
<dt>Seed</dt><dd>${result.seed}</dd>
${mutants.length > 0 && html`<dt>Planted</dt><dd>${mutants.join(', ')}</dd>`}
${switches.length > 0 && html`<dt>Switches</dt><dd>${switches.join(', ')}</dd>`}
<dt>Scenarios</dt><dd>${result.scenarios.length}</dd>
${result.expected !== undefined && html`<dt>Expected results</dt><dd>${runExpectationText(result)}</dd>`}
</dl></section>`
}

/** Only the sim world has two kinds of time. */
function timeNote(world: string): Markup | false {
  return (
    world === 'sim' &&
    html`<span class="aside">Every moment and length of time here is virtual. Only the column “${tookTitle(world)}” is not.</span>`
  )
}

function notTested(result: RunResult): Markup {
  const all = notTestedOf(result)
  const shown = notTestedInShort(result).slice(0, notTestedShown)
  return html`<section aria-labelledby="untested"><h2 id="untested">Not tested</h2>
${all.length === 0 ? html`<p>Everything that was asked for was tested.</p>` : html`<ul class="plain">${shown.map(({ what, reason }) => html`<li>${what} <span class="dim">(${reason})</span></li>\n`)}</ul>`}
${all.length > shown.length && html`<p class="small"><a href="#not-tested">all ${all.length}, one by one</a></p>`}</section>`
}

function hasRun({ scenarios }: RunResult): boolean {
  return scenarios.some(({ verdict }) => verdict !== 'skipped')
}

function modelNotice(result: RunResult): Markup | false {
  const { model, target, mutants } = result
  if (!model) return false
  const what = target === 'reference' ? 'the reference stack that comes with Interregnum' : target
  const tested = hasRun(result) ? 'This run tested' : 'Nothing ran. It would have tested'
  const planted =
    mutants.length > 0 &&
    html` A defect was planted in it on purpose: that a rule breaks is what it is for.`
  return html`<p class="notice">${tested} ${what}: a model. It shows what the documented behaviour leads to and confirms nothing about a real system.${planted} <code>npx interregnum scenarios</code> lists what can be run; <code>scenarios/README.md</code> in the package tells how to write a scenario of your own.</p>`
}
