import { expect, test } from 'vitest'
import { checkers } from '../checkers/index.ts'
import { profiles } from '../profiles/index.ts'
import { objectiveNames } from '../profiles/objective-names.ts'
import { checkerOf, measurementNames } from './measurement-names.ts'
import { resolveObjective } from './resolve-objective.ts'

const names = measurementNames(checkers, profiles)
const made = {
  short: [
    ...names.short,
    {
      name: 'recovery.<population>',
      measurement: 'recovery.<population>.millis',
      at: { p99: 'recovery.<population>.millisP99' },
      about: '',
    },
    { name: 'share', measurement: 'availability.successRatio', about: '' },
  ],
  measurements: [...names.measurements, 'recovery.<population>.millis'],
}

test.for([
  ['observedLoss <= 500ms', 'data-loss.observedLossSeconds', 0.5],
  ['availability.recoveryMillis <= 2min', 'availability.recoveryMillis', 120_000],
  ['lag <= 1s at p50', 'lag.lagMillisMedian', 1_000],
  ['data-loss.lostOperations <= 3', 'data-loss.lostOperations', 3],
  ['recovery.hosted <= 30s', 'recovery.hosted.millis', 30_000],
  ['recovery.hosted <= 30s at p99', 'recovery.hosted.millisP99', 30_000],
  ['recovery.sdk.millis <= 1h', 'recovery.sdk.millis', 3_600_000],
  ['share >= 99%', 'availability.successRatio', 0.99],
  ['share >= 0.99', 'availability.successRatio', 0.99],
] as const)('%s bounds the measurement in its own unit', ([text, measurement, limit]) => {
  expect(resolveObjective(text, made)).toMatchObject({ measurement, limit, text })
})

test.for([
  [
    'observedLoss <= 1',
    'unit: observedLoss is a duration: give a unit such as 1s',
    'did you mean "1s"?',
  ],
  ['observedLoss <= 5%', 'unit: observedLoss is a duration, not a share'],
  ['lostWrites <= 5s', 'unit: lostWrites is no duration: give 5 without "s"'],
  ['lostWrites <= 5%', 'unit: lostWrites is a number, not a share'],
  ['share >= 99', 'value: share is a share from 0 to 1', 'did you mean "99%"?'],
  ['observdLoss <= 1s', 'name: nothing measures "observdLoss"', 'did you mean "observedLoss"?'],
  ['data-loss.lostOperation <= 1', 'name: nothing', 'did you mean "data-loss.lostOperations"?'],
  ['colour <= 1', 'name: nothing measures "colour"', 'short names: observedLoss,'],
  ['recovery.a.b <= 1s', 'name: nothing measures "recovery.a.b"'],
  ['lag <= 1s at p99', 'percentile: lag is not taken at p99', 'percentiles are taken: lag at p50'],
  ['lag.lagMillisMax <= 1s at p50', 'percentile: lag.lagMillisMax is not taken at p50'],
])('%s is refused, with what would do', ([text, message = '', hint = '']) => {
  let error: unknown
  try {
    resolveObjective(text ?? '', made, 'bank.txt:3')
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({
    exitCode: 64,
    message: expect.stringContaining(`bank.txt:3: "${text}": ${message}`),
    ...(hint === '' ? {} : { hint: expect.stringContaining(hint) }),
  })
})

test('each short name is one name for one measurement, and only of checkers that are there', () => {
  const all = objectiveNames.map((one) => one.name)
  expect(new Set(all).size).toBe(all.length)
  const known = new Set(checkers.map((checker) => checker.name))
  for (const { measurement } of names.short) expect(known).toContain(checkerOf(measurement))
  expect(measurementNames([], profiles)).toEqual({ short: [], measurements: [] })
})
