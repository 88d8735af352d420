import type { RelyingPartyHeader, TokenObservation } from '../../history/line.ts'
import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchanges } from './exchanges.ts'
import { primary } from './history-builder.ts'
import type { PlainHistory } from './plain-history.ts'
import { visitedParties } from './random-visits.ts'

interface PlainVisit {
  readonly one: Exchange
  readonly party: RelyingPartyHeader
  readonly mint: Exchange
  readonly token: TokenObservation
  readonly isCookie: boolean
  readonly accepted: boolean
  /** The application answered that it does not know. */
  readonly undecided: boolean
  readonly inv: number
  readonly end: number
}

type Times = readonly [number, number]

function fromOf({ invoke }: Exchange, field: string): string | undefined {
  const given = invoke.arguments[field]
  if (typeof given !== 'object' || given === null || !('from' in given)) return undefined
  return String(given.from)
}

/** Visits that were answered for certain, in the order of the answers. */
function visitsOf(all: readonly Exchange[]): readonly PlainVisit[] {
  const named = (operation: string | undefined): Exchange | undefined =>
    all.find(({ invoke }) => invoke.operation === operation)
  return all
    .flatMap((one) => {
      const { invoke, answer } = one
      const party = visitedParties.find((entry) => entry.name === invoke.region)
      if (party === undefined || answer === undefined || answer.type === 'info') return []
      const cookie = named(fromOf(one, 'cookie'))
      const shown = cookie ?? one
      const mint = named(fromOf(shown, 'accessToken') ?? fromOf(shown, 'idToken'))
      const token = mint?.answer?.tokens?.[0]
      if (mint === undefined || token === undefined) return []
      const { meaning, status } = answer.error ?? {}
      const undecided = meaning === 'unavailable'
      if (undecided && status === undefined) return []
      const times = { inv: invoke.at, end: answer.at, accepted: answer.type === 'ok', undecided }
      return [{ one, party, mint, token, isCookie: cookie !== undefined, ...times }]
    })
    .sort((a, b) => a.end - b.end)
}

/** How far the clock of a node is off at a moment, in milliseconds. */
function skewAt({ faults }: PlainHistory, node: string, at: number): number {
  return faults
    .filter((line) => line.phase === 'apply' && line.at <= at)
    .filter(
      (apply) =>
        !faults.some(
          (line) => line.fault === apply.fault && line.phase === 'heal-verified' && line.at <= at,
        ),
    )
    .flatMap((line) => line.effects)
    .reduce(
      (sum, entry) =>
        entry.effect === 'clock-skewed' && entry.region === node ? sum + entry.offsetMillis : sum,
      0,
    )
}

/** The relying-parties checker, visit by visit. */
export function bruteForceVisits(history: PlainHistory): BruteForce {
  const all = exchanges(history)
  const known = visitsOf(all)
  const visits = known.filter(({ undecided }) => !undecided)
  const findings = new Set<string>()
  const note = (kind: string, { invoke }: Exchange): number => {
    findings.add(`${kind} ${invoke.operation}`)
    return 1
  }
  let [invalid, within, born] = [0, 0, 0]
  const valid: PlainVisit[] = []
  for (const visit of visits.filter(({ isCookie }) => !isCookie)) {
    const { one, party, mint, token, accepted, inv, end } = visit
    const skew =
      Math.abs(skewAt(history, party.name, end)) +
      Math.abs(skewAt(history, mint.invoke.region, mint.answer?.at ?? 0))
    const expiry = (mint.answer?.at ?? 0) + (token.expiresAt ?? 0) - (token.seenAt ?? 0)
    const over = inv > expiry + (party.leewayMillis + party.cacheMillisMax + skew) * 1_000
    const told = all.some(
      ({ invoke, answer }) =>
        invoke.region === primary &&
        (answer?.at ?? Infinity) <= end &&
        answer?.tokens?.some(({ issuer }) => issuer === token.issuer),
    )
    const isForeign = token.issuer !== token.expectedIssuer
    if (over || token.keyId === 'k9' || (isForeign && !told)) {
      if (accepted) invalid += note('invalid-admitted', one)
    } else if (end < expiry && isSound(visit) && !mayBeOver(history, all, visit)) {
      if (!party.offline && !isKnownEverywhere(history, visit)) continue
      if (skew === 0) valid.push(visit)
      else if (skew <= party.leewayMillis && !isForeign && !accepted) {
        within += note('rejected-within-leeway', one)
      }
    }
  }
  for (const one of all) {
    const { tokens, at = 0 } = one.answer ?? {}
    for (const { expiresAt = 0, seenAt = 0 } of tokens ?? []) {
      const skew = skewAt(history, one.invoke.region, at)
      if (expiresAt <= seenAt + skew * 1_000) born += note('born-expired', one)
    }
  }
  const lost = known.filter(
    (visit) => visit.undecided && !visit.isCookie && hasLostKey(history, all, visit, valid),
  )
  for (const { one } of lost) note('key-lost', one)
  return {
    values: {
      ...rejections(valid, findings),
      'relying-parties.undecided': [lost.length, lost.length],
      'relying-parties.invalidAccepted': [invalid, invalid],
      'relying-parties.rejectedWithinLeeway': [within, within],
      'relying-parties.bornExpired': [born, born],
      'relying-parties.revokedAdmittedSeconds': overstay(all, visits, findings),
      'relying-parties.bothIssuers': bothIssuers(valid),
    },
    findings,
  }
}

/** The Region that issued it does not lack its key. */
function isSound({ mint, token }: PlainVisit): boolean {
  const own = token.verifications.find(({ region }) => region === mint.invoke.region)
  return own?.reason !== 'ERR_JWKS_NO_MATCHING_KEY'
}

/** The application had let in another good token of the key since it was last lost itself. */
function hasLostKey(
  history: PlainHistory,
  all: readonly Exchange[],
  visit: PlainVisit,
  valid: readonly PlainVisit[],
): boolean {
  const { party, mint, token, inv, end } = visit
  const expiry = (mint.answer?.at ?? 0) + (token.expiresAt ?? 0) - (token.seenAt ?? 0)
  const isGood =
    party.offline &&
    token.keyId !== 'k9' &&
    token.issuer === token.expectedIssuer &&
    isSound(visit) &&
    end < expiry &&
    skewAt(history, party.name, end) === 0 &&
    skewAt(history, mint.invoke.region, mint.answer?.at ?? 0) === 0 &&
    !mayBeOver(history, all, visit)
  const since = history.faults
    .filter(({ at, effects }) => at < end && effects.some(({ region }) => region === party.name))
    .filter(({ effects }) => effects.some(({ effect }) => effect === 'region-unavailable'))
    .reduce((latest, { at }) => Math.max(latest, at), 0)
  const alike = valid.filter((other) => other.party === party && other.accepted)
  return (
    isGood &&
    alike.some(
      (other) =>
        other.token.keyId === token.keyId &&
        other.token.issuer === token.issuer &&
        other.end > since &&
        other.end < inv,
    )
  )
}

/** A revocation of the family, or a sign-out since it began, that may have taken effect. */
function mayBeOver(history: PlainHistory, all: readonly Exchange[], visit: PlainVisit): boolean {
  const { one, mint, end } = visit
  return history.writes.some(
    (write) =>
      write.inv < end &&
      (write.outcome !== 'fail' || write.answeredAt > end) &&
      (write.register === `${one.invoke.user}/revoked:${mint.invoke.operation}` ||
        (write.register === `${one.invoke.user}/signed-out` && write.end >= mint.invoke.at)) &&
      all.length > 0,
  )
}

function isKnownEverywhere(history: PlainHistory, { one, inv, end }: PlainVisit): boolean {
  const own = history.writes.filter(
    (write) => write.register.startsWith(`${one.invoke.user}/`) && write.inv < end,
  )
  if (own.some((write) => write.answeredAt > end)) return false
  const starts = history.faults
    .filter(({ effects }) => effects.some(({ effect }) => effect !== 'clock-skewed'))
    .map(({ at }) => at)
  const calm = Math.min(inv, ...starts.filter((start) => start < end))
  return own
    .filter(({ outcome }) => outcome !== 'fail')
    .every((write) => write.end + 100_000 < calm)
}

function rejections(valid: readonly PlainVisit[], findings: Set<string>): Record<string, Times> {
  const values: Record<string, Times> = {}
  for (const { name } of visitedParties) {
    const own = valid.filter(
      ({ party, token }) => party.name === name && token.issuer === token.expectedIssuer,
    )
    if (own.length === 0) continue
    let longest: Times = [0, 0]
    for (const keyId of ['k1', 'k2']) {
      const visits = own.filter(({ token }) => token.keyId === keyId)
      let best = -1
      let first: PlainVisit | undefined
      let rest = visits
      while (rest.some(({ accepted }) => !accepted)) {
        const start = rest.findIndex(({ accepted }) => !accepted)
        const begin = rest[start] as PlainVisit
        const earlier = visits.slice(0, visits.indexOf(begin)).filter(({ accepted }) => accepted)
        const from = Math.min(
          begin.inv,
          earlier.length === 0 ? begin.mint.invoke.at : Math.max(...earlier.map(({ inv }) => inv)),
        )
        const after = rest.slice(start)
        const stop = after.findIndex(
          (visit, index) =>
            visit.accepted &&
            after.slice(0, index).every((other) => other.accepted || other.inv < visit.inv),
        )
        const run = (stop < 0 ? after : after.slice(0, stop)).filter(({ accepted }) => !accepted)
        const low = Math.max(0, Math.max(...run.map(({ inv }) => inv)) - begin.end)
        const high = (after[stop]?.end ?? Infinity) - from
        longest = [Math.max(longest[0], low), Math.max(longest[1], high)]
        if (low > best) [best, first] = [low, begin]
        rest = stop < 0 ? [] : after.slice(stop)
      }
      if (first !== undefined) findings.add(`valid-rejected ${first.one.invoke.operation}`)
    }
    values[`relying-parties.${name}.validRejectedSeconds`] = seconds(longest)
  }
  const times = Object.values(values)
  values['relying-parties.validRejectedSeconds'] =
    times.length === 0
      ? [0, Infinity]
      : [Math.max(...times.map(([low]) => low)), Math.max(...times.map(([, high]) => high))]
  return values
}

function overstay(
  all: readonly Exchange[],
  visits: readonly PlainVisit[],
  findings: Set<string>,
): Times {
  let worst: PlainVisit | undefined
  let longest: Times | undefined
  const asked = visits.filter(({ party }) => !party.offline || party.cacheMillisMax > 0)
  for (const { mint, party } of asked) {
    const endings = all
      .filter(({ answer }) => answer?.type === 'ok')
      .filter(
        (one) =>
          (one.invoke.function === 'revoke' &&
            fromOf(one, 'refreshToken') === mint.invoke.operation) ||
          (one.invoke.function === 'admin-sign-out' &&
            one.invoke.user === mint.invoke.user &&
            one.invoke.at > (mint.answer?.at ?? 0)),
      )
      .sort((a, b) => (a.answer?.at ?? 0) - (b.answer?.at ?? 0))
    const [ending] = endings
    if (ending?.answer === undefined) continue
    const { at } = ending.answer
    const uses = asked.filter((one) => one.mint === mint && one.party === party && one.inv > at)
    if (uses.length === 0) continue
    const cache = party.cacheMillisMax * 1_000
    const last = uses.filter(({ accepted }) => accepted).sort((a, b) => b.inv - a.inv)[0]
    const refusal = uses
      .filter(({ accepted, end }) => !accepted && end >= (last?.inv ?? 0))
      .map(({ end }) => end)[0]
    const low = Math.max(0, (last?.inv ?? 0) - at - cache)
    const high = Math.max(0, (refusal ?? Infinity) - ending.invoke.at - cache)
    if (low > (longest?.[0] ?? 0)) worst = last
    longest = [Math.max(longest?.[0] ?? 0, low), Math.max(longest?.[1] ?? 0, high)]
  }
  if (worst !== undefined) findings.add(`revoked-admitted ${worst.one.invoke.operation}`)
  return longest === undefined ? [0, Infinity] : seconds(longest)
}

function bothIssuers(valid: readonly PlainVisit[]): Times {
  const both = visitedParties.flatMap(({ name }) => {
    const own = valid.filter(({ party }) => party.name === name)
    const issuers = [...new Set(own.map(({ token }) => token.issuer))]
    if (issuers.length < 2) return []
    return issuers.map((issuer) => own.filter(({ token }) => token.issuer === issuer))
  })
  if (both.length === 0) return [0, 1]
  const value = both.every((visits) => visits.every(({ accepted }) => accepted)) ? 1 : 0
  return [value, value]
}

function seconds([low, high]: Times): Times {
  return [low / 1_000_000, high / 1_000_000]
}
