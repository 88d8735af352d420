import type { CompletionLine, InvokeLine, TokenObservation } from '../../history/line.ts'
import type { BruteForce } from './brute-force.ts'
import { exchanges } from './exchanges.ts'
import { disturbances, type PlainHistory } from './plain-history.ts'

interface PlainToken {
  readonly invoke: InvokeLine
  readonly answer: CompletionLine
  readonly token: TokenObservation
}

/** The claim-parity checker: each token beside the newest like it of each other Region. */
export function bruteForceClaims(history: PlainHistory): BruteForce {
  const tokens = exchanges(history)
    .flatMap(({ invoke, answer }) =>
      answer?.type === 'ok'
        ? (answer.tokens ?? []).map((token) => ({ invoke, answer, token }))
        : [],
    )
    .filter(({ token }) => token.claims !== undefined)
    .sort((a, b) => a.answer.at - b.answer.at)
  const findings = new Map<string, string>()
  const sets = { 'different-claim': new Set<string>(), 'missing-claim': new Set<string>() }
  for (const [index, one] of tokens.entries()) {
    const like = tokens
      .slice(0, index)
      .filter(
        (other) =>
          other.invoke.user === one.invoke.user &&
          other.invoke.function === one.invoke.function &&
          other.token.use === one.token.use &&
          other.token.audience === one.token.audience &&
          other.invoke.region !== one.invoke.region,
      )
      .at(-1)
    if (like === undefined || !isCertain(history, one, like)) continue
    const [here, there] = [one.token.claims ?? {}, like.token.claims ?? {}]
    for (const claim of new Set([...Object.keys(here), ...Object.keys(there)])) {
      if (here[claim] === there[claim]) continue
      const isMissing = here[claim] === undefined || there[claim] === undefined
      const kind = isMissing ? 'missing-claim' : 'different-claim'
      const key = `${one.invoke.user} ${one.token.use} ${claim}`
      if (sets[kind].has(key)) continue
      sets[kind].add(key)
      findings.set(`${kind} ${key}`, `${kind} ${one.invoke.operation}`)
    }
  }
  const [different, missing] = [sets['different-claim'].size, sets['missing-claim'].size]
  return {
    values: {
      'claim-parity.differences': [different, different],
      'claim-parity.missing': [missing, missing],
    },
    findings: new Set(findings.values()),
  }
}

/** Everything of the user was on both Regions before both tokens were asked for. */
function isCertain(history: PlainHistory, one: PlainToken, other: PlainToken): boolean {
  const since = Math.min(one.invoke.at, other.invoke.at)
  const now = one.answer.at
  const begun = history.writes.filter(
    (write) => write.register.startsWith(`${one.invoke.user}/`) && write.inv < now,
  )
  if (begun.some((write) => write.answeredAt > now || write.outcome === 'info')) return false
  const done = begun.filter((write) => write.outcome === 'ok')
  const calmUntil = Math.min(
    since,
    ...disturbances(history)
      .map(([start]) => start)
      .filter((start) => start < now),
  )
  const settled = history.lines
    .filter((line) => line.type === 'mark' && line.name === 'settled' && line.at < now)
    .at(-1)
  const starts = history.lines.filter(
    (line) => line.type === 'mark' && line.name === 'settle-start',
  )
  const settledAt = starts.length === 0 ? Infinity : (settled?.at ?? Infinity)
  return (
    done.every((write) => write.end + 100_000 < calmUntil) ||
    (settledAt < since && done.every((write) => write.end < settledAt))
  )
}
