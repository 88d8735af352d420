import { expect, test } from 'vitest'
import { availability } from './availability.ts'
import type { CheckerResult } from './checker.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

function probes(builder: HistoryBuilder, count: number, type: 'ok' | 'fail' | 'info'): void {
  for (let sent = 0; sent < count; sent += 1) {
    const process = builder.lines.length
    const options = { function: 'sign-in', purpose: 'probe', process, region: replica } as const
    builder.perform('u1', options, { type })
  }
}

function lost(after: (builder: HistoryBuilder) => void): CheckerResult {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  probes(builder, 3, 'ok')
  builder.strike('fault1').route(replica, primary)
  after(builder)
  return check(availability, builder.end())
}

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `availability.${name}`)
  return found && [found.value.low, found.value.high, found.inconclusive ?? 'conclusive']
}

test('recovery runs from the disaster to the first of twenty successes', () => {
  // The disaster runs from 17 to 28 ms; failures are sent at 30 and 35 ms; back from 40 to 44 ms.
  const result = lost((builder) => {
    probes(builder, 2, 'fail')
    probes(builder, 20, 'ok')
  })
  expect(figure(result, 'recoveryMillis')).toEqual([7, 27, 'conclusive'])
  expect(figure(result, 'recovered')).toEqual([1, 1, 'conclusive'])
  expect(figure(result, 'failedProbes')).toEqual([2, 2, 'conclusive'])
})

test('a run that breaks is no run; no answer is a failure', () => {
  const result = lost((builder) => {
    probes(builder, 19, 'ok')
    probes(builder, 1, 'info')
    probes(builder, 20, 'ok')
  })
  expect(figure(result, 'recoveryMillis')).toEqual([97, 117, 'conclusive'])
})

test('a service that stays away has not recovered', () => {
  const result = lost((builder) => probes(builder, 20, 'fail'))
  expect(figure(result, 'recovered')).toEqual([0, 0, 'conclusive'])
  expect(figure(result, 'recoveryMillis')).toEqual([97, Infinity, 'conclusive'])
  expect(result.findings).toMatchObject([{ kind: 'not-recovered', user: 'u1', region: replica }])
})

test('too few probes prove neither', () => {
  const result = lost((builder) => probes(builder, 5, 'ok'))
  const reason = 'the probes ended before 20 successes in a row could be seen'
  expect(figure(result, 'recovered')).toEqual([0, 1, reason])
  expect(result.findings).toEqual([])
})

test('a harness that was held up in the window measures no recovery', () => {
  const result = lost((builder) => {
    probes(builder, 20, 'ok')
    builder.harness(200_000, 50_000)
  })
  expect(figure(result, 'recoveryMillis')).toEqual([
    0,
    17,
    'the harness was held up for 200 ms while this was measured',
  ])
  expect(figure(result, 'recovered')).toEqual([1, 1, 'conclusive'])
})

test('without a disaster only failures are counted', () => {
  const builder = new HistoryBuilder()
  probes(builder, 3, 'ok')
  probes(builder, 1, 'fail')
  const result = check(availability, builder.end())
  expect(figure(result, 'successRatio')).toEqual([0.75, 0.75, 'conclusive'])
  expect(figure(result, 'recoveryMillis')).toBeUndefined()
})

test('a crash that was healed before an orderly switch is no disaster', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault1').heal('fault1').route(replica, primary)
  probes(builder, 20, 'ok')
  expect(figure(check(availability, builder.end()), 'recoveryMillis')).toBeUndefined()
})
