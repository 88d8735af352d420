import { expect, test } from 'vitest'
import { retries } from './retries.ts'
import { check } from './testing/agreement.ts'
import { HistoryBuilder, primary, replica } from './testing/history-builder.ts'

function send(builder: HistoryBuilder, type: 'ok' | 'fail' | 'info', retryOf?: string): string {
  const process = builder.lines.length
  const options = { function: 'sign-in', process, population: 'sdk', region: primary } as const
  return builder.perform('u1', retryOf === undefined ? options : { ...options, retryOf }, { type })
}

function figures(builder: HistoryBuilder): unknown {
  return check(retries, builder.end()).measurements.map(({ value, samples, inconclusive }) => [
    value.low,
    value.high,
    samples,
    inconclusive,
  ])
}

test('what may have succeeded unseen widens requests for each success', () => {
  const builder = new HistoryBuilder()
  const first = send(builder, 'info')
  send(builder, 'fail', first)
  send(builder, 'ok', first)
  const [perSuccess] = figures(builder) as readonly unknown[]
  expect(perSuccess).toEqual([1.5, 3, 3, undefined])
})

test('amplification is the worst second of the outage against the worst before it', () => {
  const builder = new HistoryBuilder()
  builder.route(primary, null)
  for (let count = 0; count < 4; count += 1) {
    send(builder, 'ok')
    builder.wait(495)
  }
  builder.strike('fault1')
  let before: string | undefined
  for (let count = 0; count < 8; count += 1) before = send(builder, 'fail', before)
  builder.route(replica, primary)
  const result = check(retries, builder.end())
  expect(result.measurements[1]?.value).toEqual({ low: 4, high: 4 })
  expect(result.findings[0]?.message).toBe(
    'clients sent 8 requests in one second after us-east-1 was lost, from that of user u1 on; before it at most 2',
  )
})

test('without populations nothing was seen', () => {
  expect(figures(new HistoryBuilder())).toEqual([
    [0, 0, 0, 'no population sent anything'],
    [0, Infinity, 0, 'no verified fault took service from the Region that clients were routed to'],
  ])
})
