import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchanges } from './exchanges.ts'
import { primary, replica } from './history-builder.ts'
import type { PlainHistory } from './plain-history.ts'

interface PlainFlip {
  readonly at: number
  readonly to: string
  readonly until: number
}

interface PlainUse {
  readonly one: Exchange
  readonly at: number
  readonly from: string
  readonly family: string
  readonly redeems: boolean
  readonly outcome: 'went-on' | 'ended' | 'explained' | 'throttled' | 'unknown'
}

const mints = ['sign-in', 'refresh', 'rotate', 'redeem-code']

function flipsOf({ lines }: PlainHistory): readonly PlainFlip[] {
  const flips = lines.flatMap((line) =>
    line.type === 'route' && line.previous !== null ? [{ at: line.at, to: line.region }] : [],
  )
  return flips.map((flip, index) => ({ ...flip, until: flips[index + 1]?.at ?? Infinity }))
}

function fromOf({ invoke }: Exchange, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const given = invoke.arguments[field]
    if (typeof given === 'object' && given !== null && 'from' in given) return String(given.from)
  }
  return undefined
}

function isMint({ invoke, answer }: Exchange | { invoke: never; answer: undefined }): boolean {
  return answer?.type === 'ok' && answer.tokens !== undefined && mints.includes(invoke.function)
}

/** The first operation of the family that an operation's tokens belong to. */
function familyOf(all: readonly Exchange[], operation: string): string {
  const one = all.find(({ invoke }) => invoke.operation === operation)
  const from = one === undefined ? undefined : fromOf(one, ['refreshToken'])
  return from === undefined ? operation : familyOf(all, from)
}

function usesOf(history: PlainHistory, all: readonly Exchange[]): readonly PlainUse[] {
  return all
    .flatMap((one) => {
      const redeems = ['refresh', 'rotate'].includes(one.invoke.function)
      if (!redeems && one.invoke.function !== 'use-token') return []
      const from = fromOf(one, [redeems ? 'refreshToken' : 'accessToken'])
      if (from === undefined || one.answer === undefined) return []
      const family = familyOf(all, from)
      const at = one.answer.at
      return [{ one, at, from, family, redeems, outcome: outcomeOf(history, all, one, family) }]
    })
    .sort((a, b) => a.at - b.at)
}

function outcomeOf(
  history: PlainHistory,
  all: readonly Exchange[],
  { invoke, answer }: Exchange,
  family: string,
): PlainUse['outcome'] {
  if (answer?.type === 'ok') return 'went-on'
  const meaning = answer?.error?.meaning
  if (answer?.type !== 'fail' || meaning === undefined) return 'unknown'
  if (meaning === 'throttled') return 'throttled'
  const ends = ['reauthenticate', 'revoked']
  if (invoke.function !== 'use-token') ends.push('token-refused')
  if (!ends.includes(meaning)) return 'unknown'
  const began = all.find((one) => one.invoke.operation === family)?.invoke.at ?? 0
  const explains = history.writes
    .filter(({ register }) => register.startsWith(`${invoke.user}/`))
    .filter((write) => write.inv < answer.at)
    .filter((write) => write.outcome !== 'fail' || write.answeredAt > answer.at)
    .some(({ register, end }) => {
      const [, kind = '', detail = ''] = /\/([^:]*):?(.*)$/.exec(register) ?? []
      if (kind === 'revoked') return familyOf(all, detail) === family
      return ['enabled', 'password', 'signed-out'].includes(kind) && end >= began
    })
  return explains ? 'explained' : 'ended'
}

/** What the family of a use had come to before it. */
function familyBefore(uses: readonly PlainUse[], use: PlainUse) {
  const own = uses.filter(({ family }) => family === use.family)
  const before = own.slice(0, own.indexOf(use))
  const begins = before.findIndex(
    ({ one, outcome }) => one.invoke.function === 'rotate' || outcome === 'throttled',
  )
  const known = begins < 0 ? [] : before.slice(begins)
  const turns = known.filter(
    ({ one, outcome }) => one.invoke.function === 'rotate' && outcome === 'went-on',
  )
  const isLost = (token: string, upTo: readonly PlainUse[]): boolean => {
    const last = upTo
      .filter(({ from, redeems }) => from === token && redeems)
      .filter(
        ({ one, outcome }) =>
          outcome === 'went-on' ||
          outcome === 'ended' ||
          (one.answer?.type === 'info' && one.invoke.function === 'rotate'),
      )
      .at(-1)
    return last?.outcome === 'unknown'
  }
  const newestAt = (upTo: readonly PlainUse[], start: string): string =>
    upTo
      .filter(({ one, outcome }) => one.invoke.function === 'rotate' && outcome === 'went-on')
      .at(-1)?.one.invoke.operation ?? start
  const start = known[0]?.from ?? use.from
  const replayed = known.some((entry, index) => {
    const earlier = known.slice(0, index)
    if (entry.from === newestAt(earlier, start) || !entry.redeems) return false
    if (entry.outcome === 'went-on') return entry.one.invoke.function === 'rotate'
    return entry.outcome === 'ended' && !isLost(entry.from, earlier)
  })
  const throttled = known
    .filter(
      ({ redeems, outcome }) => redeems && ['throttled', 'went-on', 'ended'].includes(outcome),
    )
    .at(-1)
  return {
    exists: begins >= 0,
    rotated: turns.length > 0,
    rotatedIn: turns.at(-1)?.one.invoke.region,
    newest: newestAt(known, start),
    lost: isLost(use.from, known),
    replayed,
    throttled: throttled?.outcome === 'throttled',
  }
}

/** The reauthentication checker, use by use. */
export function bruteForceSessions(history: PlainHistory): BruteForce {
  const all = exchanges(history)
  const uses = usesOf(history, all)
  const findings = new Set<string>()
  const note = (kind: string, { one }: PlainUse): void => {
    findings.add(`${kind} ${one.invoke.operation}`)
  }
  let [logouts, retried, refused] = [0, 0, 0]
  const stolen = new Set<string>()
  const doubtful = new Set<string>()
  for (const use of uses) {
    const { outcome, family, redeems, one } = use
    const before = familyBefore(uses, use)
    if (outcome === 'went-on') doubtful.delete(family)
    if (redeems && before.throttled && outcome === 'ended') {
      logouts += 1
      note('throttled-logout', use)
    }
    if (redeems && outcome === 'went-on' && before.lost) retried += 1
    if (outcome !== 'ended' || !before.exists) continue
    const isRevoked = one.answer?.error?.meaning === 'revoked'
    if (redeems && before.lost) {
      refused += 1
      note('lost-refresh-refused', use)
    } else if (before.rotated && !stolen.has(family)) {
      const isNewest = !redeems || use.from === before.newest
      if (!isNewest) continue
      if (isRevoked || (redeems && before.replayed)) {
        stolen.add(family)
        note('revoked-as-stolen', use)
      } else if (redeems) doubtful.add(family)
    }
  }
  const unexplained = [...doubtful].filter((family) => !stolen.has(family)).length
  return {
    values: {
      ...shares(history, all, uses, findings),
      'reauthentication.familiesRevokedAsStolen': [stolen.size, stolen.size + unexplained],
      'reauthentication.throttledLogouts': [logouts, logouts],
      'reauthentication.lostRefreshRetried': [retried, retried],
      'reauthentication.lostRefreshRefused': [refused, refused],
      ...loops(history, all, findings),
      ...foreign(all, findings),
    },
    findings,
  }
}

type Values = Record<string, readonly [number, number]>

function shares(
  history: PlainHistory,
  all: readonly Exchange[],
  uses: readonly PlainUse[],
  findings: Set<string>,
): Values {
  const worst: Record<string, readonly [number, number]> = {}
  const perUser = new Map<string, [number, number]>()
  const raise = (name: string, became: ReadonlyMap<string, readonly string[]>): void => {
    if (became.size === 0) return
    const verdicts = [...became.values()].map((outcomes) =>
      outcomes.includes('ended') ? 'forced' : outcomes.includes('went-on') ? 'kept' : 'unknown',
    )
    const forced = verdicts.filter((verdict) => verdict === 'forced').length
    const unknown = verdicts.filter((verdict) => verdict === 'unknown').length
    const [low, high] = worst[name] ?? [0, 0]
    worst[name] = [
      Math.max(low, forced / verdicts.length),
      Math.max(high, (forced + unknown) / verdicts.length),
    ]
  }
  for (const flip of flipsOf(history)) {
    const users = new Map<string, Map<string, string[]>>()
    for (const use of uses) {
      const { one, at, family, redeems, from } = use
      const root = all.find(({ invoke }) => invoke.operation === family)
      const began = root?.answer?.at ?? Infinity
      const isHere =
        one.invoke.region === flip.to || ![primary, replica].includes(one.invoke.region)
      if (began >= flip.at || one.invoke.at < flip.at || at >= flip.until || !isHere) continue
      const before = familyBefore(uses, use)
      if (redeems && before.exists && !before.lost && before.newest !== from) continue
      const origin =
        flip.to !== primary
          ? undefined
          : revokedAtReplica(all, family, at)
            ? 'share.revoked'
            : root?.invoke.region !== primary
              ? 'share.minted'
              : before.rotatedIn !== undefined && before.rotatedIn !== primary
                ? 'share.rotated'
                : undefined
      const add = (name: string, outcome: string): void => {
        if (outcome === 'explained') return
        const own = users.get(name) ?? new Map<string, string[]>()
        users.set(name, own)
        own.set(one.invoke.user, [...(own.get(one.invoke.user) ?? []), outcome])
      }
      add('share', use.outcome)
      const asRevoked = origin === 'share.revoked' && use.outcome === 'explained'
      if (origin !== undefined) add(origin, asRevoked ? 'ended' : use.outcome)
      if (use.outcome === 'ended') findings.add(`signed-out ${one.invoke.operation}`)
    }
    for (const [name, became] of users) raise(name, became)
    for (const [user, outcomes] of users.get('share') ?? []) {
      const [low, high] = perUser.get(user) ?? [0, 0]
      if (outcomes.includes('ended')) perUser.set(user, [low + 1, high + 1])
      else if (!outcomes.includes('went-on')) perUser.set(user, [low, high + 1])
    }
  }
  const named = ['share', 'share.minted', 'share.rotated', 'share.revoked']
  return {
    ...Object.fromEntries(
      named.map((name) => [`reauthentication.${name}`, worst[name] ?? ([0, 1] as const)]),
    ),
    'reauthentication.perUserMax': [
      Math.max(0, ...[...perUser.values()].map(([low]) => low)),
      Math.max(0, ...[...perUser.values()].map(([, high]) => high)),
    ],
  }
}

function revokedAtReplica(all: readonly Exchange[], family: string, at: number): boolean {
  return all.some((one) => {
    const from = fromOf(one, ['refreshToken'])
    return (
      one.invoke.function === 'revoke' &&
      one.answer?.type === 'ok' &&
      one.answer.at < at &&
      one.invoke.region !== primary &&
      from !== undefined &&
      familyOf(all, from) === family
    )
  })
}

function loops(history: PlainHistory, all: readonly Exchange[], findings: Set<string>): Values {
  const flips = flipsOf(history)
  const startOf = (one: Exchange): Exchange | undefined => {
    const from = fromOf(one, ['page', 'code'])
    if (from === undefined) return one
    const earlier = all.find(({ invoke }) => invoke.operation === from)
    return earlier === undefined ? undefined : startOf(earlier)
  }
  const answered = all
    .filter(({ answer }) => answer !== undefined)
    .sort((a, b) => (a.answer?.at ?? 0) - (b.answer?.at ?? 0))
  // Steps that a flow can go on from; a step is good for one next step.
  const live = new Set<string>()
  let count = 0
  const restarts = new Map<string, number>()
  for (const one of answered) {
    const { invoke, answer } = one
    const from = fromOf(one, ['page', 'code'])
    if (from === undefined && answer?.type === 'ok') {
      if (invoke.function === 'sign-in') restarts.delete(invoke.user)
      if (invoke.function === 'open-sign-in-page') live.add(invoke.operation)
    }
    if (from === undefined || !live.has(from)) continue
    const isBroken =
      answer?.type === 'fail' && ['reauthenticate', 'expired'].includes(answer.error?.meaning ?? '')
    if (answer?.type === 'ok' || isBroken) live.delete(from)
    if (answer?.type === 'ok' && invoke.function === 'submit-sign-in') live.add(invoke.operation)
    if (isMint(one)) restarts.delete(invoke.user)
    if (!isBroken) continue
    const began = startOf(one)?.invoke.at ?? 0
    const crosses = flips.some(({ at }) => at > began && at < (answer?.at ?? 0))
    const before = restarts.get(invoke.user)
    if (before === undefined) {
      if (crosses) restarts.set(invoke.user, 1)
      continue
    }
    restarts.set(invoke.user, before + 1)
    if (before !== 1) continue
    count += 1
    findings.add(`sign-in-loop ${invoke.operation}`)
  }
  return { 'reauthentication.loops': [count, count] }
}

function foreign(all: readonly Exchange[], findings: Set<string>): Values {
  const minted = all
    .filter(isMint)
    .sort((a, b) => (a.answer?.at ?? 0) - (b.answer?.at ?? 0))
    .map(({ invoke, answer }) => ({ invoke, subject: answer?.tokens?.[0]?.subject ?? '' }))
  const crossed = minted.filter(({ invoke, subject }) => {
    const owner = minted.find((other) => other.subject === subject)
    return owner?.invoke.user !== invoke.user
  })
  for (const { invoke } of crossed) findings.add(`foreign-session ${invoke.operation}`)
  return { 'reauthentication.foreignSessions': [crossed.length, crossed.length] }
}
