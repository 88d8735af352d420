import type { Interval, Measurement } from '../checkers/checker.ts'
import { dataClasses } from '../history/operation.ts'
import type { JudgementResult, ScenarioResult } from '../verdict/verdict.ts'
import { guessesSvg } from './charts.ts'
import type { Chronicle } from './chronicle.ts'
import { countText, intervalText, momentText, type Unit, unitOf } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { measureText, type Theme, themes } from './measure-words.ts'
import { columns, dataTable, legend, moreText, scroll } from './parts.ts'
import { thresholdText } from './threshold-text.ts'

/** What a scenario measured, theme by theme; nothing of what it did not see. */
export function themeSections(scenario: ScenarioResult, chronicle?: Chronicle): readonly Markup[] {
  const seen = scenario.measurements.filter(({ samples }) => samples > 0)
  const known = new Set(themes.flatMap(({ checkers }) => checkers))
  const others = [...new Set(seen.map(checkerOf))].filter((checker) => !known.has(checker))
  const own = others.map((checker): Theme => ({ title: checker, about: '', checkers: [checker] }))
  return [...themes, ...own].flatMap((theme) => {
    const measured = seen.filter((one) => theme.checkers.includes(checkerOf(one)))
    if (measured.length === 0) return []
    return [
      html`<h3>${theme.title}</h3>
${theme.about !== '' && html`<p class="dim">${theme.about}</p>`}
${theme.checkers.includes('lockout') && guesses(scenario, chronicle)}
${theme.checkers.includes('data-loss') && missingWrites(measured)}
${theme.checkers.includes('deauthorisation') && keptAccess(scenario)}
${rangeTable(theme, measured, scenario)}`,
    ]
  })
}

function checkerOf({ name }: Measurement): string {
  return name.slice(0, name.indexOf('.'))
}

/** Shown by class, and as a bar of where missing writes went. */
const byClass = /^data-loss\.(?:missingOperations|observedLossSeconds)\./
const fates = /^data-loss\.(?:missing|stranded|lost|unresolved)Operations$/

/** Each figure with its interval as a bar and its threshold; what is zero stands in a sentence. */
function rangeTable(
  theme: Theme,
  measured: readonly Measurement[],
  scenario: ScenarioResult,
): Markup {
  const rest = measured.filter(({ name }) => !byClass.test(name) && !fates.test(name))
  const zero = rest.filter(
    ({ value, inconclusive }) => value.low === 0 && value.high === 0 && inconclusive === undefined,
  )
  const shown = rest.filter((one) => !zero.includes(one))
  const judged = new Map(
    scenario.requirements.flatMap(({ judgements }) =>
      judgements.map((one): [string, JudgementResult] => [one.measurement, one]),
    ),
  )
  const longest = (unit: Unit): number =>
    Math.max(
      ...shown
        .filter(({ name }) => unitOf(name) === unit)
        .flatMap(({ name, value }) => [value.low, value.high, judged.get(name)?.atMost ?? 0])
        .filter(Number.isFinite),
    )
  const rows = shown.map(({ name, value, samples, inconclusive }) => {
    const unit = unitOf(name)
    const judgement = judged.get(name)
    const bar = unit === 'flag' ? undefined : rangeSvg(value, longest(unit), judgement)
    return [
      html`<span title="${name}">${measureText(name)}</span>`,
      html`<div class="measured">${bar}<span class="whole">${intervalText(value, unit)}</span></div>`,
      judgement && html`<span class="whole">${thresholdText(judgement)}</span>`,
      countText(samples),
      inconclusive,
    ]
  })
  const heads = columns(
    'measured',
    'interval that holds the truth',
    'threshold',
    '#samples',
    'note',
  )
  const nothing = zero.map(({ name, samples }) => `${measureText(name)} (${countText(samples)})`)
  return html`${dataTable(theme.title, heads, rows)}
${nothing.length > 0 && html`<p class="small">Looked for and not found: ${nothing.join(', ')}.</p>`}`
}

const barWidth = 200

/** A bar: solid up to what is certain, pale up to what is possible, an arrow where it is open. */
function rangeSvg(
  { low, high }: Interval,
  longest: number,
  judgement: JudgementResult | undefined,
): Markup {
  const scale = (barWidth - 14) / (longest > 0 ? longest : 1)
  const certain = Math.max(low > 0 ? 1.5 : 0, Math.round(low * scale * 10) / 10)
  const open = !Number.isFinite(high)
  const possible = open ? barWidth - 8 : Math.round(high * scale * 10) / 10
  const limit = judgement?.atMost ?? judgement?.atLeast
  const at = limit === undefined ? undefined : Math.round(limit * scale * 10) / 10
  const tone = judgement?.verdict ?? 'skipped'
  const wide = Math.max(certain, possible)
  return html`<svg class="range ${tone}" viewBox="0 0 ${barWidth} 14" aria-hidden="true">
<rect class="track" x="0" y="5" width="${barWidth}" height="4"/>
<rect class="possible" x="0" y="2" width="${wide}" height="10"/>
<rect class="certain" x="0" y="2" width="${certain}" height="10"/>
${open && html`<path class="possible" d="M${barWidth - 8} 0l8 7l-8 7z"/>`}
${at !== undefined && html`<rect class="limit" x="${Math.max(0, at - 1)}" y="0" width="2" height="14"/>`}</svg>`
}

function guesses(scenario: ScenarioResult, chronicle: Chronicle | undefined): Markup | undefined {
  if (chronicle === undefined) return undefined
  const picture = guessesSvg(chronicle.timeline, chronicle.guesses, `${scenario.id}-guesses`)
  if (picture === undefined) return undefined
  const kinds = ['evaluated', 'locked', 'accepted', 'unknown']
  return html`<figure>${scroll('Guesses over time', picture)}
${legend(kinds.map((kind) => ({ tone: `guess ${kind}`, text: kind, shape: 'circle' })))}</figure>`
}

/** So many users are named. */
const usersShown = 30

/** Who went on, where, and until when. */
function keptAccess({ findings }: ScenarioResult): Markup | undefined {
  const uses = new Map<
    string,
    { user: string; region: string; first: number; last: number; count: number }
  >()
  for (const { kind, user, region, at } of findings) {
    if (kind !== 'still-accepted') continue
    const key = `${user} ${region}`
    const known = uses.get(key)
    uses.set(key, {
      user,
      region,
      first: Math.min(known?.first ?? at, at),
      last: Math.max(known?.last ?? at, at),
      count: (known?.count ?? 0) + 1,
    })
  }
  const rows = [...uses.values()]
    .slice(0, usersShown)
    .map(({ user, region, first, last, count }) => [
      user,
      region,
      countText(count),
      momentText(first),
      momentText(last),
    ])
  const heads = columns('user', 'let in by', '#uses', '#first', '#last')
  const table = dataTable('Users who kept access', heads, rows)
  return table === undefined ? undefined : html`${table}${moreText(uses.size - rows.length)}`
}

/** Missing writes by class of data, and what became of them. */
function missingWrites(measured: readonly Measurement[]): Markup {
  const known = new Map(measured.map((one) => [one.name, one]))
  const rows = dataClasses.flatMap((dataClass) => {
    const missing = known.get(`data-loss.missingOperations.${dataClass}`)
    const loss = known.get(`data-loss.observedLossSeconds.${dataClass}`)
    if (missing === undefined) return []
    return [
      [
        dataClass,
        countText(missing.samples),
        intervalText(missing.value, 'count'),
        loss === undefined ? '' : intervalText(loss.value, 'seconds'),
      ],
    ]
  })
  const heads = columns('class', '#acknowledged', '#missing at the cutover', '#observed loss')
  const all = known.get('data-loss.missingOperations')
  if (all?.value.high === 0) {
    return html`<p>None of ${countText(all.samples)} acknowledged writes was missing.</p>`
  }
  return html`${fateBar(known)}
${dataTable('Missing writes by class', heads, rows)}`
}

/** One bar over all acknowledged writes: on the replica at once, late, gone, not known. */
function fateBar(known: ReadonlyMap<string, Measurement>): Markup | undefined {
  const all = known.get('data-loss.missingOperations')
  if (all === undefined || all.value.high === 0) return undefined
  const parts = [
    ['stranded', 'stranded: back once the primary was'],
    ['lost', 'lost: gone for good'],
    ['unresolved', 'unresolved: the run ended before it was known'],
  ] as const
  const present = Math.max(0, all.samples - all.value.high)
  const pieces = [
    {
      kind: 'present',
      text: 'on the replica at the cutover',
      count: present,
      said: countText(present),
    },
    ...parts.flatMap(([kind, text]) => {
      const one = known.get(`data-loss.${kind}Operations`)
      if (one === undefined || one.value.high === 0) return []
      const { low, high } = one.value
      const count = Number.isFinite(high) ? high : low
      return [{ kind, text, count, said: intervalText(one.value, 'count') }]
    }),
  ]
  const total = pieces.reduce((sum, { count }) => sum + count, 0)
  let x = 0
  const bars = pieces.map(({ kind, count }) => {
    const wide = Math.round((count / total) * 9_600) / 10
    const bar = html`<rect class="fate ${kind}" x="${Math.round(x * 10) / 10}" y="0" width="${Math.max(2, wide - 1)}" height="22"/>`
    x += wide
    return bar
  })
  return html`<figure><svg class="fates" viewBox="0 0 960 22" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
${legend(pieces.map(({ kind, text, said }) => ({ tone: `fate ${kind}`, text: `${said} ${text}` })))}</figure>`
}
