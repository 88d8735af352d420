import type { BruteForce } from './brute-force.ts'
import { exchanges } from './exchanges.ts'
import type { PlainHistory, PlainWrite } from './plain-history.ts'

/** True if the Region had come back from isolation and was not alone again. */
function hasReturned({ faults }: PlainHistory, region: string, at: number): boolean {
  const isolations = faults.filter(
    (line) =>
      line.phase === 'apply' &&
      line.at <= at &&
      line.effects.some(
        (entry) => entry.effect === 'region-unavailable' && entry.region === region,
      ),
  )
  const isHealed = (fault: string): boolean =>
    faults.some((line) => line.fault === fault && line.phase === 'heal' && line.at <= at)
  return isolations.length > 0 && isolations.every(({ fault }) => isHealed(fault))
}

/** When the Region began to be alone, the last time before a moment. */
function aloneSince({ faults }: PlainHistory, region: string, at: number): number {
  const alone = new Set<string>()
  let since = -Infinity
  for (const line of faults.filter((one) => one.at <= at)) {
    const isolates = line.effects.some(
      (entry) => entry.effect === 'region-unavailable' && entry.region === region,
    )
    if (line.phase === 'heal') alone.delete(line.fault)
    if (line.phase !== 'apply' || !isolates) continue
    if (alone.size === 0) since = line.at
    alone.add(line.fault)
  }
  return since
}

/** The stale-region checker, sign-in by sign-in. */
export function bruteForceReturn(history: PlainHistory): BruteForce {
  const findings = new Set<string>()
  let [low, high, samples] = [0, 0, 0]
  for (const { invoke, answer } of exchanges(history)) {
    const isSignIn = invoke.function === 'sign-in' && answer?.type === 'ok'
    if (!isSignIn || answer === undefined) continue
    const { at: inv } = invoke
    const { at: end } = answer
    if (!hasReturned(history, invoke.region, inv) || !hasReturned(history, invoke.region, end))
      continue
    // What was refused before the sign-in was answered is nothing; what is refused later is open.
    const known = history.writes
      .filter((write) => write.inv < end)
      .filter((write) => write.outcome !== 'fail' || write.answeredAt > end)
      .map((write) => ({ ...write, end: write.answeredAt > end ? Infinity : write.end }))
    const named = (kind: string): PlainWrite[] =>
      known.filter(({ register }) => register === `u1/${kind}`)
    const label = invoke.arguments.password
    const passwords = named('password')
    const own = passwords.find(({ value }) => value === label)
    const behind =
      own === undefined ? [] : passwords.filter((write) => write !== own && write.end >= own.inv)
    const certain = behind.filter(
      (write) => own !== undefined && own.end < write.inv && write.end < inv,
    )
    const forbidding = [
      ...named('enabled').filter(({ value }) => value === 'disabled'),
      ...named('existence').filter(({ value }) => value === null),
    ]
    const allows = ({ register }: PlainWrite): PlainWrite[] =>
      known.filter(
        (write) =>
          write.register === register &&
          (register.endsWith('existence') ? write.value !== null : write.value === null),
      )
    const surely = forbidding.filter(
      (one) => one.end < inv && allows(one).every((other) => other.end < one.inv),
    )
    const perhaps = forbidding.filter(
      (one) => !allows(one).some((other) => one.end < other.inv && other.end < inv),
    )
    const oldest = Math.min(Infinity, ...[...certain, ...surely].map((write) => write.end))
    const eldest = Math.min(Infinity, ...[...behind, ...perhaps].map((write) => write.inv))
    if (oldest < Infinity && inv > oldest) {
      low = Math.max(low, inv - oldest)
      findings.add(`stale-sign-in ${invoke.operation}`)
    }
    if (eldest < Infinity) high = Math.max(high, end - eldest)
    const since = aloneSince(history, invoke.region, inv)
    const decisive = ['password', 'enabled', 'existence'].flatMap(named)
    const changed = decisive.some((write) => write.end >= since)
    if (changed || eldest < Infinity) samples += 1
  }
  const value = samples === 0 ? ([0, Infinity] as const) : ([low / 1e6, high / 1e6] as const)
  return { values: { 'stale-region.staleSeconds': value }, findings }
}
