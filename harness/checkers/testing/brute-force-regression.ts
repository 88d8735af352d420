import type { BruteForce } from './brute-force.ts'
import {
  candidates,
  type PlainHistory,
  type PlainReading,
  precedes,
  saysNothing,
} from './plain-history.ts'

/** The session-regression checker: every pair of reads of one process in two Regions. */
export function bruteForceRegression(history: PlainHistory): BruteForce {
  const known = history.readings.filter(
    (reading) => reading.routed && candidates(history, reading, 'now').length > 0,
  )
  const findings = new Set<string>()
  const certain = new Map<string, string>()
  const possible = new Set<string>()
  for (const later of known) {
    const user = later.register.slice(0, later.register.indexOf('/'))
    for (const earlier of known) {
      if (saysNothing(history, earlier) || !isPair(earlier, later)) continue
      const [two, one] = [later, earlier].map((reading) => candidates(history, reading, 'now'))
      if (two === undefined || one === undefined) continue
      if (two.some((a) => one.some((b) => precedes(a, b)))) possible.add(user)
      const isOlder = two.every((a) => one.every((b) => precedes(a, b)))
      if (isOlder && !saysNothing(history, later) && !certain.has(user)) {
        certain.set(user, later.operation)
      }
    }
  }
  for (const operation of certain.values()) findings.add(`regressed ${operation}`)
  return { values: { 'session-regression.users': [certain.size, possible.size] }, findings }
}

function isPair(earlier: PlainReading, later: PlainReading): boolean {
  return (
    earlier.end < later.inv &&
    earlier.region !== later.region &&
    earlier.process === later.process &&
    earlier.register === later.register
  )
}
