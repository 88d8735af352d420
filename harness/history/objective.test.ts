import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  comparators,
  durationUnits,
  objectiveText,
  parseObjective,
  percentiles,
} from './objective.ts'

test.for([
  ['observedLoss <= 1s', { name: 'observedLoss', comparator: '<=', value: 1, unit: 's' }],
  ['guessFactor<=1', { name: 'guessFactor', comparator: '<=', value: 1, unit: '' }],
  [
    ' recovery.hosted <= 30s  at p99 ',
    { name: 'recovery.hosted', comparator: '<=', value: 30, unit: 's', at: 'p99' },
  ],
  [
    'reauthentication < 0.5 %',
    { name: 'reauthentication', comparator: '<', value: 0.5, unit: '%' },
  ],
  [
    'data-loss.lostOperations = 0',
    { name: 'data-loss.lostOperations', comparator: '=', value: 0, unit: '' },
  ],
  ['lag <= 20 at p50', { name: 'lag', comparator: '<=', value: 20, unit: '', at: 'p50' }],
] as const)('%s is an objective', ([text, objective]) => {
  expect(parseObjective(text)).toEqual(objective)
})

test('an objective that is written and read again is the same', () => {
  const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/)
  const objective = fc.record({
    name: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
    comparator: fc.constantFrom(...comparators),
    value: fc.integer({ min: 0, max: 1e9 }).map((value) => value / 1_000),
    unit: fc.constantFrom('', '%', ...(Object.keys(durationUnits) as ('s' | 'ms')[])),
    at: fc.constantFrom(undefined, ...percentiles),
  })
  fc.assert(
    fc.property(objective, ({ at, ...rest }) => {
      const whole = { ...rest, ...(at === undefined ? {} : { at }) } as const
      expect(parseObjective(objectiveText(whole))).toEqual(whole)
    }),
  )
})

test.for([
  ['', 'name: expected a measurement'],
  ['<= 1s', 'name: expected a measurement'],
  ['observedLoss', 'comparator: expected one of <=, >=, <, >, = after "observedLoss"'],
  ['observedLoss == 1s', 'value: expected a number from 0 after "="'],
  ['observedLoss ≤ 1s', 'comparator: expected one of <=, >=, <, >, = after "observedLoss"'],
  ['observedLoss <= -1s', 'value: expected a number from 0 after "<="'],
  ['observedLoss <= 1e9s', 'unit: expected ms, s, min, h, % or none, not "e"'],
  ['observedLoss <= 1day', 'unit: expected ms, s, min, h, % or none, not "day"'],
  ['recovery <= 1s at p95', 'percentile: expected nothing or "at p50", "at p90", "at p99"'],
  ['recovery <= 1s 2s', 'percentile: expected nothing or "at p50"'],
  [`recovery <= ${'1'.repeat(300)}`, 'length: expected at most 200 characters'],
] as const)('%j is refused with its place and the part that is wrong', ([text, message]) => {
  expect(() => parseObjective(text, 'bank.txt:3')).toThrow(
    `bank.txt:3: "${text.slice(0, 200)}": ${message}`,
  )
})
