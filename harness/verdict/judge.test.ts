import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Measurement } from '../checkers/checker.ts'
import type { Judgement } from '../profiles/profile.ts'
import { applyJudgement, describeJudgement, type JudgeInput, judgeRequirement } from './judge.ts'

const declared = { lagMillisMax: 20, settleMillisMax: 1_000, clockSkewMillisMax: 5 }

function inputOf(...measurements: readonly Measurement[]): JudgeInput {
  return {
    measurements: new Map(measurements.map((measurement) => [measurement.name, measurement])),
    declared,
    broken: new Map(),
  }
}

const atMostTwo: Judgement = { measurement: 'x.y', atMost: 2, reason: 'two is the limit' }

test.for([
  { low: 0, high: 2, verdict: 'pass' },
  { low: 2, high: 3, verdict: 'inconclusive' },
  { low: 0, high: Number.POSITIVE_INFINITY, verdict: 'inconclusive' },
  { low: 3, high: 3, verdict: 'fail' },
] as const)('[$low, $high] against at most 2 is $verdict', ({ low, high, verdict }) => {
  const input = inputOf({ name: 'x.y', value: { low, high }, samples: 1 })
  expect(applyJudgement(atMostTwo, input).verdict).toBe(verdict)
})

test('an interval never passes where some value in it would fail, nor the reverse', () => {
  const bound = fc.integer({ min: -5, max: 5 })
  fc.assert(
    fc.property(bound, bound, bound, bound, (a, b, limit, offset) => {
      const [low, high] = a < b ? [a, b] : [b, a]
      const point = Math.min(high, Math.max(low, low + Math.abs(offset)))
      const judgeAt = (judgement: Judgement, value: { low: number; high: number }) =>
        applyJudgement(judgement, inputOf({ name: 'x.y', value, samples: 1 })).verdict
      for (const judgement of [
        { measurement: 'x.y', atMost: limit, reason: '' },
        { measurement: 'x.y', atLeast: limit, reason: '' },
      ]) {
        const whole = judgeAt(judgement, { low, high })
        const single = judgeAt(judgement, { low: point, high: point })
        expect(single).not.toBe('inconclusive')
        if (whole !== 'inconclusive') expect(single).toBe(whole)
      }
    }),
  )
})

test('nothing seen, a starved machine and a broken checker are inconclusive, never a pass', () => {
  const unseen = inputOf({ name: 'x.y', value: { low: 0, high: 0 }, samples: 0 })
  expect(applyJudgement(atMostTwo, inputOf()).verdict).toBe('inconclusive')
  expect(applyJudgement(atMostTwo, unseen).verdict).toBe('inconclusive')
  const starved = { name: 'x.y', value: { low: 0, high: 0 }, samples: 9, inconclusive: 'starved' }
  expect(applyJudgement(atMostTwo, inputOf(starved))).toMatchObject({
    verdict: 'inconclusive',
    reason: 'starved',
  })
  const broken = { ...inputOf(), broken: new Map([['x', 'checker "x" broke: no']]) }
  expect(applyJudgement(atMostTwo, broken).reason).toBe('checker "x" broke: no')
})

test('an optional figure that nothing showed is skipped, one that proves nothing is not', () => {
  const optional = { ...atMostTwo, optional: true }
  expect(applyJudgement(optional, inputOf()).verdict).toBe('skipped')
  const starved = { name: 'x.y', value: { low: 0, high: 0 }, samples: 9, inconclusive: 'starved' }
  expect(applyJudgement(optional, inputOf(starved)).verdict).toBe('inconclusive')
})

test('the declared behaviour widens a threshold in its own unit', () => {
  const judgement: Judgement = {
    measurement: 'lag.lagMillisMax',
    atMost: 0,
    plusDeclared: 'lagMillisMax',
    reason: 'declared',
  }
  const at = (high: number) =>
    applyJudgement(
      judgement,
      inputOf({ name: 'lag.lagMillisMax', value: { low: high, high }, samples: 3 }),
    )
  expect(at(20)).toMatchObject({ verdict: 'pass', atMost: 20 })
  expect(at(20.5)).toMatchObject({ verdict: 'fail', atMost: 20 })
})

test('what is declared in milliseconds bounds a measurement in seconds, in seconds', () => {
  const judgement: Judgement = {
    measurement: 'deauthorisation.disable.otherRegionSeconds',
    atMost: 0.5,
    plusDeclared: 'lagMillisMax',
    reason: 'declared',
  }
  const value = { low: 0, high: 0.52 }
  const measurement = { name: judgement.measurement, value, samples: 1 }
  expect(applyJudgement(judgement, inputOf(measurement))).toMatchObject({
    verdict: 'pass',
    atMost: 0.52,
  })
})

test('a rule without judgements is skipped, a rule of which nothing was seen is inconclusive', () => {
  const rule = { id: 'FS-1', name: 'n', area: 'a', level: 'MUST', act: '', observe: '' } as const
  expect(judgeRequirement({ ...rule, checkers: [], judgements: [] }, inputOf())).toMatchObject({
    verdict: 'skipped',
    reason: 'not judged by this version',
  })
  const optional = [{ ...atMostTwo, optional: true }]
  expect(
    judgeRequirement({ ...rule, checkers: ['x'], judgements: optional }, inputOf()),
  ).toMatchObject({ verdict: 'inconclusive', reason: 'x.y: nothing was seen that could show it' })
})

test('a broken threshold is described with its interval, its limit and the reason for it', () => {
  const value = { low: 3, high: Number.POSITIVE_INFINITY }
  const judged = applyJudgement(atMostTwo, inputOf({ name: 'x.y', value, samples: 1 }))
  expect(describeJudgement(judged)).toBe('x.y is [3, ∞], at most 2 (two is the limit)')
})
