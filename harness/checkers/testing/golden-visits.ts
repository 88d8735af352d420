import type { EventLine, HeaderLine } from '../../history/line.ts'
import { refreshed } from './golden-continuity.ts'
import { busy, converge, type GoldenHistory } from './golden-story.ts'
import { type AnswerOptions, type HistoryBuilder, primary, replica } from './history-builder.ts'
import { sampleToken } from './sample-token.ts'

const shop: Partial<HeaderLine> = {
  relyingParties: [
    { name: 'shop', kind: 'jose', offline: true, cacheMillisMax: 0, leewayMillis: 0 },
  ],
}

/** One token that an application is shown ten times; the fourth to seventh answer is given. */
function visits(builder: HistoryBuilder, answer: AnswerOptions): readonly EventLine[] {
  const last = busy(builder)
  const tokens = [sampleToken(builder)]
  const session = builder.perform('u2', { function: 'sign-in' }, { tokens })
  const given = { accessToken: { from: session, field: 'accessToken' } } as const
  const options = { function: 'visit', region: 'shop', arguments: given } as const
  for (let ordinal = 0; ordinal < 10; ordinal += 1) {
    builder.perform('u2', options, ordinal >= 3 && ordinal < 7 ? answer : {})
    builder.wait(20)
  }
  return converge(builder, last)
}

/** Clients that send one request each 300 ms, and since the loss so many for each. */
function insistent(builder: HistoryBuilder, attempts: number): readonly EventLine[] {
  const last = busy(builder)
  const send = (type: 'ok' | 'fail', retryOf?: string): string => {
    const options = { function: 'sign-in', process: 7, population: 'sdk' } as const
    return builder.perform('u3', retryOf === undefined ? options : { ...options, retryOf }, {
      type,
    })
  }
  for (let count = 0; count < 5; count += 1) {
    send('ok')
    builder.wait(295)
  }
  builder.strike('fault1')
  for (let count = 0; count < 5; count += 1) {
    let retryOf: string | undefined
    for (let attempt = 0; attempt < attempts; attempt += 1) retryOf = send('fail', retryOf)
    builder.wait(300 - 5 * attempts)
  }
  builder.route(replica, primary)
  send('ok')
  builder.heal('fault1').route(primary, replica)
  return converge(builder, last)
}

const throttled = { type: 'fail', meaning: 'throttled' } as const

/** One recovery probe of the replica's path. */
function handshake(builder: HistoryBuilder, answer: AnswerOptions): readonly EventLine[] {
  const last = busy(builder)
  const options = { function: 'sign-in', purpose: 'recovery-probe', region: replica } as const
  builder.perform('u2', { ...options, population: 'sdk' }, answer)
  return converge(builder, last)
}

const wrongSecret = { type: 'fail', code: 'invalid_client', meaning: 'wrong-credentials' } as const

/** A machine client gets a second secret and loses the first; so the replica answers the second. */
function rotation(builder: HistoryBuilder, atReplica: AnswerOptions): readonly EventLine[] {
  const last = busy(builder)
  const signIn = (secret: string, region: string, answer: AnswerOptions = {}): void => {
    const options = { function: 'machine-sign-in', region, arguments: { secret } } as const
    builder.perform('m1', options, answer)
  }
  for (const region of [primary, replica]) signIn('first', region)
  const second = builder.nextId
  const added = [{ register: `m1/secret:${second}`, value: second }]
  builder.perform('m1', { function: 'add-secret', writes: added })
  builder.wait(200)
  for (const region of [primary, replica]) signIn('first', region)
  signIn(second, primary)
  signIn(second, replica, atReplica)
  const deleted = [{ register: 'm1/secret:first', value: 'deleted' }]
  builder.perform('m1', { function: 'delete-secret', writes: deleted })
  builder.wait(200)
  for (let round = 0; round < 2; round += 1) {
    signIn(second, primary)
    signIn(second, replica, atReplica)
    for (const region of [primary, replica]) signIn('first', region, wrongSecret)
  }
  return converge(builder, last)
}

const loneReplica = [
  { effect: 'region-unavailable', region: replica },
  { effect: 'replication-disturbed', region: replica },
] as const

/** A password that changes while the replica is alone; it then admits the new one or the old. */
function returning(builder: HistoryBuilder, admitted: 'new' | 'former'): readonly EventLine[] {
  const last = busy(builder)
  builder.wait(200).strike('fault1', loneReplica)
  const changed = builder.nextId
  const writes = [{ register: 'u1/password', value: changed }]
  builder.perform('u1', { function: 'set-password', writes })
  builder.wait(1_500).heal('fault1', loneReplica)
  const password = admitted === 'new' ? changed : 'op1'
  builder.perform('u1', { function: 'sign-in', region: replica, arguments: { password } })
  return converge(builder, last)
}

/** Histories of applications, machine clients, certificates, retries and a Region's return. */
export const visitHistories: readonly GoldenHistory[] = [
  {
    name: 'application-accepts-a-valid-token',
    kinds: [],
    header: shop,
    build: (builder) => visits(builder, {}),
  },
  {
    name: 'application-rejects-a-valid-token',
    violates: 'relying-parties',
    kinds: ['valid-rejected'],
    header: shop,
    build: (builder) =>
      visits(builder, { type: 'fail', meaning: 'token-refused', code: 'ERR_JWKS_NO_MATCHING_KEY' }),
  },
  {
    name: 'clients-try-once',
    kinds: [],
    build: (builder) => insistent(builder, 1),
  },
  {
    name: 'clients-storm-the-primary',
    violates: 'retries',
    kinds: ['retry-storm'],
    build: (builder) => insistent(builder, 6),
  },
  {
    name: 'sessions-are-refreshed-at-once',
    kinds: [],
    build: (builder) => refreshed(builder, {}),
  },
  {
    name: 'refreshes-are-throttled',
    violates: 'refresh-wave',
    kinds: ['refreshed-late'],
    build: (builder) => refreshed(builder, throttled, throttled, throttled, throttled, {}),
  },
  {
    name: 'certificate-is-trusted',
    kinds: [],
    header: { encrypted: [replica] },
    build: (builder) => handshake(builder, {}),
  },
  {
    name: 'certificate-has-expired',
    violates: 'certificates',
    kinds: ['handshake-failed'],
    header: { encrypted: [replica] },
    build: (builder) => handshake(builder, { type: 'fail', code: 'certificate-refused' }),
  },
  {
    name: 'some-secret-always-works',
    kinds: [],
    build: (builder) => rotation(builder, {}),
  },
  {
    name: 'second-secret-never-arrives',
    violates: 'secrets',
    kinds: ['no-secret-works'],
    build: (builder) => rotation(builder, wrongSecret),
  },
  {
    name: 'returned-region-has-caught-up',
    kinds: [],
    build: (builder) => returning(builder, 'new'),
  },
  {
    name: 'returned-region-is-stale',
    violates: 'stale-region',
    kinds: ['stale-sign-in'],
    build: (builder) => returning(builder, 'former'),
  },
]
