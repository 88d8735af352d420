import type { BruteForce } from './brute-force.ts'
import { replica } from './history-builder.ts'
import { type Exchange, exchangesOf } from './plain-exchanges.ts'
import { arrivedBy, type PlainHistory } from './plain-history.ts'

type Pair = [low: number, high: number]

const byPassword = ['sign-in', 'admin-sign-in', 'answer-srp', 'redeem-code', 'guess-password']
const silent = ['locked', 'throttled', 'unavailable']

/** The totp checker: each sign-in against each enrolment, each code against each showing. */
export function bruteForceTotp(history: PlainHistory): BruteForce {
  const all = exchangesOf(history)
  const findings = new Set<string>()
  const values: Record<string, Pair> = {}
  for (const name of ['bypasses', 'replaysSameRegion', 'replaysAcrossRegions'])
    values[name] = [0, 0]
  for (const name of ['refreshesAfterFactor', 'enrolmentsOnReplica']) values[name] = [0, 0]
  for (const name of ['notServed', 'guessesAccepted']) values[name] = [0, 0]
  const count = (name: string, sure: string, kind = '', operation = ''): void => {
    const pair = values[name] ?? [0, 0]
    if (sure !== 'no') pair[1] += 1
    if (sure !== 'certainly') return
    pair[0] += 1
    if (kind !== '') findings.add(`${kind} ${operation}`)
  }
  for (const one of all) {
    const { function: fn, operation } = one.invoke
    const taken = one.type === 'info' ? 'perhaps' : one.type === 'ok' ? 'certainly' : 'no'
    if (fn === 'guess-code') count('guessesAccepted', taken, 'code-guessed', operation)
    if (one.node === replica && (fn === 'verify-totp' || fn === 'prefer-totp')) {
      count('enrolmentsOnReplica', taken, 'enrolled-on-replica', operation)
    }
    const isRefresh = fn === 'refresh' || fn === 'rotate'
    if (isRefresh && one.node === replica && showedCode(all, sourceOf(one))) {
      count('refreshesAfterFactor', taken)
    }
    const isShown = fn === 'answer-totp' || fn === 'replay-totp'
    if (one.node === replica && isShown && one.meaning === 'gated') count('notServed', 'certainly')
    if (fn === 'replay-totp' && !silent.includes(one.meaning)) {
      const first = all.find(({ invoke }) => invoke.operation === referenceIn(one, 'code'))
      if (first !== undefined && first.type !== 'fail' && first.invoke.function === 'answer-totp') {
        const name = first.node === one.node ? 'replaysSameRegion' : 'replaysAcrossRegions'
        const sure = taken === 'certainly' && first.type === 'info' ? 'perhaps' : taken
        count(name, sure, 'replayed', operation)
      }
    }
    const required = byPassword.includes(fn) ? factorRequired(history, all, one) : 'no'
    if (required === 'no' || passedFactor(all, flowOf(one))) continue
    if (one.tokens.length > 0) count('bypasses', required, 'bypass', operation)
    if (one.node === replica && one.meaning === 'gated') count('notServed', 'certainly')
  }
  const named = Object.entries(values).map(([name, pair]) => [`totp.${name}`, pair] as const)
  return { values: Object.fromEntries(named), findings }
}

function referenceIn({ invoke }: Exchange, name: string): string | undefined {
  const argument = invoke.arguments[name]
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
  return typeof argument.from === 'string' ? argument.from : undefined
}

function sourceOf(one: Exchange): string | undefined {
  for (const name of ['refreshToken', 'accessToken', 'session', 'srp', 'code', 'page']) {
    const from = referenceIn(one, name)
    if (from !== undefined) return from
  }
  return undefined
}

/** The operation by which a sign-in is known: itself where it succeeded. */
function flowOf(one: Exchange): string | undefined {
  return one.type === 'ok' ? one.invoke.operation : sourceOf(one)
}

/** A code was shown on the way to it. */
function showedCode(all: readonly Exchange[], operation: string | undefined): boolean {
  const one = all.find(({ invoke, type }) => invoke.operation === operation && type === 'ok')
  if (one === undefined || one.invoke.function === 'open-sign-in-page') return false
  const isCode = ['answer-totp', 'replay-totp', 'guess-code'].includes(one.invoke.function)
  return isCode || showedCode(all, sourceOf(one))
}

/** A factor, a remembered device or a cookie stands on the way to it. */
function passedFactor(all: readonly Exchange[], operation: string | undefined): boolean {
  const one = all.find(({ invoke, type }) => invoke.operation === operation && type === 'ok')
  if (one === undefined) return false
  const { function: fn } = one.invoke
  if (['answer-totp', 'replay-totp', 'guess-code', 'answer-device'].includes(fn)) return true
  if (fn === 'open-sign-in-page') return one.invoke.arguments.cookie !== undefined
  return passedFactor(all, sourceOf(one))
}

/** The first enrolment since the last operation that may have taken the factor from the user. */
function factorRequired(
  history: PlainHistory,
  all: readonly Exchange[],
  one: Exchange,
): 'no' | 'perhaps' | 'certainly' {
  const { user } = one.invoke
  const lines = history.lines.filter(({ at }) => at < one.answeredAt)
  const endedAt = Math.max(
    -Infinity,
    ...lines.map((line) =>
      line.type === 'invoke' && line.writes?.some((write) => write.register === `${user}/existence`)
        ? line.at
        : -Infinity,
    ),
  )
  const enrolment = all.find(
    ({ invoke, type, answeredAt }) =>
      type === 'ok' &&
      answeredAt > endedAt &&
      answeredAt < one.answeredAt &&
      invoke.writes?.some(({ register }) => register === `${user}/factor`),
  )
  if (enrolment === undefined) return 'no'
  if (enrolment.end >= one.inv) return 'perhaps'
  const asked = all.some(
    (other) =>
      other.invoke.user === user &&
      other.node === one.node &&
      byPassword.includes(other.invoke.function) &&
      other.answeredAt > enrolment.answeredAt &&
      other.end < one.inv &&
      !passedFactor(all, flowOf(other)) &&
      other.tokens.length === 0 &&
      (['gated', 'factor-required'].includes(other.meaning) ||
        (other.type === 'ok' &&
          ['sign-in', 'admin-sign-in', 'answer-srp'].includes(other.invoke.function))),
  )
  const knows = one.node === enrolment.node || asked
  return knows || arrivedBy(history, enrolment.end, one) ? 'certainly' : 'perhaps'
}
