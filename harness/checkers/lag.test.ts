import { expect, test } from 'vitest'
import type { CheckerResult } from './checker.ts'
import { lag } from './lag.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, heldReplication, replica } from './testing/history-builder.ts'

const nickname = 'u1/attribute:nickname'

function figure(result: CheckerResult, name: string): unknown {
  return result.measurements.find((entry) => entry.name === `lag.${name}`)?.value
}

/** A write, `polls` reads 10 ms apart that do not show it, and one that does. */
function polled(builder: HistoryBuilder, polls: number): void {
  const value = builder.write('u1')
  for (let poll = 0; poll < polls; poll += 1) {
    builder.read('u1', replica, 'lag-probe', { [nickname]: null })
    builder.wait(5)
  }
  builder.read('u1', replica, 'lag-probe', { [nickname]: value })
}

test('from the last read without it to the first read with it', () => {
  const builder = new HistoryBuilder()
  polled(builder, 3)
  // Written from 1 to 5 ms; last in vain sent at 26 ms; shown at 40 ms.
  const result = check(lag, builder.end())
  expect(figure(result, 'lagMillisMax')).toEqual({ low: 21, high: 39 })
  expect(figure(result, 'lagMillisMedian')).toEqual({ low: 21, high: 39 })
})

test('a write that was seen at once has a lag from 0', () => {
  const builder = new HistoryBuilder()
  polled(builder, 0)
  expect(figure(check(lag, builder.end()), 'lagMillisMax')).toEqual({ low: 0, high: 9 })
})

test('beyond the declared lag the finding names the write', () => {
  const builder = new HistoryBuilder()
  polled(builder, 12)
  expect(check(lag, builder.end()).findings).toMatchObject([
    { kind: 'lag-beyond-declared', user: 'u1', region: replica, operation: 'op1' },
  ])
})

test('a write that is never shown has no upper bound', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  for (let poll = 0; poll < 3; poll += 1) {
    builder.wait(20).read('u1', replica, 'lag-probe', { [nickname]: null })
  }
  expect(figure(check(lag, builder.end()), 'lagMillisMax')).toEqual({ low: 71, high: Infinity })
})

test('a later write shows that the earlier one arrived', () => {
  const builder = new HistoryBuilder()
  builder.write('u1')
  const later = builder.write('u1')
  builder.read('u1', replica, 'lag-probe', { [nickname]: later })
  const result = check(lag, builder.end())
  expect(result.evidence.samples).toBe(2)
  expect(figure(result, 'lagMillisMax')).toEqual({ low: 0, high: 14 })
})

test('while replication is disturbed a write counts apart', () => {
  const builder = new HistoryBuilder()
  builder.strike('fault1', heldReplication)
  polled(builder, 12)
  builder.heal('fault1', heldReplication)
  const result = check(lag, builder.end())
  expect(figure(result, 'disturbedLagMillisMax')).toEqual({ low: 111, high: 129 })
  expect(result.findings).toEqual([])
  expect(result.measurements[0]).toMatchObject({
    samples: 0,
    inconclusive: 'no write was polled on a replica while replication was undisturbed',
  })
})

test('a disturbance wears off when both Regions agree again', () => {
  const builder = new HistoryBuilder()
  builder.strike('fault1', heldReplication).heal('fault1', heldReplication)
  builder.mark('settle-start').mark('settled')
  polled(builder, 1)
  expect(check(lag, builder.end()).evidence).toMatchObject({ samples: 1, disturbedSamples: 0 })
})

test('a write that nobody asked for in time is no sample', () => {
  const builder = new HistoryBuilder()
  const value = builder.write('u1')
  builder.wait(500).read('u1', replica, 'lag-probe', { [nickname]: value })
  expect(check(lag, builder.end()).evidence.samples).toBe(0)
})

test('a harness that was held up measures no time', () => {
  const builder = new HistoryBuilder()
  polled(builder, 1)
  builder.harness(400_000, 50_000)
  expect(check(lag, builder.end()).measurements[0]?.inconclusive).toBe(
    'the harness was held up for 400 ms while this was measured',
  )
})
