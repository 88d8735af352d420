import { expect, test } from 'vitest'
import { HistoryBuilder, headerOf, primary, replica } from '../checkers/testing/history-builder.ts'
import { chronicleOf } from './chronicle.ts'
import { reportHtml } from './report-html.ts'
import { resultOf, scenarioOf } from './testing/sample-result.ts'

/**
 * Goal: a history of 100,000 operations stays one page that a browser opens at once. Method: a
 * history in which every kind of thing that is drawn happens very often.
 */
const operations = 100_000
const pageBytesMax = 3_000_000

test('100,000 operations and 2,000 findings make a page of bounded size that loses none', () => {
  const history = new HistoryBuilder()
  history.route(primary, null)
  const outcomes = ['ok', 'ok', 'ok', 'fail', 'info'] as const
  for (let index = 0; index < operations / 2; index += 1) {
    const user = `u${index % 500}`
    const write = history.write(user)
    const register = `${user}/attribute:nickname`
    if (index % 3 === 0) history.read(user, replica, 'lag-probe', { [register]: write })
    else history.perform(user, { purpose: 'guess' }, { type: outcomes[index % 5] ?? 'ok' })
    if (index % 5_000 === 0) history.strike(`f${index}`).route(replica, primary).heal(`f${index}`)
  }
  const findings = Array.from({ length: 2_000 }, (_, index) => ({
    checker: 'data-loss',
    kind: 'lost',
    measurement: 'data-loss.lostOperations',
    user: `u${index % 500}`,
    region: primary,
    at: index,
    operation: `op${index * 10 + 1}`,
    message: `a write of u${index % 500} is gone`,
  }))
  const chronicle = chronicleOf(headerOf('big'), history.lines, findings)
  expect(chronicle.timeline.operations).toBe(operations)
  const drawn = chronicle.timeline.lanes.flatMap(({ bins }) =>
    bins.map(({ ok, fail, info, reads }) => ok + fail + info + reads),
  )
  expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(operations)
  expect(chronicle.stories.size).toBeGreaterThan(0)
  const scenario = scenarioOf({ id: 'big', verdict: 'fail', findings })
  const page = reportHtml(resultOf(scenario), {
    of: new Map([['big', chronicle]]),
    trouble: new Map(),
  })
  expect(page.length).toBeLessThan(pageBytesMax)
})
