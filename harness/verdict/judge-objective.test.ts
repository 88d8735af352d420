import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Measurement } from '../checkers/checker.ts'
import { comparators } from '../history/objective.ts'
import { compare, judgeObjective, judgeRunObjectives } from './judge-objective.ts'
import { judgeRun } from './judge-run.ts'
import type { ResolvedObjective } from './resolve-objective.ts'

const atMostOne: ResolvedObjective = {
  text: 'loss <= 1s',
  measurement: 'x.lossSeconds',
  comparator: '<=',
  limit: 1,
}

const holds = {
  '<=': (a: number, b: number) => a <= b,
  '<': (a: number, b: number) => a < b,
  '>=': (a: number, b: number) => a >= b,
  '>': (a: number, b: number) => a > b,
  '=': (a: number, b: number) => a === b,
}

test('pass means every value of the interval meets it, fail that none does', () => {
  const small = fc.integer({ min: 0, max: 6 })
  fc.assert(
    fc.property(small, small, small, fc.constantFrom(...comparators), (a, b, limit, comparator) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const values = Array.from({ length: (high - low) * 2 + 1 }, (_, step) => low + step / 2)
      const met = values.filter((value) => holds[comparator](value, limit)).length
      const verdict = compare({ low, high }, { comparator, limit })
      if (met === values.length) expect(verdict).toBe('pass')
      else expect(verdict).toBe(met === 0 ? 'fail' : 'inconclusive')
    }),
  )
})

const seen = (...measurements: readonly Measurement[]) => ({
  measurements: new Map(measurements.map((one) => [one.name, one])),
  broken: new Map<string, string>(),
})
const of = (low: number, high: number, samples = 4): Measurement => ({
  name: 'x.lossSeconds',
  value: { low, high },
  samples,
})

test('a scenario that measures something else, or saw nothing, says nothing', () => {
  expect(judgeObjective(atMostOne, new Set(['y']), seen(of(9, 9)))).toMatchObject({
    verdict: 'skipped',
    reason: 'no rule of this scenario measures it',
  })
  expect(judgeObjective(atMostOne, new Set(['x']), seen(of(0, 0, 0))).verdict).toBe('skipped')
  expect(judgeObjective(atMostOne, new Set(['x']), seen()).verdict).toBe('skipped')
})

test('what was seen is judged; a starved figure and a broken checker show nothing', () => {
  const judge = (measured: Measurement) =>
    judgeObjective(atMostOne, new Set(['x']), seen(measured)).verdict
  expect([judge(of(0, 1)), judge(of(0, 2)), judge(of(1.5, 2))]).toEqual([
    'pass',
    'inconclusive',
    'fail',
  ])
  expect(judge({ ...of(0, 0), inconclusive: 'starved' })).toBe('inconclusive')
  const broken = { measurements: new Map(), broken: new Map([['x', 'it broke']]) }
  expect(judgeObjective(atMostOne, new Set(['x']), broken)).toMatchObject({
    verdict: 'inconclusive',
    reason: 'it broke',
  })
})

test('of a whole run the worst scenario decides, and none at all is inconclusive', () => {
  const scenario = (id: string, measured: Measurement, checker = 'x') => ({
    id,
    objectives: [judgeObjective(atMostOne, new Set([checker]), seen(measured))],
  })
  const verdictOf = (...scenarios: readonly ReturnType<typeof scenario>[]) =>
    judgeRunObjectives([atMostOne], scenarios)[0]
  expect(verdictOf(scenario('a', of(0, 1)), scenario('b', of(2, 3)))).toMatchObject({
    verdict: 'fail',
    scenario: 'b',
    value: { low: 2, high: 3 },
  })
  expect(verdictOf(scenario('a', of(0, 1)), scenario('b', of(9, 9), 'y'))).toMatchObject({
    verdict: 'pass',
    scenario: 'a',
  })
  expect(verdictOf(scenario('a', of(0, 0, 0)))).toEqual({
    objective: 'loss <= 1s',
    measurement: 'x.lossSeconds',
    value: null,
    verdict: 'inconclusive',
    reason: 'no scenario of this run measured it',
  })
})

test('what a scenario claims beyond its rules counts for the run, whatever the plan says', () => {
  const own = (measured: Measurement) => ({
    id: 'a',
    verdict: 'fail' as const,
    safe: 'pass' as const,
    objectives: [judgeObjective(atMostOne, new Set(['x']), seen(measured))],
  })
  expect(judgeRun([own(of(0, 1))])).toMatchObject({ verdict: 'pass', safe: 'pass' })
  expect(judgeRun([own(of(2, 3))])).toMatchObject({ verdict: 'fail', safe: 'fail' })
  expect(judgeRun([own(of(2, 3))], { objectives: [atMostOne] })).toMatchObject({
    verdict: 'fail',
    safe: 'pass',
    claim: 'fail',
  })
})
