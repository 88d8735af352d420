import type { AnswerMeaning, InvokeLine } from '../../history/line.ts'
import type { Micros } from '../../kernel/time.ts'
import { type ProbeResult, ProbeSeries, runOf, type Service } from './probe-series.ts'

/** An outage begins with so many failures in a row: one alone is weather. */
export const failuresInARow = 3

/** Outages of one history that are looked at, each for itself. */
export const outagesMax = 100

/** A sign-in where clients are: `end` is ∞ where it failed, `seen` is when that was known. */
export interface Canary {
  readonly invoke: InvokeLine
  readonly inv: Micros
  readonly end: Micros
  readonly seen: Micros
  readonly meaning: AnswerMeaning | undefined
}

/** Why failures prove nothing of the service, in words. */
const refusals = {
  account: 'every canary was refused for its account: somebody may have changed them',
  throttled: 'it began with answers that there were too many requests',
} as const

/** Service that went from clients, from `start` to `end` an interval that contains the moment. */
export interface Outage {
  readonly start: Micros
  readonly end: Micros
  readonly canary: Canary
  readonly service: Service
  /** Since the outage began, in the order of sending. */
  readonly results: readonly ProbeResult[]
  /** Why nobody can say when, or whether, service went. */
  readonly unsure: string | undefined
}

/** What an answer says where it is about the account and the service was there to give it. */
export const accountMeanings: ReadonlySet<AnswerMeaning> = new Set([
  'absent',
  'disabled',
  'factor-required',
  'locked',
  'reset-required',
  'wrong-credentials',
])

/**
 * Without answers about an account that somebody removed or changed: a canary that is refused for
 * its account from some moment on, while others are served after it, says nothing of the service.
 *
 * @param canaries - In the order of sending.
 */
export function withoutLostAccounts(canaries: readonly Canary[]): readonly Canary[] {
  const others = new Map<string, Micros>()
  for (const { invoke, inv, end } of canaries) if (end < Infinity) others.set(invoke.user, inv)
  const served = [...others].sort(([, a], [, b]) => b - a)
  return canaries.filter(({ invoke: { user }, inv, end, meaning }) => {
    const isRefused = end === Infinity && meaning !== undefined && accountMeanings.has(meaning)
    if (!isRefused || inv < (others.get(user) ?? -Infinity)) return true
    const [, other = -Infinity] = served.find(([name]) => name !== user) ?? []
    return other < inv
  })
}

/**
 * Every time that service went from clients, first to last. The next is looked for once clients
 * were served again.
 *
 * @param canaries - In the order of sending.
 */
export function outagesOf(canaries: readonly Canary[]): readonly Outage[] {
  const found: Outage[] = []
  let from = 0
  while (found.length < outagesMax) {
    const outage = outageFrom(canaries, from)
    if (outage === undefined) break
    found.push(outage)
    const { back } = outage.service
    if (back === undefined) break
    from = canaries.findIndex(({ inv, end }) => inv === back.inv && end === back.end)
  }
  return found
}

function outageFrom(canaries: readonly Canary[], from: number): Outage | undefined {
  let row = 0
  for (let index = from; index < canaries.length; index += 1) {
    row = canaries[index]?.end === Infinity ? row + 1 : 0
    if (row === failuresInARow) return outageAt(canaries, from, index - failuresInARow + 1)
  }
  return undefined
}

function outageAt(canaries: readonly Canary[], from: number, at: number): Outage | undefined {
  const canary = canaries[at]
  if (canary === undefined) return undefined
  const failed = canaries.slice(at, at + failuresInARow)
  const before = canaries.slice(from, at).findLast(({ end }) => end < Infinity)
  const start = before?.inv ?? canary.inv
  // A request that was sent later and failed earlier tells as much.
  const end = Math.min(...failed.map(({ seen }) => seen))
  const results = resultsSince(canaries, start)
  const unsure =
    before === undefined ? 'clients were not served when the watch began' : refusalOf(failed)
  return { start, end, canary, results, service: runOf(results, { end }), unsure }
}

/** What was sent from a moment on, in the order of sending. */
export function resultsSince(canaries: readonly Canary[], start: Micros): readonly ProbeResult[] {
  const series = new ProbeSeries()
  for (const { inv, end } of canaries) if (inv >= start) series.add(inv, end, [], '')
  return series.since(start)
}

function refusalOf(failed: readonly Canary[]): string | undefined {
  const all = (holds: (meaning: AnswerMeaning) => boolean): boolean =>
    failed.every(({ meaning }) => meaning !== undefined && holds(meaning))
  if (all((meaning) => meaning === 'throttled')) return refusals.throttled
  return all((meaning) => accountMeanings.has(meaning)) ? refusals.account : undefined
}
