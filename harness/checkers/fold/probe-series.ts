import type { RegionName } from '../../history/operation.ts'
import { type Micros, seconds } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'

/** A service is back at the first of so many successes in a row. */
export const successesInARow = 20

/** Service is steady where such a share of what was sent in such a time succeeded. */
const steadyShare = 0.99
const steadyWindow = seconds(60)

/** One probe: `end` of a success, ∞ for whatever else it came to. */
export interface ProbeResult {
  readonly inv: Micros
  readonly end: Micros
  /** Index of the Region that it was sent to; −1 for anything else. */
  readonly region: number
}

/** What a series of probes says of a service. */
export interface Service {
  /** `inv` of the last failure before the service was back, or of the last at all. */
  readonly lastFailed: Micros | undefined
  /** The success from which on it was back. */
  readonly back: ProbeResult | undefined
  readonly seen: number
  /** Enough was seen, and the last of it failed. */
  readonly down: boolean
}

/** Probes of one population in columns of numbers, about 10 bytes each. */
export class ProbeSeries {
  readonly #inv = new NumberColumn()
  /** NaN where a Region refused by design. */
  readonly #end = new NumberColumn()
  /** Index of the Region, plus one. */
  readonly #region = new IntegerColumn()

  /** @param end - Of a success; ∞ for a failure; NaN for a refusal by design. */
  add(inv: Micros, end: Micros, regions: readonly RegionName[], region: RegionName): void {
    this.#region.set(this.#inv.length, regions.indexOf(region) + 1)
    this.#inv.push(inv)
    this.#end.push(end)
  }

  /** What was served or failed of the probes sent from `start` on, in the order of sending. */
  since(start: Micros): ProbeResult[] {
    const results: ProbeResult[] = []
    for (let index = 0; index < this.#inv.length; index += 1) {
      const inv = this.#inv.at(index)
      const end = this.#end.at(index)
      if (inv < start || Number.isNaN(end)) continue
      results.push({ inv, end, region: this.#region.at(index) - 1 })
    }
    return results.sort((a, b) => a.inv - b.inv || byEnd(a, b))
  }

  /** Those of {@link since} that were sent to a Region. */
  atRegions(start: Micros): ProbeResult[] {
    return this.since(start).filter(({ region }) => region >= 0)
  }

  /** True if a Region refused by design what was sent in between. */
  gatedBetween(from: Micros, to: Micros): boolean {
    for (let index = 0; index < this.#inv.length; index += 1) {
      const inv = this.#inv.at(index)
      if (inv >= from && inv < to && Number.isNaN(this.#end.at(index))) return true
    }
    return false
  }
}

/** An interval of time that contains the moment at which service ended. */
interface Loss {
  readonly end: Micros
}

/**
 * The first run of successes among the probes sent after the loss was complete. Earlier ones may
 * have been answered by the Region that was about to be lost.
 *
 * @param results - Probes since the loss began, in the order of sending.
 */
export function runOf(results: readonly ProbeResult[], { end: lostAt }: Loss): Service {
  let lastFailed: Micros | undefined
  let back: ProbeResult | undefined
  let row = 0
  let seen = 0
  for (const result of results) {
    if (result.inv >= lostAt) seen += 1
    if (result.end === Infinity) {
      lastFailed = result.inv
      back = undefined
      row = 0
    } else if (result.inv >= lostAt) {
      back ??= result
      row += 1
    }
    if (row >= successesInARow) return { lastFailed, back, seen: results.length, down: false }
  }
  const down = seen >= successesInARow && row === 0
  return { lastFailed, back: undefined, seen, down }
}

/**
 * The first success from which on 99 % succeeded for a minute, or for the rest if that is shorter.
 * As few as twenty probes may be the rest.
 */
export function steadyOf(results: readonly ProbeResult[], { end: lostAt }: Loss): Service {
  const after = results.filter(({ inv }) => inv >= lostAt)
  let failed: Micros | undefined
  for (const { inv, end } of results) if (inv < lostAt && end === Infinity) failed = inv
  let to = 0
  let succeeded = 0
  for (const [from, result] of after.entries()) {
    for (; to < after.length && (after[to]?.inv ?? 0) <= result.inv + steadyWindow; to += 1) {
      if (after[to]?.end !== Infinity) succeeded += 1
    }
    const isSteady = to - from >= successesInARow && succeeded >= (to - from) * steadyShare
    if (result.end !== Infinity) {
      if (isSteady) return { lastFailed: failed, back: result, seen: results.length, down: false }
      succeeded -= 1
    } else failed = result.inv
  }
  const down = after.length >= successesInARow && after.at(-1)?.end === Infinity
  return { lastFailed: failed, back: undefined, seen: after.length, down }
}

/** Failures last: of probes sent together the answered ones come first. */
function byEnd(a: ProbeResult, b: ProbeResult): number {
  return a.end === b.end ? 0 : a.end < b.end ? -1 : 1
}
