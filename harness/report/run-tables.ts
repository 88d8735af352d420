import { combine } from '../verdict/lattice.ts'
import type {
  ObjectiveResult,
  RequirementResult,
  RunResult,
  ScenarioResult,
} from '../verdict/verdict.ts'
import { intervalText, unitOf } from './figures.ts'
import { html, type Insertable, type Markup } from './markup.ts'
import { columns, dataTable, verdictWord } from './parts.ts'
import { conformanceText } from './words.ts'

/** Every rule that the run judged, once: safe, as documented, and what each scenario said of it. */
export function rulesTable(result: RunResult): Markup | false {
  const judged = new Map<string, { rule: RequirementResult; scenario: ScenarioResult }[]>()
  for (const scenario of result.scenarios) {
    for (const rule of scenario.requirements) {
      const known = judged.get(rule.id)
      if (known === undefined) judged.set(rule.id, [{ rule, scenario }])
      else known.push({ rule, scenario })
    }
  }
  if (judged.size === 0) return false
  const rows = [...judged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, said]) => [
      `${id} ${said[0]?.rule.name ?? ''}`,
      verdictWord(combine(said.map(({ rule }) => rule.verdict))),
      [...new Set(said.flatMap(documented))].join(', '),
      said.map(
        ({ rule, scenario }) =>
          html`<span class="chip">${linked(result, scenario.id)} ${verdictWord(rule.verdict)}</span> `,
      ),
    ])
  const heads = columns('rule', 'Safe?', 'Compatible?', 'judged by')
  return html`<section aria-labelledby="rules"><h2 id="rules">All rules of this run</h2>
${dataTable('Rules of the run', heads, rows)}</section>`
}

/** How what a rule measures stands to what is documented. */
function documented(said: {
  readonly rule: RequirementResult
  readonly scenario: ScenarioResult
}): readonly string[] {
  const measured = new Set(said.rule.judgements.map(({ measurement }) => measurement))
  const { conformance = [] } = said.scenario
  return conformance.filter(({ measurement }) => measured.has(measurement)).map(conformanceText)
}

/** What the user claimed, and whether the run shows it. */
export function objectivesTable(result: RunResult): Markup | false {
  const { objectives = [] } = result
  if (objectives.length === 0) return false
  const rows = objectives.map((one) => [
    ...objectiveCells(one),
    one.scenario === undefined ? '' : linked(result, one.scenario),
  ])
  const heads = columns('objective', 'verdict', '#measured', 'why', 'decided by')
  return html`<section aria-labelledby="objectives"><h2 id="objectives">Objectives</h2>
${dataTable('Objectives', heads, rows)}</section>`
}

/** What was claimed, what came of it, what was measured, and why. */
export function objectiveCells({
  objective,
  verdict,
  measurement,
  value,
  reason,
}: ObjectiveResult): readonly Insertable[] {
  const measured = value === null ? '–' : intervalText(value, unitOf(measurement))
  return [html`<code>${objective}</code>`, verdictWord(verdict), measured, reason]
}

/** The name of a scenario, as a link where it has a section of its own. */
function linked(result: RunResult, id: string): Markup | string {
  const skipped = result.scenarios.some((one) => one.id === id && one.verdict === 'skipped')
  return skipped ? id : html`<a href="#${id}">${id}</a>`
}
