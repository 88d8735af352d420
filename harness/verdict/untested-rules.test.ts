import { expect, test } from 'vitest'
import { failoverSafety } from '../profiles/failover-safety.ts'
import { untestedRules } from './untested-rules.ts'
import type { ScenarioResult } from './verdict.ts'

const judged: ScenarioResult = {
  id: 's',
  claim: 'c',
  verdict: 'pass',
  reason: '',
  requirements: [
    { id: 'FS-36', name: 'acknowledged-writes', verdict: 'pass', reason: '', judgements: [] },
    { id: 'FS-39', name: 'converges-after-heal', verdict: 'skipped', reason: '', judgements: [] },
  ],
  measurements: [],
  findings: [],
  evidence: {},
  history: { lines: 1, torn: false },
  repeat: '',
  durationMillis: 1,
  expected: { verdict: 'pass' },
}

test('rules that nothing judged are named, those that no version judges are counted', () => {
  expect(untestedRules([judged], [failoverSafety])).toEqual([
    { what: 'FS-37 tokens-survive', reason: 'no scenario of this run judged it' },
    { what: 'FS-39 converges-after-heal', reason: 'no scenario of this run judged it' },
    { what: '36 of the 39 rules of failover-safety', reason: 'not judged by this version' },
  ])
})
