import { expect, test } from 'vitest'
import type { Measurement } from '../checkers/checker.ts'
import type { Profile } from '../profiles/profile.ts'
import { conformanceOf } from './conformance.ts'
import { judgeRun } from './judge-run.ts'

// Goal: a figure that is not what is documented says so, for better or for worse, and is no
// verdict about safety. Method: one documented figure and intervals around its bounds.

const profile: Profile = {
  name: 'a-service',
  question: 'compatible',
  requirements: [],
  targets: ['model'],
  documented: [
    {
      measurement: 'lockout.guessFactor',
      given: { measurement: 'lockout.regionsAttacked', atLeast: 2 },
      atLeast: 1.6,
      atMost: 2.5,
      below: 'stricter',
      above: 'weaker',
      says: 'counters are apart',
      source: 'a guide',
    },
  ],
}

function answered(low: number, high: number, more: Partial<Measurement> = {}, regions = 2) {
  const factor = { name: 'lockout.guessFactor', value: { low, high }, samples: 15, ...more }
  const attacked = { low: regions, high: regions }
  const given = { name: 'lockout.regionsAttacked', value: attacked, samples: 15 }
  return conformanceOf([factor, given], 'model', [profile])
}

const brief = (low: number, high: number, more?: Partial<Measurement>) =>
  answered(low, high, more).map(({ verdict, deviation }) => [verdict, deviation])

test('within, below, above and across the bounds', () => {
  expect(brief(2, 2)).toEqual([['pass', undefined]])
  expect(brief(1, 1.2)).toEqual([['fail', 'stricter']])
  expect(brief(2.6, 4)).toEqual([['fail', 'weaker']])
  expect(brief(1.2, 2)).toEqual([['inconclusive', undefined]])
  expect(brief(2, 2, { inconclusive: 'the harness was starved' })).toEqual([
    ['inconclusive', undefined],
  ])
})

test('nothing is said of what was not seen, not meant or not described', () => {
  expect(brief(0, 0, { samples: 0 })).toEqual([])
  expect(answered(1, 1, {}, 1)).toEqual([])
  const factor = { name: 'lockout.guessFactor', value: { low: 1, high: 1 }, samples: 3 }
  expect(conformanceOf([factor], 'model', [profile])).toEqual([])
  expect(conformanceOf([factor], 'another', [profile])).toEqual([])
})

test('a system that is stricter than documented is not compatible, and no less safe for it', () => {
  const scenario = { id: 'one', verdict: 'pass', conformance: answered(1, 1) } as const
  expect(judgeRun([scenario])).toEqual({ verdict: 'pass', safe: 'pass', compatible: 'fail' })
  const documented = { id: 'two', verdict: 'fail', conformance: answered(2, 2) } as const
  expect(judgeRun([documented])).toEqual({ verdict: 'fail', safe: 'fail', compatible: 'pass' })
  expect(judgeRun([{ id: 'three', verdict: 'pass' }]).compatible).toBe('skipped')
})
