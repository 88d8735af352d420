import { expect, test } from 'vitest'
import type { Requirement } from '../profiles/profile.ts'
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

test('rules that nothing judged are named, with the reason where there is one', () => {
  const rule = { area: 'a', level: 'MUST', act: '', observe: '', checkers: ['x'] } as const
  const judgements = [{ measurement: 'x.y', atMost: 0, reason: 'none' }]
  const requirements: readonly Requirement[] = [
    { ...rule, id: 'FS-36', name: 'acknowledged-writes', judgements },
    { ...rule, id: 'FS-37', name: 'tokens-survive', judgements, notJudged: 'in caves' },
    { ...rule, id: 'FS-39', name: 'converges-after-heal', judgements },
    { ...rule, id: 'FS-32', name: 'passkeys', judgements: [], notJudged: 'needs passkeys' },
    { ...rule, id: 'FS-40', name: 'silent', judgements: [] },
  ]
  expect(untestedRules([judged], [{ name: 'p', question: 'safe', requirements }])).toEqual([
    { what: 'FS-37 tokens-survive', reason: 'no scenario of this run judged it' },
    { what: 'FS-39 converges-after-heal', reason: 'no scenario of this run judged it' },
    { what: 'FS-37 tokens-survive, in part', reason: 'in caves' },
    { what: 'FS-32 passkeys', reason: 'needs passkeys' },
    { what: '1 of the 5 rules of p', reason: 'not judged by this version' },
  ])
})
