import type { RunResult } from '../verdict/verdict.ts'
import { knownName, runExpectationText, unexpectedText } from './expected-words.ts'
import { html, type Insertable, type Markup } from './markup.ts'
import { columns, dataTable } from './parts.ts'

/** What was known before the run and what became of it, entry by entry; what is new comes first. */
export function expectationTable(result: RunResult): Markup | false {
  const text = runExpectationText(result)
  if (text === undefined) return false
  const link = (id: string, skipped: boolean): Insertable =>
    skipped ? id : html`<a href="#${id}">${id}</a>`
  const rows = result.scenarios.flatMap(({ id, verdict, expected }) => {
    const { known = [], unexpected = [] } = expected
    const scenario = link(id, verdict === 'skipped')
    return [
      ...unexpected
        .filter(({ expiredOn }) => expiredOn === undefined)
        .map((one): readonly Insertable[] => ['new', scenario, unexpectedText(one), '', '']),
      ...known.map((one): readonly Insertable[] => [
        one.state === 'not-seen' ? 'not seen' : one.state,
        scenario,
        knownName(one),
        one.until,
        one.reason,
      ]),
    ]
  })
  const heads = columns('state', 'scenario', 'what', 'until', 'reason')
  return html`<section aria-labelledby="expected-results"><h2 id="expected-results">Expected results</h2>
<p>${text}</p>
${dataTable('Expected results', heads, rows)}</section>`
}
