import { expect, test } from 'vitest'
import type { CheckerResult } from './checker.ts'
import { gameDay } from './game-day.ts'
import { check } from './testing/agreement.ts'
import { canaries } from './testing/golden-game-days.ts'
import { type AnswerOptions, HistoryBuilder, primary, replica } from './testing/history-builder.ts'

/**
 * Goal: the steps of a failover by hand are intervals that contain what happened. Method: canaries
 * and marks written by hand; a canary takes 5 ms, and every line 1 ms.
 */
const ok = { type: 'ok', servedBy: primary } as const
const elsewhere = { type: 'ok', servedBy: replica } as const
const lost = { type: 'info', code: 'deadline' } as const

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `game-day.${name}`)
  return found && [found.value.low, found.value.high, found.inconclusive ?? 'conclusive']
}

function day(script: (builder: HistoryBuilder) => void): CheckerResult {
  const builder = new HistoryBuilder()
  script(builder)
  return check(gameDay, builder.end())
}

test('each step of a failover is told from the loss, the marks and the canaries', () => {
  // The last success was sent at 6 ms, the first failure was known at 15 ms; the third at 25 ms.
  const result = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    builder.moment('detection')
    builder.moment('decision')
    canaries(builder, 2, lost)
    builder.moment('switch', 1)
    canaries(builder, 1, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(figure(result, 'detectionMillis')).toEqual([11, 20, 'conclusive'])
  expect(figure(result, 'decisionMillis')).toEqual([1, 1, 'conclusive'])
  expect(figure(result, 'switchMillis')).toEqual([10, 11, 'conclusive'])
  expect(figure(result, 'propagationMillis')).toEqual([1, 11, 'conclusive'])
  expect(figure(result, 'firstSuccessMillis')).toEqual([24, 42, 'conclusive'])
  expect(figure(result, 'success99Millis')).toEqual([24, 42, 'conclusive'])
  expect(figure(result, 'notRecovered')).toEqual([0, 0, 'conclusive'])
})

test('a step that nobody marked is not measured, and the loss is', () => {
  const result = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(figure(result, 'detectionMillis')).toEqual([
    0,
    Infinity,
    'nobody marked the moment "detection"',
  ])
  expect(figure(result, 'firstSuccessMillis')).toMatchObject([6, 24, 'conclusive'])
})

test('one failure is weather, and what is not back at the end is found', () => {
  const calm = day((builder) => {
    canaries(builder, 10, ok)
    canaries(builder, 1, lost)
    canaries(builder, 10, ok)
  })
  expect(figure(calm, 'firstSuccessMillis')).toEqual([
    0,
    Infinity,
    'no outage was seen: 1 of 21 canaries failed, never 3 in a row',
  ])
  const gone = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 40, lost)
  })
  expect(figure(gone, 'notRecovered')).toEqual([1, 1, 'conclusive'])
  expect(gone.findings).toMatchObject([{ kind: 'not-recovered', user: 'canary-1' }])
  expect(figure(gone, 'firstSuccessMillis')).toEqual([191, Infinity, 'conclusive'])
})

test('a watch that began in an outage, or that saw too little, proves nothing', () => {
  const late = day((builder) => {
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(figure(late, 'firstSuccessMillis')).toMatchObject({
    2: 'clients were not served when the watch began',
  })
  const short = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    canaries(builder, 5, elsewhere)
  })
  expect(figure(short, 'notRecovered')).toMatchObject({
    2: 'the watch ended before twenty successes in a row could be seen',
  })
  expect(
    figure(
      day(() => {}),
      'notRecovered',
    ),
  ).toMatchObject({ 2: 'no canary was sent' })
})

test('of two outages each figure is the longest, and the second counts to the end', () => {
  const twice = (back: number) =>
    day((builder) => {
      canaries(builder, 2, ok)
      canaries(builder, 3, lost)
      builder.moment('detection').moment('switch')
      canaries(builder, 30, elsewhere)
      canaries(builder, 10, lost)
      builder.wait(1_000).moment('detection').moment('failback')
      canaries(builder, back, ok)
    })
  const both = twice(30)
  expect(both.evidence).toMatchObject({ outages: 2, marks: 4 })
  // The shorter one took 24 ms at most; the longer one ends after the pause of a second.
  expect(figure(both, 'firstSuccessMillis')).toEqual([41, 1_061, 'conclusive'])
  expect(figure(both, 'detectionMillis')).toEqual([1_046, 1_055, 'conclusive'])
  expect(figure(both, 'propagationMillis')).toEqual([0, 5, 'conclusive'])
  expect(figure(both, 'notRecovered')).toEqual([0, 0, 'conclusive'])
  const gone = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
    canaries(builder, 40, lost)
  })
  expect(figure(gone, 'notRecovered')).toEqual([1, 1, 'conclusive'])
  expect(gone.findings).toMatchObject([{ kind: 'not-recovered' }])
})

test('a mark before the loss is no step of it, and is not said to be missing', () => {
  const result = day((builder) => {
    canaries(builder, 2, ok)
    builder.moment('switch')
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(figure(result, 'propagationMillis')).toMatchObject({
    2: 'the moment "switch" was marked before the loss only',
  })
})

test('a switch that is marked after it took effect was made at some time before', () => {
  const result = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    builder.moment('detection').moment('decision').wait(100)
    canaries(builder, 10, elsewhere)
    builder.moment('switch')
    canaries(builder, 20, elsewhere)
  })
  // From the decision at 27 ms to the first success, sent at 128 ms and answered at 132 ms.
  expect(figure(result, 'switchMillis')).toEqual([0, 105, 'conclusive'])
  expect(figure(result, 'propagationMillis')).toEqual([0, 105, 'conclusive'])
})

test('a canary that somebody deleted is no outage, and proves no recovery', () => {
  const absent = { type: 'fail', code: 'UserNotFoundException', meaning: 'absent' } as const
  const turns = (builder: HistoryBuilder, count: number, first: AnswerOptions): void => {
    for (let turn = 0; turn < count; turn += 1) {
      canaries(builder, 1, first, 'canary-1')
      canaries(builder, 1, elsewhere, 'canary-2')
    }
  }
  const calm = day((builder) => {
    turns(builder, 3, ok)
    turns(builder, 20, absent)
  })
  expect(figure(calm, 'firstSuccessMillis')).toMatchObject({
    2: 'no outage was seen: 0 of 26 canaries failed, never 3 in a row; 20 were refused for their account',
  })
  const drilled = day((builder) => {
    turns(builder, 3, ok)
    canaries(builder, 3, lost)
    turns(builder, 30, absent)
  })
  expect(drilled.evidence).toMatchObject({ refusedForTheirAccount: 30 })
  expect(figure(drilled, 'firstSuccessMillis')).toEqual([6, 29, 'conclusive'])
  expect(figure(drilled, 'notRecovered')).toMatchObject({
    2: expect.stringContaining('refused for its account'),
  })
  const alone = day((builder) => {
    canaries(builder, 3, ok)
    canaries(builder, 30, absent)
  })
  expect(alone.findings).toEqual([])
  expect(figure(alone, 'notRecovered')).toMatchObject({
    2: 'every canary was refused for its account: somebody may have changed them',
  })
})

test('what begins by throttling is told as that, and fails nobody', () => {
  const throttled = { type: 'fail', code: 'throttled', meaning: 'throttled' } as const
  const result = day((builder) => {
    canaries(builder, 3, ok)
    canaries(builder, 30, throttled)
  })
  expect(result.evidence).toMatchObject({ throttled: 30 })
  expect(result.findings).toEqual([])
  expect(figure(result, 'notRecovered')).toMatchObject({
    2: 'it began with answers that there were too many requests',
  })
})

test('who signs in again and cannot refresh is told by the refreshes', () => {
  const result = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 2, ok, 'canary-1', 'sessions')
    canaries(builder, 3, lost)
    for (let turn = 0; turn < 30; turn += 1) {
      canaries(builder, 1, elsewhere)
      canaries(builder, 1, { type: 'fail', code: 'invalid_grant' }, 'canary-1', 'sessions')
    }
  })
  expect(result.evidence).toMatchObject({ refreshes: 32, outages: 1 })
  expect(figure(result, 'notRecovered')).toEqual([0, 0, 'conclusive'])
  expect(figure(result, 'firstRefreshMillis')).toEqual([306, Infinity, 'conclusive'])
  const without = day((builder) => {
    canaries(builder, 2, ok)
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(figure(without, 'firstRefreshMillis')).toMatchObject({
    2: 'no session was refreshed before the loss and after it',
  })
})

test('that a canary signed in before the watch began bounds a loss that comes at once', () => {
  const result = day((builder) => {
    const probe = { function: 'sign-in', purpose: 'probe', population: 'clients' } as const
    builder.perform('canary-1', probe, { type: 'fail', code: 'absent', meaning: 'absent' })
    builder.perform('canary-1', probe, ok)
    canaries(builder, 3, lost)
    canaries(builder, 30, elsewhere)
  })
  expect(result.evidence).toMatchObject({ canaries: 34, refusedForTheirAccount: 0 })
  expect(figure(result, 'firstSuccessMillis')).toMatchObject({ 2: 'conclusive' })
})
