import { expect, test } from 'vitest'
import { countText, figureText, intervalText, momentText, spanText, unitOf } from './figures.ts'

test('the name of a measurement tells its unit', () => {
  const names = [
    'deauthorisation.disable.otherRegionSeconds',
    'data-loss.observedLossSeconds.sign-ups',
    'recovery.sdk.millisP99',
    'reauthentication.share.minted',
    'lockout.guessFactor',
    'retries.requestsPerSuccess',
    'deauthorisation.stopAccountPossible',
    'totp.bypasses',
    'data-loss.lostOperations',
    'availability.successRatio',
  ]
  expect(names.map(unitOf)).toEqual([
    'seconds',
    'seconds',
    'millis',
    'share',
    'factor',
    'factor',
    'flag',
    'count',
    'count',
    'share',
  ])
})

test('figures carry three digits, whole counts all of theirs', () => {
  expect(figureText(0.0123456, 'seconds')).toBe('12.3 ms')
  expect(figureText(1.23456, 'seconds')).toBe('1.23 s')
  expect(figureText(11_250.857, 'millis')).toBe('11.3 s')
  expect(figureText(1_800, 'seconds')).toBe('30 min')
  expect(figureText(0.5, 'share')).toBe('50 %')
  expect(figureText(2, 'factor')).toBe('2×')
  expect(figureText(1_234_567, 'count')).toBe('1,234,567')
  expect(figureText(0, 'seconds')).toBe('0 s')
  expect(figureText(Number.POSITIVE_INFINITY, 'millis')).toBe('∞')
  expect(countText(999)).toBe('999')
  expect(momentText(1_500_000)).toBe('1.500 s')
  expect(spanText(340)).toBe('0.34 ms')
})

test('an interval is rounded outwards, in one unit, and says where it is open', () => {
  expect(intervalText({ low: 0.9415, high: 1.6981 }, 'seconds')).toBe('0.941–1.7 s')
  expect(intervalText({ low: 0, high: 100.582 }, 'millis')).toBe('0–101 ms')
  expect(intervalText({ low: 11_250.857, high: Number.POSITIVE_INFINITY }, 'millis')).toBe(
    'at least 11.2 s',
  )
  expect(intervalText({ low: 0, high: Number.POSITIVE_INFINITY }, 'millis')).toBe('open')
  expect(intervalText({ low: 3, high: 3 }, 'count')).toBe('3')
  expect(intervalText({ low: 1.9, high: 2.1 }, 'factor')).toBe('1.9–2.1×')
  expect(intervalText({ low: 1, high: 1 }, 'flag')).toBe('yes')
  expect(intervalText({ low: 0, high: 1 }, 'flag')).toBe('not shown')
})
