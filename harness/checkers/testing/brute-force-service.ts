import type { InvokeLine, TokenObservation } from '../../history/line.ts'
import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchanges } from './exchanges.ts'
import { primary } from './history-builder.ts'
import { disturbances, type PlainHistory, type PlainWrite, plainDisaster } from './plain-history.ts'

/** The availability checker: tries every probe as the start of the run. */
export function bruteForceAvailability(history: PlainHistory): BruteForce {
  const probes = exchanges(history)
    .filter(({ invoke }) => invoke.purpose === 'probe')
    .map(({ invoke, answer }) => ({
      operation: invoke.operation,
      inv: invoke.at,
      end: answer?.type === 'ok' ? answer.at : Infinity,
    }))
  const failed = probes.filter((probe) => probe.end === Infinity)
  const ratio = probes.length === 0 ? 0 : (probes.length - failed.length) / probes.length
  const values: Record<string, readonly [number, number]> = {
    'availability.failedProbes': [failed.length, failed.length],
    'availability.successRatio': [ratio, probes.length === 0 ? 1 : ratio],
  }
  const findings = new Set<string>()
  const { disaster } = plainDisaster(history)
  if (disaster === undefined) return { values, findings }
  const after = probes.filter((probe) => probe.inv >= disaster.end)
  const since = failed.filter((probe) => probe.inv >= disaster.start)
  const start = after.findIndex((_, index) => {
    const run = after.slice(index, index + 20)
    return run.length === 20 && run.every((probe) => probe.end !== Infinity)
  })
  const back = after[start]
  const before = since.filter((probe) => back === undefined || probe.inv < back.inv)
  const lastFailed = Math.max(-Infinity, ...before.map((probe) => probe.inv))
  const isDown = back === undefined && after.length >= 20 && after.at(-1)?.end === Infinity
  values['availability.recoveryMillis'] = [
    Math.max(0, lastFailed - disaster.end) / 1_000,
    back === undefined ? Infinity : (back.end - disaster.start) / 1_000,
  ]
  values['availability.recovered'] = [back === undefined ? 0 : 1, isDown ? 0 : 1]
  if (isDown) findings.add(`not-recovered ${failed.at(-1)?.operation}`)
  return { values, findings }
}

const minting = ['sign-in', 'refresh', 'answer-totp']
const claimReasons = ['ERR_JWT_EXPIRED', 'ERR_JWT_CLAIM_VALIDATION_FAILED.iss']

/** The tokens checker: each token and each presentation by itself. */
export function bruteForceTokens(history: PlainHistory): BruteForce {
  const all = exchanges(history)
  const findings = new Set<string>()
  const count = { unverifiable: 0, issuer: 0, audience: 0, expiry: 0, rejected: 0, across: 0 }
  const seen = all
    .filter(({ answer }) => answer?.tokens !== undefined)
    .sort((a, b) => (a.answer?.at ?? 0) - (b.answer?.at ?? 0))
  for (const { invoke, answer } of seen) {
    for (const token of answer?.tokens ?? []) {
      if (token.use === 'refresh') continue
      const note = (kind: string): number => {
        findings.add(`${kind} ${invoke.operation}`)
        return 1
      }
      if (isUnverifiable(history, token)) count.unverifiable += note('unverifiable')
      if (token.issuer !== token.expectedIssuer) count.issuer += note('wrong-issuer')
      if (token.audience !== token.expectedAudience) count.audience += note('wrong-audience')
      const { expiresAt = 0, issuedAt = 0, seenAt = 0 } = token
      const life = expiresAt - issuedAt
      const isBad = expiresAt <= seenAt || life <= 0 || life > 86_400_000_000
      const isOdd = !isBad && Math.abs(life - expectedLifetime(seen, token)) > 1_000_000
      if (isBad || isOdd) count.expiry += note('bad-expiry')
    }
  }
  const presented = all.filter(({ invoke }) => invoke.function === 'use-token')
  for (const { invoke, answer } of presented) {
    const mint = all.find(
      ({ invoke: other }) => other.operation === sourceOf(invoke, 'accessToken'),
    )
    const token = mint?.answer?.tokens?.find((entry) => entry.use === 'access')
    if (mint?.answer === undefined || token === undefined || answer === undefined) continue
    if (answer.type === 'ok' && mint.invoke.region !== invoke.region) count.across += 1
    if (answer.type !== 'fail' || answer.error?.code === 'not-sent') continue
    const expiry = mint.answer.at + ((token.expiresAt ?? 0) - (token.seenAt ?? 0))
    if (answer.at >= expiry || mayBeForbidden(history, all, invoke, mint.invoke, answer.at))
      continue
    if (mint.invoke.region !== invoke.region && !isEstablished(history, all, invoke)) continue
    count.rejected += 1
    findings.add(`rejected-before-expiry ${invoke.operation}`)
  }
  const exact = (value: number): readonly [number, number] => [value, value]
  return {
    values: {
      'tokens.unverifiable': exact(count.unverifiable),
      'tokens.wrongIssuer': exact(count.issuer),
      'tokens.wrongAudience': exact(count.audience),
      'tokens.badExpiry': exact(count.expiry),
      ...(presented.every(({ answer }) => answer === undefined)
        ? {}
        : {
            'tokens.rejectedBeforeExpiry': exact(count.rejected),
            'tokens.acceptedAcrossRegions': exact(count.across),
          }),
    },
    findings,
  }
}

/** The lifetime of the first well-formed token of the same use and audience. */
function expectedLifetime(seen: readonly Exchange[], token: TokenObservation): number {
  const like = seen
    .flatMap(({ answer }) => answer?.tokens ?? [])
    .filter((entry) => entry.use === token.use && entry.audience === token.audience)
    .filter((entry) => {
      const life = (entry.expiresAt ?? 0) - (entry.issuedAt ?? 0)
      return (entry.expiresAt ?? 0) > (entry.seenAt ?? 0) && life > 0 && life <= 86_400_000_000
    })
  return (like[0]?.expiresAt ?? 0) - (like[0]?.issuedAt ?? 0)
}

function isUnverifiable(history: PlainHistory, token: TokenObservation): boolean {
  return token.verifications.some((verification) => {
    if (!verification.accepted) return !claimReasons.includes(verification.reason ?? '')
    const published = history.lines.some(
      (line) =>
        line.type === 'jwks' &&
        line.region === verification.region &&
        line.keys.some((key) => key.keyId === token.keyId),
    )
    return !published
  })
}

function sourceOf(invoke: InvokeLine, name: string): string | undefined {
  const argument = invoke.arguments[name]
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
  return typeof argument.from === 'string' ? argument.from : undefined
}

function rootOf(all: readonly Exchange[], operation: string): string {
  const found = all.find(({ invoke }) => invoke.operation === operation)?.invoke
  if (found === undefined || !minting.includes(found.function)) return operation
  const source = sourceOf(found, 'refreshToken') ?? sourceOf(found, 'session')
  return source === undefined ? operation : rootOf(all, source)
}

/** Something that may have taken effect forbids the token: delete, disable, revocation. */
function mayBeForbidden(
  history: PlainHistory,
  all: readonly Exchange[],
  invoke: InvokeLine,
  mint: InvokeLine,
  at: number,
): boolean {
  const begun = (write: PlainWrite): boolean =>
    write.inv < at && (write.outcome !== 'fail' || write.answeredAt > at)
  return history.writes.filter(begun).some(({ register, value }) => {
    if (register === `${invoke.user}/existence`) return value === null
    if (register === `${invoke.user}/enabled`) return true
    const prefix = `${invoke.user}/revoked:`
    if (!register.startsWith(prefix)) return false
    return rootOf(all, register.slice(prefix.length)) === rootOf(all, mint.operation)
  })
}

function isEstablished(
  history: PlainHistory,
  all: readonly Exchange[],
  { user, region, at }: InvokeLine,
): boolean {
  if (region === primary) return true
  const creations = history.writes.filter((write) => write.register === `${user}/existence`)
  const isRead = history.readings.some(
    (reading) => reading.register === `${user}/existence` && reading.inv < at,
  )
  if (creations.every((write) => write.inv > at) && !isRead) return true
  const succeeded = all.some(
    ({ invoke, answer }) =>
      invoke.user === user &&
      invoke.region === region &&
      answer?.type === 'ok' &&
      answer.at < at &&
      ([...minting, 'use-token'].includes(invoke.function) ||
        (answer.observed ?? []).some((entry) => entry.value !== null)),
  )
  const calmUntil = Math.min(at, ...disturbances(history).map(([start]) => start))
  const settled = history.lines.find((line) => line.type === 'mark' && line.name === 'settled')
  const settledAt = settled !== undefined && settled.at < at ? settled.at : -Infinity
  return (
    succeeded || creations.some((write) => write.end + 100_000 < calmUntil || write.end < settledAt)
  )
}
