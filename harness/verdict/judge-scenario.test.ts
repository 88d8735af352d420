import { expect, test } from 'vitest'
import type { Checker, CheckerResult } from '../checkers/checker.ts'
import type { EventLine, FaultPhase, HeaderLine } from '../history/line.ts'
import type { Profile } from '../profiles/profile.ts'
import { judgeLines } from './judge-scenario.ts'

/**
 * Goal: what a whole history comes to, apart from any real checker. Method: a checker that counts
 * completed operations and one that throws at the third line, under a profile of two rules.
 */
const counting: Checker = {
  name: 'count',
  requires: [],
  description: 'Counts failed operations.',
  begin: () => {
    let seen = 0
    let failed = 0
    return {
      step: (line) => {
        if (line.type === 'ok' || line.type === 'fail') seen += 1
        if (line.type === 'fail') failed += 1
      },
      finish: (): CheckerResult => ({
        checker: 'count',
        measurements: [
          { name: 'count.failed', value: { low: failed, high: failed }, samples: seen },
        ],
        findings: Array.from({ length: failed }, () => ({
          checker: 'count',
          kind: 'failed',
          measurement: 'count.failed',
          user: 'u1',
          region: 'eu',
          at: 5,
          operation: 'op1',
          message: 'u1 was refused in eu',
        })),
        evidence: { seen },
      }),
    }
  },
}

const throwing: Checker = {
  ...counting,
  name: 'throwing',
  begin: () => ({
    step: (_line, index) => {
      if (index === 2) throw new Error('cannot read this')
    },
    finish: () => ({ checker: 'throwing', measurements: [], findings: [], evidence: {} }),
  }),
}

const rule = { name: 'n', area: 'a', level: 'MUST', act: '', observe: '' } as const

const profile: Profile = {
  name: 'test',
  question: 'safe',
  requirements: [
    {
      ...rule,
      id: 'T-1',
      checkers: ['count'],
      judgements: [{ measurement: 'count.failed', atMost: 0, reason: 'nobody may be refused' }],
    },
    {
      ...rule,
      id: 'T-2',
      checkers: ['throwing'],
      judgements: [{ measurement: 'throwing.x', atMost: 0, reason: 'none' }],
    },
    { ...rule, id: 'T-3', checkers: [], judgements: [] },
  ],
}

const registries = { checkers: [counting, throwing], profiles: [profile] }

const header = (...requirements: readonly string[]): HeaderLine => ({
  type: 'header',
  format: 1,
  scenario: 's',
  claim: 'c',
  requirements,
  seed: 1,
  target: 't',
  model: true,
  regions: [],
  declared: { lagMillisMax: 1, settleMillisMax: 1, clockSkewMillisMax: 1 },
  pinned: false,
})

const completed = (type: 'ok' | 'fail'): EventLine => ({
  type,
  at: 1,
  process: 0,
  operation: 'op1',
})
const fault = (phase: FaultPhase): EventLine => ({
  type: 'fault',
  at: 1,
  fault: 'fault1',
  kind: 'cut',
  phase,
  parameters: {},
  effects: [],
})
const end: EventLine = { type: 'end', at: 9, reason: 'complete' }

test('a whole history that keeps every threshold passes and says which rules held', () => {
  const judged = judgeLines(header('T-1'), [completed('ok'), end], registries)
  expect(judged).toMatchObject({
    verdict: 'pass',
    reason: 'T-1 held',
    evidence: { count: { seen: 1 } },
    history: { lines: 3, torn: false },
    findings: [],
  })
})

test('a process that died by itself is named beside a finding, and alone is inconclusive', () => {
  const casualty = { type: 'casualty' as const, name: 'Region eu', pid: 7, how: 'SIGKILL', at: 0 }
  const died = 'Region eu (process 7) died by itself 0.000 s into the run: SIGKILL'
  const failed = judgeLines(header('T-1'), [casualty, completed('fail'), end], registries)
  expect(failed).toMatchObject({ verdict: 'fail', reason: `T-1: u1 was refused in eu (${died})` })
  const held = judgeLines(header('T-1'), [casualty, completed('ok'), end], registries)
  expect(held).toMatchObject({ verdict: 'inconclusive', reason: died })
})

test('a broken threshold fails with its finding, torn or not', () => {
  const judged = judgeLines(header('T-1'), [completed('fail')], registries, true)
  expect(judged).toMatchObject({ verdict: 'fail', reason: 'T-1: u1 was refused in eu' })
  expect(judged.findings).toHaveLength(1)
})

test('a torn history, an interrupted run and an empty one are at best inconclusive', () => {
  const torn = judgeLines(header('T-1'), [completed('ok')], registries, true)
  expect(torn.verdict).toBe('inconclusive')
  expect(torn.reason).toBe('the history is torn: its end is missing')
  const interrupted: EventLine = { type: 'end', at: 9, reason: 'interrupted' }
  const stopped = judgeLines(header('T-1'), [completed('ok'), interrupted], registries)
  expect(stopped).toMatchObject({ verdict: 'inconclusive', reason: 'the run was interrupted' })
  expect(judgeLines(header('T-1'), [end], registries).verdict).toBe('inconclusive')
})

test('a fault that did not take and a heal that failed prove nothing', () => {
  const withFault = (...phases: readonly FaultPhase[]) =>
    judgeLines(header('T-1'), [completed('ok'), ...phases.map(fault), end], registries)
  expect(withFault('apply', 'applied', 'verified').verdict).toBe('pass')
  expect(withFault('apply', 'applied', 'not-verified').reason).toBe(
    'fault1 (cut) did not take effect',
  )
  expect(withFault('apply').reason).toBe('fault1 (cut) was never verified')
  expect(withFault('apply', 'verified', 'heal', 'heal-not-verified').reason).toBe(
    'fault1 (cut) could not be healed',
  )
  expect(withFault('apply', 'verified', 'heal', 'healed').reason).toBe(
    'the heal of fault1 (cut) was never verified',
  )
})

test('a checker that throws leaves its rule open and the others judged', () => {
  const lines = [completed('ok'), completed('ok'), completed('ok'), end]
  const judged = judgeLines(header('T-1', 'T-2'), lines, registries)
  expect(judged.verdict).toBe('inconclusive')
  expect(judged.reason).toBe('T-2: throwing.x: checker "throwing" broke: cannot read this')
  expect(judged.requirements[0]?.verdict).toBe('pass')
})

test('a scenario of which nothing is judged is skipped, an unknown rule is wrong usage', () => {
  const judged = judgeLines(header('T-3'), [completed('ok'), end], registries)
  expect(judged).toMatchObject({ verdict: 'skipped', reason: 'T-3: not judged by this version' })
  expect(() => judgeLines(header('T-9'), [], registries)).toThrow(
    'requirement "T-9" is in no profile',
  )
})

test('an objective replaces the threshold of a rule and is judged by itself too', () => {
  const lines = [completed('fail'), completed('ok'), end]
  const withObjectives = (...objectives: readonly string[]) =>
    judgeLines({ ...header('T-1'), objectives }, lines, registries)
  expect(withObjectives('count.failed <= 3')).toMatchObject({
    verdict: 'pass',
    safe: 'pass',
    reason: 'T-1 held; count.failed <= 3 met',
    objectives: [{ objective: 'count.failed <= 3', verdict: 'pass', value: { low: 1, high: 1 } }],
    requirements: [{ judgements: [{ atMost: 3, objective: 'count.failed <= 3' }] }],
  })
  const strict = withObjectives('count.failed < 1')
  expect(strict).toMatchObject({ verdict: 'fail', safe: 'fail', findings: [{ user: 'u1' }] })
  expect(() => withObjectives('count.faild <= 3')).toThrow('nothing measures "count.faild"')
})

test('objectives that are asked for now replace those that were fixed before the run', () => {
  const lines = [completed('fail'), end]
  const fixed = { ...header('T-1'), objectives: ['count.failed <= 3'] }
  const judge = (objectives: readonly string[]) =>
    judgeLines(fixed, lines, { ...registries, objectives })
  expect(judge(['count.failed <= 0'])).toMatchObject({ verdict: 'fail' })
  expect(judge([])).not.toHaveProperty('objectives')
})
