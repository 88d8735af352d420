import type { FaultEffect, FaultLine } from '../../history/line.ts'
import type { BruteForce } from './brute-force.ts'
import { exchanges } from './exchanges.ts'
import { primary, replica } from './history-builder.ts'
import { type PlainHistory, routeAt } from './plain-history.ts'

/** When service was lost, and in which Region. */
export interface PlainOutage {
  readonly region: string
  readonly start: number
  readonly end: number
}

interface PlainProbe {
  readonly operation: string
  readonly population: string
  readonly region: string
  readonly inv: number
  /** ∞ for a failure. */
  readonly end: number
  /** When the answer came, whatever it was. */
  readonly seenAt: number
  readonly gated: boolean
}

const minute = 60_000_000

function probesOf(history: PlainHistory): readonly PlainProbe[] {
  return exchanges(history)
    .filter(({ invoke }) => invoke.purpose === 'recovery-probe')
    .map(({ invoke, answer }) => ({
      operation: invoke.operation,
      population: invoke.population ?? 'unnamed',
      region: invoke.region,
      inv: invoke.at,
      end: answer?.type === 'ok' ? answer.at : Infinity,
      seenAt: answer?.at ?? Infinity,
      gated: answer?.error?.meaning === 'gated',
    }))
}

/** The outage: a disaster, else an unavailable Region, else a grey failure. */
export function plainOutage(history: PlainHistory): PlainOutage | undefined {
  const phase = (fault: string, name: string): number =>
    history.faults.find((line) => line.fault === fault && line.phase === name)?.at ?? Infinity
  const hits = (effect: FaultEffect['effect']): readonly FaultLine[] =>
    history.faults.filter(
      (line) =>
        line.phase === 'apply' &&
        phase(line.fault, 'verified') < Infinity &&
        line.effects.some(
          (entry) => entry.effect === effect && entry.region === routeAt(history.lines, line.at),
        ),
    )
  const gones = hits('region-unavailable')
  const answered = history.lines.flatMap((line) => {
    if (line.type !== 'route') return []
    const region = routeAt(history.lines, line.at - 1)
    if (region === line.region) return []
    return gones.filter(
      (gone) =>
        routeAt(history.lines, gone.at) === region &&
        phase(gone.fault, 'verified') < line.at &&
        phase(gone.fault, 'heal') > line.at,
    )
  })
  const gone = answered[0] ?? gones[0]
  if (gone !== undefined) {
    const region = routeAt(history.lines, gone.at)
    return { region, start: gone.at, end: phase(gone.fault, 'verified') }
  }
  const failures = hits('region-degraded').flatMap((fault) =>
    probesOf(history)
      .filter((probe) => probe.end === Infinity && !probe.gated)
      .filter(({ inv }) => inv >= fault.at && inv < phase(fault.fault, 'heal'))
      .map(({ inv, seenAt }) => ({
        region: routeAt(history.lines, fault.at),
        start: inv,
        end: seenAt,
      })),
  )
  return failures.sort((a, b) => a.start - b.start)[0]
}

/** The recovery checker: tries every probe of every population as the start of recovery. */
export function bruteForceRecovery(history: PlainHistory): BruteForce {
  const outage = plainOutage(history)
  const all = probesOf(history)
  const values: Record<string, readonly [number, number]> = {}
  const findings = new Set<string>()
  if (outage === undefined) return { values: { 'recovery.worstMillis': [0, Infinity] }, findings }
  const worst: [number, number][] = []
  for (const population of [...new Set(all.map((probe) => probe.population))].sort()) {
    const own = all.filter((probe) => probe.population === population)
    const gated = own.filter((probe) => probe.gated)
    values[`recovery.${population}.notServed`] = [gated.length, gated.length]
    const results = own.filter((probe) => !probe.gated && probe.inv >= outage.start)
    const after = results.filter((probe) => probe.inv >= outage.end)
    const isDown = after.length >= 20 && after.at(-1)?.end === Infinity
    const times = (back: PlainProbe | undefined): readonly [number, number] => {
      const failed = results
        .filter((probe) => probe.end === Infinity && (back === undefined || probe.inv < back.inv))
        .map((probe) => probe.inv)
      return [
        Math.max(0, ...failed.map((inv) => inv - outage.end)) / 1_000,
        back === undefined ? Infinity : (back.end - outage.start) / 1_000,
      ]
    }
    const back = after.find((_, index) => {
      const row = after.slice(index, index + 20)
      return row.length === 20 && row.every((probe) => probe.end < Infinity)
    })
    const steady = after.find((probe) => {
      const window = after.filter(({ inv }) => inv >= probe.inv && inv <= probe.inv + minute)
      const good = window.filter(({ end }) => end < Infinity).length
      return probe.end < Infinity && window.length >= 20 && good / window.length >= 0.99
    })
    const [low, high] = times(back)
    values[`recovery.${population}.millis`] = [low, high]
    values[`recovery.${population}.millisP99`] = times(steady)
    const isGated = gated.some(({ inv }) => inv >= outage.start && inv < (back?.inv ?? Infinity))
    const last = own.filter((probe) => !probe.gated && probe.end === Infinity).at(-1)
    const failedBefore = (until: PlainProbe | undefined): boolean =>
      results.some((probe) => probe.end === Infinity && probe.inv < (until?.inv ?? Infinity))
    if (isGated) continue
    if (last !== undefined) {
      const kind = back === undefined ? (isDown ? 'not-recovered' : '') : 'outage'
      if (failedBefore(back) && kind !== '') findings.add(`${kind} ${last.operation}`)
      if (failedBefore(steady)) findings.add(`unsteady ${last.operation}`)
    }
    if (after.length > 0 || back !== undefined) worst.push([low, high])
  }
  const lows = worst.map(([low]) => low)
  const highs = worst.map(([, high]) => high)
  values['recovery.worstMillis'] =
    worst.length === 0 ? [0, Infinity] : [Math.max(...lows), Math.max(...highs)]
  const switched = history.lines.some(
    (line) => line.type === 'route' && line.at >= outage.start && line.region !== outage.region,
  )
  values['recovery.neverFailedOver'] = switched ? [0, 0] : [1, 1]
  const lasts = [...new Set(all.map((probe) => probe.population))]
    .map((population) =>
      all
        .filter((probe) => probe.population === population)
        .filter((probe) => !probe.gated && probe.end === Infinity)
        .at(-1),
    )
    .filter((probe) => probe !== undefined && probe.inv >= outage.start)
    .sort((a, b) => (a?.inv ?? 0) - (b?.inv ?? 0))
  if (!switched && lasts[0] !== undefined) {
    findings.add(`never-failed-over ${lasts[0].operation}`)
  }
  values['recovery.switchMillis'] = switchOf(all, outage)
  return { values, findings }
}

function switchOf(all: readonly PlainProbe[], outage: PlainOutage): readonly [number, number] {
  const followers = new Set(
    all.filter(({ region }) => region === outage.region).map(({ population }) => population),
  )
  const sent = all.filter(
    (probe) =>
      followers.has(probe.population) &&
      probe.inv >= outage.start &&
      !probe.gated &&
      [primary, replica].includes(probe.region),
  )
  const served = sent.filter(({ region, end }) => region !== outage.region && end < Infinity)
  const low =
    served.length > 0
      ? Math.min(...served.map(({ inv }) => inv))
      : Math.max(outage.start, ...sent.map(({ inv }) => inv))
  const high = Math.min(Infinity, ...served.map(({ end }) => end))
  return [Math.max(0, low - outage.end) / 1_000, (high - outage.start) / 1_000]
}
