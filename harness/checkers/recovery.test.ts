import { expect, test } from 'vitest'
import type { FaultEffect } from '../history/line.ts'
import type { CheckerResult } from './checker.ts'
import { recovery } from './recovery.ts'
import { check } from './testing/agreement.ts'
import { type AnswerOptions, HistoryBuilder, primary, replica } from './testing/history-builder.ts'

const greyFailure: readonly FaultEffect[] = [{ effect: 'region-degraded', region: primary }]

function probes(
  builder: HistoryBuilder,
  count: number,
  answer: AnswerOptions,
  population = 'sdk',
  region = replica,
): void {
  for (let sent = 0; sent < count; sent += 1) {
    const process = builder.lines.length
    const options = { function: 'machine-sign-in', purpose: 'recovery-probe' } as const
    builder.perform('u1', { ...options, process, region, population }, answer)
  }
}

const ok = { type: 'ok' } as const
const refused = { type: 'fail', code: 'connection-refused' } as const
const lost = { type: 'info', code: 'deadline' } as const
const gated = { type: 'fail', meaning: 'gated' } as const

function figure(result: CheckerResult, name: string): unknown {
  const found = result.measurements.find((entry) => entry.name === `recovery.${name}`)
  return found && [found.value.low, found.value.high, found.inconclusive ?? 'conclusive']
}

function afterLoss(after: (builder: HistoryBuilder) => void): CheckerResult {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  probes(builder, 1, ok, 'sdk', primary)
  builder.strike('fault1').route(replica, primary)
  after(builder)
  return check(recovery, builder.end())
}

test('each population has a time of its own and the worst is named', () => {
  // The loss runs from 7 to 18 ms. The probes of sdk fail at 20 ms, those of machine until 130 ms.
  const result = afterLoss((builder) => {
    probes(builder, 1, refused, 'sdk')
    probes(builder, 1, lost, 'machine')
    probes(builder, 20, ok, 'sdk')
    probes(builder, 1, refused, 'machine')
    probes(builder, 20, ok, 'machine')
  })
  expect(figure(result, 'sdk.millis')).toEqual([2, 27, 'conclusive'])
  expect(figure(result, 'machine.millis')).toEqual([112, 132, 'conclusive'])
  expect(figure(result, 'machine.millisP99')).toEqual([112, 132, 'conclusive'])
  expect(figure(result, 'worstMillis')).toEqual([112, 132, 'conclusive'])
  expect(figure(result, 'switchMillis')).toEqual([12, 27, 'conclusive'])
  expect(figure(result, 'neverFailedOver')).toEqual([0, 0, 'conclusive'])
  const worst = result.findings.find(({ measurement }) => measurement === 'recovery.worstMillis')
  expect(worst?.message).toBe(
    'machine clients were without tokens for 112 to 132 ms after us-east-1 was lost',
  )
})

test('what a Region refuses by design is counted apart and proves no recovery', () => {
  const result = afterLoss((builder) => {
    probes(builder, 3, gated, 'sign-ups')
    probes(builder, 20, ok, 'sign-ups')
    probes(builder, 20, ok, 'sdk')
  })
  const reason = 'some of it was refused by design: it is not served until failback'
  expect(figure(result, 'sign-ups.notServed')).toEqual([3, 3, 'conclusive'])
  expect(figure(result, 'sign-ups.millis')).toEqual([0, 32, reason])
  expect(figure(result, 'sdk.notServed')).toEqual([0, 0, 'conclusive'])
  expect(figure(result, 'worstMillis')).toEqual([0, 132, 'conclusive'])
  expect(result.findings).toEqual([])
})

test('a share of failures below one in a hundred is no outage by P99', () => {
  const result = afterLoss((builder) => {
    probes(builder, 1, refused)
    probes(builder, 10, ok)
    probes(builder, 1, refused)
    probes(builder, 100, ok)
  })
  expect(figure(result, 'sdk.millis')).toEqual([57, 77, 'conclusive'])
  expect(figure(result, 'sdk.millisP99')).toEqual([2, 22, 'conclusive'])
})

test('a grey failure counts from the first failure that a user could see', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault1', greyFailure)
  probes(builder, 5, ok, 'sdk', primary)
  const first = builder.now + 1_000
  probes(builder, 2, refused, 'sdk', primary)
  builder.route(replica, primary)
  probes(builder, 20, ok, 'sdk', replica)
  const result = check(recovery, builder.end())
  expect(first).toBe(39_000)
  expect(figure(result, 'sdk.millis')).toEqual([1, 15, 'conclusive'])
  expect(figure(result, 'neverFailedOver')).toEqual([0, 0, 'conclusive'])
})

test('a grey failure that nobody answers is told', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault1', greyFailure)
  probes(builder, 3, refused, 'sdk', primary)
  probes(builder, 20, ok, 'sdk', primary)
  const result = check(recovery, builder.end())
  expect(figure(result, 'neverFailedOver')).toEqual([1, 1, 'conclusive'])
  expect(result.findings.map(({ kind }) => kind)).toContain('never-failed-over')
})

test('whom a router led to the other Region was failed over, whatever the route says', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  probes(builder, 1, { ...ok, servedBy: primary }, 'sdk', 'router')
  builder.strike('fault1')
  probes(builder, 2, lost, 'sdk', 'router')
  probes(builder, 20, { ...ok, servedBy: replica }, 'sdk', 'router')
  const result = check(recovery, builder.end())
  expect(figure(result, 'neverFailedOver')).toEqual([0, 0, 'conclusive'])
  expect(figure(result, 'switchMillis')).toEqual([11, 26, 'conclusive'])
})

test('under a degraded Region that fails nobody there is no outage', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null).strike('fault1', greyFailure)
  probes(builder, 20, ok, 'sdk', primary)
  const result = check(recovery, builder.end())
  const reason = 'no verified fault took service from the Region that clients were routed to'
  expect(figure(result, 'worstMillis')).toEqual([0, Infinity, reason])
})

test('who stays out has not recovered; too few probes prove neither', () => {
  const stayedOut = afterLoss((builder) => probes(builder, 20, lost))
  expect(figure(stayedOut, 'sdk.millis')).toEqual([97, Infinity, 'conclusive'])
  expect(stayedOut.findings.map(({ kind }) => kind)).toContain('not-recovered')
  const few = afterLoss((builder) => probes(builder, 5, ok))
  const reason = 'the probes ended before twenty successes in a row could be seen'
  expect(figure(few, 'sdk.millis')).toEqual([0, Infinity, reason])
  expect(few.findings).toEqual([])
})

test('a harness that was held up in the window measures no recovery', () => {
  const result = afterLoss((builder) => {
    probes(builder, 20, ok)
    builder.harness(200_000, 50_000)
  })
  const reason = 'the harness was held up for 200 ms while this was measured'
  expect(figure(result, 'sdk.millis')).toEqual([0, 17, reason])
  expect(figure(result, 'worstMillis')).toEqual([0, 17, reason])
})

test('without probes nothing was seen', () => {
  const { measurements } = afterLoss(() => undefined)
  const seen = measurements.find(({ name }) => name === 'recovery.worstMillis')
  expect([seen?.samples, seen?.inconclusive]).toEqual([0, 'no recovery probe was sent after it'])
})
