import type { EventLine, HeaderLine } from '../../history/line.ts'
import { BenchTraffic } from './bench-traffic.ts'
import { headerOf, primary, replica } from './history-builder.ts'

const usersMax = 20_000
const processes = 32

/** The header of a history for measuring. */
export const benchHeader: HeaderLine = headerOf('bench', {
  claim: 'A long history.',
  requirements: ['FS-36', 'FS-37', 'FS-39'],
  lockout: { scope: 'regional', threshold: 5 },
  relyingParties: [
    { name: 'shop', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 0 },
    { name: 'desk', kind: 'introspecting', offline: false, cacheMillisMax: 0, leewayMillis: 0 },
  ],
})

/**
 * The lines of a history of about `operations` operations by 32 processes over up to 20,000 users,
 * with the loss of a Region and the sweeps that follow it. They are made one by one: nothing holds
 * them.
 */
export function* benchLines(operations: number): Generator<EventLine> {
  const traffic = new BenchTraffic(Math.min(usersMax, Math.ceil(operations / 10)))
  let at = 0
  yield { type: 'mark', at, name: 'start' }
  yield { type: 'route', at, region: primary, previous: null }
  const keys = [{ keyId: 'k1', algorithm: 'RS256' }]
  for (const region of [primary, replica]) yield { type: 'jwks', at, region, snapshot: 's1', keys }
  for (let number = 1; number <= operations; number += 1) {
    at += 100
    const common = { process: number % processes, operation: `op${number}` }
    const { asked, answered } = traffic.exchange(number, at)
    yield { type: 'invoke', at, ...common, ...asked }
    yield { at: at + 50, ...common, ...answered }
  }
  yield* benchEnd(at + 1_000, operations, traffic.newest)
}

/** The loss of a Region, the cutover read, heal, and the final reads. */
function* benchEnd(
  start: number,
  operations: number,
  newest: ReadonlyMap<string, string>,
): Generator<EventLine> {
  let at = start
  let number = operations
  const effects = [{ effect: 'region-unavailable', region: primary }] as const
  const fault = {
    type: 'fault',
    fault: 'fault1',
    kind: 'region-loss',
    parameters: {},
    effects,
  } as const
  const sweep = function* (
    region: string,
    purpose: 'cutover-read' | 'settle-read' | 'final-read',
  ): Generator<EventLine> {
    for (const [user, value] of newest) {
      at += 100
      number += 1
      const register = `${user}/attribute:nickname`
      const common = { at, process: 0, operation: `op${number}` }
      const asked = { function: 'read-user', user, region, purpose, arguments: {} } as const
      yield { ...common, type: 'invoke', ...asked, reads: [register] }
      yield { ...common, at: at + 50, type: 'ok', observed: [{ register, value }] }
    }
    at += 100
  }
  yield { ...fault, at, phase: 'apply' }
  yield { ...fault, at: at + 10, phase: 'verified' }
  yield { type: 'route', at: at + 20, region: replica, previous: primary }
  yield* sweep(replica, 'cutover-read')
  yield { ...fault, at, phase: 'heal' }
  yield { ...fault, at, phase: 'heal-verified' }
  yield { type: 'mark', at, name: 'settle-start' }
  for (const region of [primary, replica]) yield* sweep(region, 'settle-read')
  yield { type: 'mark', at, name: 'settled' }
  for (const region of [primary, replica]) yield* sweep(region, 'final-read')
  yield { type: 'end', at, reason: 'complete' }
}
