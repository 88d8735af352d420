import type { BruteForce } from './brute-force.ts'
import { plainOutage } from './brute-force-recovery.ts'
import { type Exchange, exchanges } from './exchanges.ts'
import type { PlainHistory } from './plain-history.ts'

const second = 1_000_000

/** The retries checker: every second by itself. */
export function bruteForceRetries(history: PlainHistory): BruteForce {
  const sent = exchanges(history).filter(({ invoke }) => invoke.population !== undefined)
  const times = sent.map(({ invoke }) => invoke.at)
  const ok = sent.filter(({ answer }) => answer?.type === 'ok').length
  const failed = sent.filter(({ answer }) => answer?.type === 'fail').length
  const count = sent.length
  const findings = new Set<string>()
  const values: Record<string, readonly [number, number]> = {
    'retries.requestsPerSuccess':
      count === 0 ? [0, 0] : [count / (count - failed), ok === 0 ? Infinity : count / ok],
  }
  const outage = plainOutage(history)
  const within = (start: number): number =>
    times.filter((at) => at >= start && at < start + second).length
  const before = times.filter((at) => at + second <= (outage?.start ?? 0)).map(within)
  const since = times.filter((at) => at >= (outage?.start ?? Infinity))
  const peak = Math.max(0, ...since.map(within))
  if (before.length === 0 || peak === 0) {
    return { values: { ...values, 'retries.amplificationMax': [0, Infinity] }, findings }
  }
  const factor = peak / Math.max(...before)
  values['retries.amplificationMax'] = [factor, factor]
  const first = sent.find(
    ({ invoke }) => invoke.at >= (outage?.start ?? 0) && within(invoke.at) === peak,
  )
  if (factor > 1) findings.add(`retry-storm ${first?.invoke.operation}`)
  return { values, findings }
}

function fromOf({ invoke }: Exchange): string | undefined {
  const given = invoke.arguments.refreshToken
  if (typeof given !== 'object' || given === null || !('from' in given)) return undefined
  return String(given.from)
}

/** The refresh-wave checker: every user by itself. */
export function bruteForceWave(history: PlainHistory): BruteForce {
  const outage = plainOutage(history)
  const all = exchanges(history)
  const findings = new Set<string>()
  const nothing: BruteForce = { values: { 'refresh-wave.millis': [0, Infinity] }, findings }
  if (outage === undefined) return nothing
  const tries = all.filter((one) => {
    const session = all.find(({ invoke }) => invoke.operation === fromOf(one))
    const began = session?.answer?.at ?? Infinity
    return one.answer !== undefined && one.invoke.at >= outage.start && began < outage.start
  })
  const throttled = tries.filter(({ answer }) => answer?.error?.meaning === 'throttled').length
  const waits = [...new Set(tries.map(({ invoke }) => invoke.user))].flatMap((user) => {
    const own = tries.filter(({ invoke }) => invoke.user === user)
    const served = own.filter(({ answer }) => answer?.type === 'ok')
    const signedOut = history.writes.filter(({ register }) => register === `${user}/signed-out`)
    const isSignedOut = all.some(
      (one) =>
        one.invoke.user === user &&
        fromOf(one) !== undefined &&
        one.answer?.error?.meaning === 'reauthenticate' &&
        (one.answer.at ?? 0) > (history.faults[0]?.at ?? 0) &&
        signedOut.some(({ inv }) => inv < (one.answer?.at ?? 0)),
    )
    if (served.length === 0 && isSignedOut) return []
    const [first = own.at(-1)] = served
    const ends = served.map(({ answer }) => answer?.at ?? Infinity)
    const high = Math.min(Infinity, ...ends)
    return [{ low: first?.invoke.at ?? 0, high, operation: first?.invoke.operation }]
  })
  if (waits.length === 0) return nothing
  const low = Math.max(0, Math.max(...waits.map((wait) => wait.low)) - outage.end) / 1_000
  const high = (Math.max(...waits.map((wait) => wait.high)) - outage.start) / 1_000
  const [last] = [...waits].sort((a, b) =>
    a.high === b.high ? b.low - a.low : b.high > a.high ? 1 : -1,
  )
  const kind = high === Infinity ? 'never-refreshed' : 'refreshed-late'
  if (low > 0) findings.add(`${kind} ${last?.operation}`)
  return {
    values: {
      'refresh-wave.millis': [low, high],
      'refresh-wave.throttled': [throttled, throttled],
    },
    findings,
  }
}
