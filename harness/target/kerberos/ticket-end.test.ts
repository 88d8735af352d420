import { expect, test } from 'vitest'
import { ticketEnd } from './ticket-end.ts'

// Goal: the end of a ticket is what its holder reads, and half a cache tells nothing.
// Method: caches as MIT Kerberos writes them, by hand.

const long = (value: number): readonly number[] => [value >>> 24, value >>> 16, value >>> 8, value]
const text = (value: string): readonly number[] => [...long(value.length), ...Buffer.from(value)]
const principal = (realm: string, ...names: readonly string[]): readonly number[] => [
  ...[...long(1), ...long(names.length), ...text(realm)],
  ...names.flatMap(text),
]

function credential(server: readonly number[], end: number): readonly number[] {
  const [key, times] = [[0, 18, ...text('key')], [1, 2, end, 9].flatMap(long)]
  const addresses = [...long(1), 0, 2, ...text('four')]
  return [
    ...[...principal('R', 'ada'), ...server, ...key, ...times, 0, ...long(7)],
    ...[...addresses, ...long(0), ...text('ticket'), ...text('')],
  ]
}

const head = [5, 4, 0, 12, ...Array<number>(12).fill(0), ...principal('R', 'ada')]
const setting = credential(principal('X-CACHECONF:', 'krb5_ccache_conf_data', 'pa_type'), 0)
const granting = credential(principal('R', 'krbtgt', 'R'), 1_000)
const whole = Uint8Array.from([...head, ...setting, ...granting])

test('the ticket-granting ticket is found behind settings of the cache', () => {
  expect(ticketEnd(whole)).toBe(1_000_000_000)
})

test('a cache without one, of another version or cut short tells nothing', () => {
  expect(ticketEnd(Uint8Array.from([...head, ...setting]))).toBe(undefined)
  expect(ticketEnd(Uint8Array.from([5, 3, ...whole.subarray(2)]))).toBe(undefined)
  for (const length of [0, 1, 3, 20, head.length + 3, whole.length - granting.length + 9]) {
    expect(ticketEnd(whole.subarray(0, length))).toBe(undefined)
  }
})
