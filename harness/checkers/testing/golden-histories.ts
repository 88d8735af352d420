import type { EventLine, TokenObservation } from '../../history/line.ts'
import { memorySink } from '../../history/memory-sink.ts'
import { accessHistories } from './golden-access.ts'
import { continuityHistories } from './golden-continuity.ts'
import { gameDayHistories } from './golden-game-days.ts'
import { busy, converge, cutover, type GoldenHistory } from './golden-story.ts'
import { visitHistories } from './golden-visits.ts'
import { HistoryBuilder, headerOf, heldReplication, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

const nickname = 'u1/attribute:nickname'

/** The name of its file in `fixtures/histories`. */
export function goldenFile({ name, violates }: GoldenHistory): string {
  return `${name}.${violates === undefined ? 'holds' : `violates-${violates}`}.ndjson`
}

/** The bytes of its file. */
export function goldenBytes(golden: GoldenHistory): Uint8Array {
  const sink = memorySink()
  sink.append({ ...headerOf(golden.name), ...golden.header })
  for (const line of golden.build(new HistoryBuilder())) sink.append(line)
  return sink.toBytes()
}

function accessToken(builder: HistoryBuilder, keyId: string): TokenObservation {
  if (keyId === 'k1') return sampleToken(builder)
  const reason = 'ERR_JWKS_NO_MATCHING_KEY'
  const verifications = [primary, replica].map((region) => ({
    region,
    snapshot: 's1',
    accepted: false,
    reason,
  }))
  return sampleToken(builder, { keyId, verifications })
}

/** A sign-in on the primary, the loss of it, and the token at the replica. */
function present(
  builder: HistoryBuilder,
  keyId: string,
  answer: 'ok' | 'fail',
): readonly EventLine[] {
  const last = busy(builder)
  builder.wait(200).jwks(primary, 's1', 'k1').jwks(replica, 's1', 'k1')
  const password = { password: 'op1' }
  const tokens = [accessToken(builder, keyId)]
  const options = { function: 'sign-in', arguments: password } as const
  const session = builder.perform('u1', options, { tokens })
  builder.strike('fault1').route(replica, primary)
  builder.perform(
    'u1',
    {
      function: 'use-token',
      region: replica,
      purpose: 'token-probe',
      arguments: { accessToken: { from: session, field: 'accessToken' } },
    },
    answer === 'ok' ? {} : { type: 'fail', code: 'NotAuthorizedException' },
  )
  builder.heal('fault1').route(primary, replica)
  return converge(builder, last)
}

function probes(builder: HistoryBuilder, count: number, region: string, type: 'ok' | 'fail'): void {
  for (let sent = 0; sent < count; sent += 1) {
    builder.perform('u2', { function: 'sign-in', purpose: 'probe', region, process: 9 }, { type })
    builder.wait(20)
  }
}

function polledWrite(builder: HistoryBuilder, polls: number): string {
  const before = builder.write('u1')
  builder.read('u1', replica, 'lag-probe', { [nickname]: before })
  const value = builder.write('u1')
  for (let poll = 0; poll < polls; poll += 1) {
    builder.read('u1', replica, 'lag-probe', { [nickname]: before })
    builder.wait(2)
  }
  builder.read('u1', replica, 'lag-probe', { [nickname]: value })
  return value
}

/** Every golden history; each checker has one that holds and one that it objects to. */
export const goldenHistories: readonly GoldenHistory[] = [
  {
    name: 'region-loss-without-loss',
    kinds: [],
    build: (builder) => {
      const last = busy(builder)
      cutover(builder, last)
      builder.heal('fault1').route(primary, replica)
      return converge(builder, last)
    },
  },
  {
    name: 'region-loss-strands-writes',
    kinds: ['missing'],
    build: (builder) => {
      const shown = busy(builder, 8)
      builder.strike('fault2', heldReplication)
      builder.write('u1')
      const last = builder.write('u1')
      cutover(builder, shown)
      builder.heal('fault1').heal('fault2', heldReplication).route(primary, replica)
      return converge(builder, last)
    },
  },
  {
    name: 'acknowledged-write-is-lost',
    violates: 'data-loss',
    kinds: ['lost'],
    build: (builder) => {
      const kept = busy(builder)
      builder.write('u1')
      cutover(builder, kept)
      builder.heal('fault1').route(primary, replica)
      return converge(builder, kept)
    },
  },
  {
    name: 'value-that-nobody-wrote',
    violates: 'data-loss',
    kinds: ['phantom'],
    build: (builder) => {
      busy(builder)
      const refused = builder.write('u1', 'nickname', { type: 'fail' })
      return converge(builder, refused)
    },
  },
  {
    name: 'delete-comes-back',
    violates: 'data-loss',
    kinds: ['resurrected'],
    build: (builder) => {
      busy(builder)
      const there = { 'u1/existence': 'op1' }
      builder.read('u1', replica, 'workload', there, 1)
      builder.deleteUser('u1')
      builder.wait(200)
      builder.read('u1', replica, 'workload', { 'u1/existence': null }, 2)
      builder.strike('fault1', heldReplication)
      builder.read('u1', replica, 'workload', there, 3)
      builder.heal('fault1', heldReplication).mark('writers-stopped').mark('settle-start')
      const gone = { 'u1/existence': null }
      for (const region of [primary, replica, primary, replica]) {
        builder.read('u1', region, 'settle-read', gone)
      }
      builder.mark('settled')
      for (const region of [primary, replica]) builder.read('u1', region, 'final-read', gone)
      return builder.end()
    },
  },
  {
    name: 'undisturbed-lag',
    kinds: [],
    build: (builder) => {
      busy(builder)
      return converge(builder, polledWrite(builder.wait(150), 5))
    },
  },
  {
    name: 'lag-beyond-the-declared',
    violates: 'lag',
    kinds: ['lag-beyond-declared'],
    build: (builder) => {
      busy(builder)
      return converge(builder, polledWrite(builder.wait(150), 40))
    },
  },
  {
    name: 'regions-differ-after-heal',
    violates: 'convergence',
    kinds: ['diverged'],
    build: (builder) => {
      const shown = busy(builder)
      builder.strike('fault1', heldReplication)
      const last = builder.write('u1')
      return converge(builder.heal('fault1', heldReplication), last, shown)
    },
  },
  {
    name: 'regions-agree-on-the-impossible',
    violates: 'convergence',
    kinds: ['impossible'],
    build: (builder) => {
      const kept = busy(builder)
      builder.write('u1')
      return converge(builder, kept)
    },
  },
  {
    name: 'reads-go-backwards',
    violates: 'backwards',
    kinds: ['went-backwards'],
    build: (builder) => {
      const older = busy(builder)
      const newer = builder.write('u1')
      builder.wait(150).read('u1', replica, 'workload', { [nickname]: newer }, 4)
      builder.strike('fault1', heldReplication).heal('fault1', heldReplication)
      builder.read('u1', replica, 'workload', { [nickname]: older }, 4)
      return converge(builder, newer)
    },
  },
  {
    name: 'token-accepted-by-both-regions',
    kinds: [],
    build: (builder) => present(builder, 'k1', 'ok'),
  },
  {
    name: 'token-of-an-unknown-key',
    violates: 'tokens',
    kinds: ['unverifiable'],
    build: (builder) => present(builder, 'k9', 'ok'),
  },
  {
    name: 'token-refused-before-it-expires',
    violates: 'tokens',
    kinds: ['rejected-before-expiry'],
    build: (builder) => present(builder, 'k1', 'fail'),
  },
  {
    name: 'back-after-cutover',
    kinds: [],
    build: (builder) => {
      const last = busy(builder)
      probes(builder, 5, primary, 'ok')
      builder.strike('fault1')
      probes(builder, 6, primary, 'fail')
      builder.route(replica, primary)
      probes(builder, 25, replica, 'ok')
      builder.heal('fault1').route(primary, replica)
      return converge(builder, last)
    },
  },
  {
    name: 'never-back-after-cutover',
    violates: 'availability',
    kinds: ['not-recovered'],
    build: (builder) => {
      const last = busy(builder)
      probes(builder, 5, primary, 'ok')
      builder.strike('fault1').route(replica, primary)
      probes(builder, 25, replica, 'fail')
      builder.heal('fault1').route(primary, replica)
      return converge(builder, last)
    },
  },
  ...continuityHistories,
  ...gameDayHistories,
  ...visitHistories,
  ...accessHistories,
]
