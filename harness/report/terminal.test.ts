import { expect, test } from 'vitest'
import type { Plan } from '../plan/plan.ts'
import { resolvePlan } from '../plan/resolve.ts'
import type { ScenarioResult } from '../verdict/verdict.ts'
import { clearLine, terminalReporter } from './terminal.ts'

/** Goal: what a terminal says of the time left is true. Method: a stream and a clock of our own. */

const names = ['a', 'b', 'c', 'd', 'e']

const plan: Plan = resolvePlan(
  { scenarios: names },
  { tool: 't', targets: ['reference'], scenarios: names, mutants: [] },
)

function watch(isTTY: boolean, columns = 200) {
  let micros = 0
  let text = ''
  const reporter = terminalReporter({
    stream: { isTTY, columns, write: (more) => (text += more) },
    color: false,
    clock: { monotonic: () => micros },
  })
  const said = (): string => {
    const all = text
    text = ''
    return all
  }
  return {
    reporter,
    said,
    pass: (seconds: number) => {
      micros += seconds * 1_000_000
    },
  }
}

const ended = (id: string, verdict: ScenarioResult['verdict'] = 'pass'): ScenarioResult => ({
  id,
  claim: 'c',
  verdict,
  reason: 'FS-36 held',
  requirements: [],
  measurements: [],
  findings: [],
  evidence: {},
  history: { lines: 1, torn: false },
  repeat: '',
  durationMillis: 1,
  expected: { verdict: 'pass' },
})

/** Runs scenarios of these lengths in seconds; what the terminal said in the middle of each. */
function runOf(terminal: ReturnType<typeof watch>, lengths: readonly number[]): readonly string[] {
  const { reporter, pass, said } = terminal
  reporter.planned(plan, 'out')
  return lengths.map((length, index) => {
    const id = names[index] ?? ''
    reporter.scenarioStarted(id, 'c', index, names.length)
    pass(length / 2)
    said()
    reporter.progress(id, { text: 'step', operations: 7 })
    const middle = said()
    pass(length / 2)
    reporter.scenarioEnded(ended(id))
    return middle
  })
}

test('nothing is said of the time left while it is unknown, then a range', () => {
  const middles = runOf(watch(true), [10, 20, 30, 20, 24])
  const line = (text: string) => `${clearLine}      ${text}7 operations, step`
  expect(middles).toEqual([
    line(''),
    line(''),
    line(''),
    line('10–50 s left, '),
    line('up to 20 s left, '),
  ])
})

test('a scenario that takes longer than those before it has no time left to tell', () => {
  const terminal = watch(true)
  const middles = runOf(terminal, [10, 10, 10, 50, 10])
  expect(middles[3]).not.toContain('left')
})

test('what was skipped says nothing of what will take some time', () => {
  const { reporter, said } = watch(true)
  reporter.planned(plan, 'out')
  for (const [index, id] of names.slice(0, 4).entries()) {
    reporter.scenarioStarted(id, 'c', index, 5)
    reporter.scenarioEnded(ended(id, 'skipped'))
  }
  reporter.scenarioStarted('e', 'c', 4, 5)
  said()
  reporter.progress('e', { text: 'step', operations: 1 })
  expect(said()).not.toContain('left')
})

test('what is no terminal hears neither steps nor the time left', () => {
  expect(runOf(watch(false), [10, 10, 10, 10, 10])).toEqual(['', '', '', '', ''])
})

test('a line is never longer than the terminal is wide', () => {
  for (const line of runOf(watch(true, 20), [10, 10, 10, 10, 10])) {
    expect(line.slice(clearLine.length).length).toBeLessThan(20)
  }
})
