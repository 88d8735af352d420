import { parseRegister } from '../../history/operation.ts'
import { primary, replica } from './history-builder.ts'
import {
  acknowledged,
  candidates,
  disturbances,
  type PlainHistory,
  type PlainReading,
  type PlainWrite,
  precedes,
  saysNothing,
} from './plain-history.ts'

/** What an oracle says: intervals by measurement, and findings as `kind operation`. */
export interface BruteForce {
  readonly values: Readonly<Record<string, readonly [low: number, high: number]>>
  readonly findings: ReadonlySet<string>
}

const declaredLag = 100_000

/** The lag checker by enumeration. */
export function bruteForceLag(history: PlainHistory): BruteForce {
  const disturbed = disturbances(history)
  const overlaps = (from: number, to: number): boolean =>
    disturbed.some(([start, end]) => start <= to && end >= from)
  const calm: [number, number][] = []
  const rough: [number, number][] = []
  const findings = new Set<string>()
  const add = (write: PlainWrite, low: number, high: number): void => {
    calm.push([low, high])
    if (low > declaredLag) findings.add(`lag-beyond-declared ${write.operation}`)
  }
  for (const write of history.writes.filter((entry) => entry.outcome === 'ok')) {
    const { inv, end } = write
    const reads = history.readings.filter(
      (reading) =>
        reading.region === replica &&
        reading.register === write.register &&
        !saysNothing(history, reading) &&
        candidates(history, reading, 'now').length > 0,
    )
    const first = reads.findIndex(
      (reading) =>
        reading.purpose === 'lag-probe' && reading.inv >= end && reading.inv <= end + declaredLag,
    )
    if (first < 0) continue
    const asked = reads.slice(first)
    const shown = asked.findIndex((reading) =>
      candidates(history, reading, 'now').every(
        (fits) => fits.operation === write.operation || precedes(write, fits),
      ),
    )
    const vain = (shown < 0 ? asked : asked.slice(0, shown)).filter((reading) =>
      candidates(history, reading, 'now').every((fits) => precedes(fits, write)),
    )
    const lowOf = (some: readonly PlainReading[]): number =>
      Math.max(0, ...some.map((reading) => reading.inv - end))
    const shownAt = asked[shown]?.end ?? Infinity
    if (!overlaps(inv, Math.min(shownAt, history.lastAt))) add(write, lowOf(vain), shownAt - inv)
    else {
      rough.push([lowOf(vain), shownAt - inv])
      const early = lowOf(vain.filter((reading) => !overlaps(inv, reading.end)))
      if (early > declaredLag) add(write, early, Infinity)
    }
  }
  const lows = calm.map(([low]) => low).sort(ascending)
  const highs = calm.map(([, high]) => high).sort(ascending)
  const middle = Math.ceil(calm.length / 2) - 1
  return {
    values: {
      'lag.lagMillisMax': [Math.max(0, ...lows) / 1_000, highs.at(-1) ?? Infinity].map(
        (value, index) => (index === 1 ? value / 1_000 : value),
      ) as [number, number],
      'lag.lagMillisMedian': [(lows[middle] ?? 0) / 1_000, (highs[middle] ?? Infinity) / 1_000],
      ...(rough.length === 0
        ? {}
        : {
            'lag.disturbedLagMillisMax': [
              Math.max(...rough.map(([low]) => low)) / 1_000,
              Math.max(...rough.map(([, high]) => high)) / 1_000,
            ] as const,
          }),
    },
    findings,
  }
}

/** The backwards checker by enumeration of pairs. */
export function bruteForceBackwards(history: PlainHistory): BruteForce {
  const known = history.readings.filter((reading) => candidates(history, reading, 'now').length > 0)
  const placed = known.filter((reading) => !saysNothing(history, reading))
  /** Every write that the later read may show ended before every one that the earlier may. */
  const older = (later: PlainReading, earlier: PlainReading): boolean =>
    later.register === earlier.register &&
    candidates(history, later, 'now').every((two) =>
      candidates(history, earlier, 'now').every((one) => precedes(two, one)),
    )
  /** Some write that the later read may show ended before one that the earlier may show. */
  const perhapsOlder = (later: PlainReading, earlier: PlainReading): boolean =>
    candidates(history, later, 'now').some((two) =>
      candidates(history, earlier, 'now').some((one) => precedes(two, one)),
    )
  const elsewhereBefore = (later: PlainReading): readonly PlainReading[] =>
    placed.filter(
      (earlier) =>
        later.routed &&
        earlier.end < later.inv &&
        earlier.region !== later.region &&
        earlier.process === later.process &&
        earlier.register === later.register,
    )
  const findings = new Set<string>()
  let own = 0
  let regional = 0
  let sessions = 0
  let afterSwitch = 0
  for (const later of placed) {
    const before = placed.filter((earlier) => earlier.end < later.inv)
    const inRegion = before.filter((earlier) => earlier.region === later.region)
    const byItself = inRegion.some(
      (earlier) => earlier.process === later.process && older(later, earlier),
    )
    const byAnybody = inRegion.some((earlier) => older(later, earlier))
    if (byItself) own += 1
    if (byAnybody) regional += 1
    if (byItself || byAnybody) findings.add(`went-backwards ${later.operation}`)
    const elsewhere = elsewhereBefore(later)
    if (elsewhere.length > 0) afterSwitch += 1
    if (elsewhere.some((earlier) => earlier.routed && older(later, earlier))) sessions += 1
  }
  const perhaps = known.filter((later) =>
    elsewhereBefore(later).some((earlier) => earlier.routed && perhapsOlder(later, earlier)),
  ).length
  return {
    values: {
      'backwards.backwardReads': [own, own],
      'backwards.regionBackwardReads': [regional, regional],
      ...(afterSwitch === 0
        ? {}
        : { 'backwards.sessionRegressions': [sessions, perhaps] as const }),
    },
    findings,
  }
}

/** The convergence checker: looks at every moment after settle-start anew. */
export function bruteForceConvergence(history: PlainHistory): BruteForce {
  const start = history.lines.find((line) => line.type === 'mark' && line.name === 'settle-start')
  const startAt = start?.at ?? Infinity
  const sweeps = history.readings.filter(
    (reading) =>
      (reading.purpose === 'settle-read' || reading.purpose === 'final-read') &&
      reading.inv >= startAt,
  )
  const names = [...new Set(sweeps.map((reading) => reading.register))]
  const findings = new Set<string>()
  let diverged = 0
  let sure = 0
  let impossible = 0
  let lastDifferent = -Infinity
  let equalSince = -Infinity
  for (const register of names) {
    const mine = sweeps.filter((reading) => reading.register === register)
    const pairs = mine.map((_, index) => {
      const until = mine.slice(0, index + 1)
      const a = until.findLast((reading) => reading.region === primary)
      const b = until.findLast((reading) => reading.region === replica)
      return a !== undefined && b !== undefined ? ([a, b] as const) : undefined
    })
    const certain = pairs.map(
      (pair, index) =>
        pair !== undefined &&
        pair[0].value !== pair[1].value &&
        !mayHaveChanged(history, pair, mine[index]?.end ?? 0),
    )
    const differs = pairs.map((pair) => pair !== undefined && pair[0].value !== pair[1].value)
    pairs.forEach((pair, index) => {
      if (pair === undefined || !certain[index]) return
      lastDifferent = Math.max(lastDifferent, Math.min(pair[0].inv, pair[1].inv))
    })
    const last = pairs.at(-1)
    if (last === undefined) continue
    const newest = history.writes
      .filter((write) => write.register === register && write.outcome === 'ok')
      .sort((a, b) => a.end - b.end)
      .at(-1)
    if (differs.at(-1)) {
      diverged += 1
      if (mayHaveChanged(history, last, Infinity)) continue
      sure += 1
      findings.add(`diverged ${newest?.operation ?? ''}`)
      continue
    }
    const since = Math.max(
      differs.lastIndexOf(true) + 1,
      pairs.findIndex((pair) => pair !== undefined),
    )
    equalSince = Math.max(equalSince, mine[since]?.end ?? -Infinity)
    const seen = last[0].inv > last[1].inv ? last[0] : last[1]
    if (isPossible(history, seen)) continue
    impossible += 1
    findings.add(`impossible ${newest?.operation ?? ''}`)
  }
  const compared = names.filter((register) =>
    [primary, replica].every((region) =>
      sweeps.some((reading) => reading.register === register && reading.region === region),
    ),
  ).length
  const low = Math.max(0, lastDifferent - startAt) / 1_000
  const isEqual = diverged === 0 && compared > 0
  return {
    values: {
      'convergence.divergedRegisters': [sure, diverged],
      'convergence.impossibleRegisters': [impossible, impossible],
      'convergence.convergenceMillis': [low, isEqual ? (equalSince - startAt) / 1_000 : Infinity],
    },
    findings,
  }
}

/** Some write that the later read may show had not ended when the earlier one began. */
function mayHaveChanged(
  history: PlainHistory,
  pair: readonly [PlainReading, PlainReading],
  now: number,
): boolean {
  const [earlier, later] = pair[0].inv < pair[1].inv ? pair : [pair[1], pair[0]]
  const { user } = parseRegister(later.register)
  const names = [later.register, ...(later.value === null ? [`${user}/existence`] : [])]
  return history.writes.some(
    (write) =>
      names.includes(write.register) &&
      write.value === later.value &&
      write.inv < later.end &&
      (write.outcome === 'fail' ? write.answeredAt > now : write.end > earlier.inv),
  )
}

/** Possible(x, t), word for word. */
function isPossible(history: PlainHistory, reading: PlainReading): boolean {
  const { user } = parseRegister(reading.register)
  const deletes = candidates(
    history,
    { register: `${user}/existence`, value: null, end: reading.end },
    'afterwards',
  )
  if (reading.value === null && reading.kind !== 'existence' && deletes.length > 1) return true
  const replacing = acknowledged(history, reading.register)
  return candidates(history, reading, 'afterwards').some(
    (write) => !replacing.some((later) => precedes(write, later) && later.end < reading.inv),
  )
}

function ascending(a: number, b: number): number {
  return a - b
}
