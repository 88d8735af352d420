import { expect, test } from 'vitest'
import { type Answered, expectationOf, type Known, reasonBeside } from './expectation.ts'
import { judgeRun } from './judge-run.ts'
import type { RequirementResult, Verdict } from './verdict.ts'

/**
 * Goal: only what is known and still accepted is forgiven, and nothing is forgiven or called healed
 * that was not seen. Method: answers by hand, beside entries by hand.
 */
const today = '2026-11-22'
const until = '2027-05-01'

function rule(id: string, thresholds: Readonly<Record<string, Verdict>>): RequirementResult {
  const judgements = Object.entries(thresholds).map(([measurement, verdict]) => ({
    measurement,
    value: { low: 2, high: 2 },
    atMost: 0,
    verdict,
    reason: 'a reason',
  }))
  const worst = (['fail', 'inconclusive', 'pass'] as const).find((verdict) =>
    judgements.some((one) => one.verdict === verdict),
  )
  return { id, name: id, verdict: worst ?? 'skipped', reason: 'because', judgements }
}

function found(measurement: string, kind: string): Answered['findings'][number] {
  const operation = 'op1'
  return {
    ...{ checker: 'x', kind, measurement, user: 'u', region: 'r', at: 1, operation },
    message: `${kind} of ${measurement}`,
  }
}

function answer(
  requirements: readonly RequirementResult[],
  change: Partial<Answered> = {},
): Answered & { readonly reason: string } {
  const worst = (['fail', 'inconclusive', 'pass'] as const).find((verdict) =>
    requirements.some((one) => one.verdict === verdict),
  )
  return { verdict: worst ?? 'skipped', reason: 'old', requirements, findings: [], ...change }
}

const known = (change: Partial<Known>): Known => ({ reason: 'we know', until, ...change })
const broken = answer([rule('FS-28', { 'lockout.a': 'fail', 'lockout.b': 'pass' })])
const states = ({ known: all }: ReturnType<typeof expectationOf>): readonly string[] =>
  all.map(({ state }) => state)

test('what is broken is expected by its rule, its measurement, or both', () => {
  for (const entry of [
    { rule: 'FS-28' },
    { measurement: 'lockout.a' },
    { rule: 'FS-28', measurement: 'lockout.a' },
  ]) {
    const got = expectationOf(broken, [known(entry)], today)
    expect(got).toMatchObject({ verdict: 'fail', standing: 'expected', unexpected: [] })
    expect(states(got)).toEqual(['expected'])
  }
})

test('a rule, a measurement or a kind that no entry names is new', () => {
  const unexpected = [{ rule: 'FS-28', measurement: 'lockout.a' }]
  for (const entry of [{ rule: 'FS-29' }, { measurement: 'lockout.b' }, { finding: 'other' }]) {
    expect(expectationOf(broken, [known(entry)], today)).toMatchObject({
      standing: 'fail',
      unexpected,
    })
  }
  const two = answer([rule('FS-28', { a: 'fail' }), rule('FS-30', { c: 'fail' })], {
    findings: [found('a', 'wiped'), found('c', 'stale')],
  })
  const got = expectationOf(two, [known({ rule: 'FS-28' })], today)
  expect(got).toMatchObject({
    standing: 'fail',
    unexpected: [{ rule: 'FS-30', measurement: 'c' }],
  })
  expect(reasonBeside(two, got)).toBe('FS-30: stale of c')
})

test('a kind of finding is enough only where everything that was found is of it', () => {
  const wiped = answer([rule('FS-28', { a: 'fail' })], { findings: [found('a', 'wiped')] })
  const mixed = { ...wiped, findings: [found('a', 'wiped'), found('a', 'lost')] }
  const wipes = known({ rule: 'FS-28', finding: 'wiped' })
  expect(expectationOf(wiped, [wipes], today).standing).toBe('expected')
  expect(expectationOf(mixed, [wipes], today).standing).toBe('fail')
  const losses = known({ rule: 'FS-28', finding: 'lost' })
  expect(expectationOf(mixed, [wipes, losses], today).standing).toBe('expected')
})

test('an entry is good up to and with its day; after it the finding fails as new', () => {
  const entry = known({ rule: 'FS-28', until: today })
  expect(expectationOf(broken, [entry], today).standing).toBe('expected')
  const late = expectationOf(broken, [entry], '2026-11-23')
  expect(late).toMatchObject({ verdict: 'pass', standing: 'fail' })
  expect(late.unexpected).toEqual([{ rule: 'FS-28', measurement: 'lockout.a', expiredOn: today }])
  expect(states(late)).toEqual(['expired'])
})

test('what held with evidence is healed, expired or not; what was not seen is not', () => {
  const held = answer([rule('FS-28', { a: 'pass' })])
  const entries = [
    known({ rule: 'FS-28' }),
    known({ measurement: 'a' }),
    known({ finding: 'wiped' }),
    known({ rule: 'FS-28', until: '2020-01-01' }),
    known({ rule: 'FS-99' }),
  ]
  const got = expectationOf(held, entries, today)
  expect(got.standing).toBe('pass')
  expect(states(got)).toEqual(['healed', 'healed', 'healed', 'healed', 'not-seen'])
  for (const unseen of [
    answer([rule('FS-28', { a: 'pass' }), rule('FS-1', { z: 'inconclusive' })]),
    answer([], { verdict: 'skipped' }),
    answer([rule('FS-28', { a: 'pass' }), rule('FS-1', { z: 'fail' })], {
      undermined: 'a heal failed',
    }),
  ]) {
    expect(states(expectationOf(unseen, [known({ rule: 'FS-28' })], today))).toEqual(['not-seen'])
  }
})

test('an inconclusive rest stays inconclusive, whatever is expected', () => {
  const rest = [rule('FS-28', { a: 'fail' }), rule('FS-1', { z: 'inconclusive' })]
  const entry = known({ rule: 'FS-28' })
  const got = expectationOf(answer(rest), [entry], today)
  expect(got.standing).toBe('inconclusive')
  expect(reasonBeside(answer(rest), got)).toBe('what is broken is expected, but FS-1: because')
  const undermined = { ...broken, undermined: 'a heal failed' }
  expect(expectationOf(undermined, [entry], today).standing).toBe('inconclusive')
  const open = answer([rule('FS-28', { a: 'inconclusive' })])
  expect(expectationOf(open, [entry], today)).toMatchObject({ standing: 'inconclusive' })
})

test('the run passes beside what is expected, and is no safer for it', () => {
  const expected = expectationOf(broken, [known({ rule: 'FS-28' })], today)
  const scenario = { id: 'one', ...broken, expected }
  expect(judgeRun([scenario])).toMatchObject({ verdict: 'pass', safe: 'fail' })
  expect(judgeRun([scenario], { complete: false }).verdict).toBe('inconclusive')
  const fresh = { id: 'two', ...broken, expected: expectationOf(broken, [], today) }
  expect(judgeRun([scenario, fresh]).verdict).toBe('fail')
  const skipped = answer([], { verdict: 'skipped' })
  const none = { id: 'three', ...skipped, expected: expectationOf(skipped, [], today) }
  expect(judgeRun([none]).verdict).toBe('inconclusive')
})

test('a broken objective is expected by its measurement alone', () => {
  const measurement = 'data-loss.missingOperations'
  const text = 'missingWrites <= 0'
  const objectives = [
    { objective: text, measurement, value: null, verdict: 'fail' as const, reason: 'r' },
  ]
  const claimed = answer([rule('FS-36', { x: 'pass' })], { objectives, verdict: 'fail' })
  const aim = { text, measurement, comparator: '<=' as const, limit: 0 }
  const run = (entries: readonly Known[]) =>
    judgeRun([{ id: 'one', ...claimed, expected: expectationOf(claimed, entries, today) }], {
      objectives: [aim],
    })
  expect(run([known({ measurement })])).toMatchObject({ verdict: 'pass', claim: 'fail' })
  expect(run([known({ rule: 'FS-36' })]).verdict).toBe('fail')
})
