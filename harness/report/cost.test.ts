import { expect, test } from 'vitest'
import { costOf } from './cost.ts'

const figure = (name: string, low: number, high: number, samples = 9) => ({
  name,
  value: { low, high },
  samples,
})

test('a pass says what the failover cost, rounded outwards', () => {
  const measurements = [
    figure('data-loss.missingOperations', 58, 65),
    figure('data-loss.lostOperations', 0, 0),
    figure('data-loss.observedLossSeconds', 0.7741, 1.8102),
    figure('availability.recoveryMillis', 0, 202.3),
    figure('convergence.convergenceMillis', 3.5, 20),
  ]
  expect(costOf({ measurements })).toBe(
    '58–65 acknowledged writes missing at the cutover (0 for good), observed loss 0.77–1.82 s, users waited 0–203 ms, agreed after 3–20 ms',
  )
})

test('what was not seen, or never ended, is no cost', () => {
  const measurements = [
    figure('lag.lagMillisMax', 0, 12, 0),
    figure('availability.recoveryMillis', 10_000, Number.POSITIVE_INFINITY),
  ]
  expect(costOf({ measurements })).toBe('')
})
