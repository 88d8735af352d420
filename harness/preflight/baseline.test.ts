import { expect, test } from 'vitest'
import { baselineOf, compareWithBaseline } from './baseline.ts'
import type { CheckResult } from './check.ts'

/** Goal: a baseline forgets nothing that was not looked at, and hides nothing new. */
const of = { target: 'cognito', system: 'us-east-1_AbC' }

function result(
  id: string,
  subjects: readonly string[],
  unseen: readonly string[] = [],
): CheckResult {
  const findings = subjects.map((subject) => ({ subject, message: `${subject}.`, known: false }))
  const verdict = findings.length > 0 ? 'fail' : unseen.length > 0 ? 'inconclusive' : 'pass'
  const said = { what: '', why: '', requirements: [], severity: 'note', remedy: '' } as const
  return { id, ...said, verdict, reason: '', evidence: ['seen'], findings, unseen }
}

test('what could not be seen stays in a baseline that is written anew; what is gone goes', () => {
  const first = baselineOf(of, [result('tags', ['team', 'stage']), result('quotas', ['UserToken'])])
  const denied = [result('tags', [], ['access denied']), result('quotas', [])]
  expect(baselineOf(of, denied, first).findings.map(({ subject }) => subject)).toEqual([
    'stage',
    'team',
  ])
  expect(baselineOf(of, [result('tags', ['team']), result('quotas', [])], first).findings).toEqual([
    { check: 'tags', subject: 'team', message: 'team.' },
  ])
  // In part: what was found anew stands beside what was known.
  const half = baselineOf(
    of,
    [result('tags', ['cost'], ['half of it']), result('quotas', [])],
    first,
  )
  expect(half.findings.map(({ subject }) => subject)).toEqual(['cost', 'stage', 'team'])
})

test('another field of the same thing is new', () => {
  const known = baselineOf(of, [result('app-clients', ['app AccessTokenValidity'])])
  const { results } = compareWithBaseline(
    [result('app-clients', ['app AccessTokenValidity', 'app ClientSecret'])],
    known,
  )
  expect(results[0]).toMatchObject({ verdict: 'fail', reason: 'app ClientSecret.' })
})
