import type { FaultLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'

interface Disturbance {
  readonly start: Micros
  end: Micros
}

/**
 * When replication was not left alone: from the application of a fault that disturbs it or takes
 * a Region away, until both Regions agreed again after its heal was verified.
 */
export class Disturbances {
  readonly #all: Disturbance[] = []
  readonly #inForce = new Map<string, Disturbance>()
  #settling: Disturbance[] = []
  readonly #skews = new Map<string, readonly RegionName[]>()

  /** When the first began; ∞ if there was none. */
  get firstStart(): Micros {
    return this.#all[0]?.start ?? Infinity
  }

  onFault(line: FaultLine): void {
    const skewed = line.effects.flatMap((entry) =>
      entry.effect === 'clock-skewed' ? [entry.region] : [],
    )
    if (skewed.length > 0) {
      if (line.phase === 'apply') this.#skews.set(line.fault, skewed)
      if (line.phase === 'heal-verified') this.#skews.delete(line.fault)
    }
    if (line.phase === 'apply' && disturbsReplication(line)) {
      const disturbance = { start: line.at, end: Infinity }
      this.#all.push(disturbance)
      this.#inForce.set(line.fault, disturbance)
    }
    const healed = this.#inForce.get(line.fault)
    if (line.phase !== 'heal-verified' || healed === undefined) return
    this.#inForce.delete(line.fault)
    this.#settling.push(healed)
  }

  /** Both Regions agree: what was healed before has worn off. */
  onSettled(at: Micros): void {
    for (const disturbance of this.#settling) disturbance.end = at
    this.#settling = []
  }

  /** True while a disturbance is in force or wearing off. */
  get active(): boolean {
    return this.#inForce.size > 0 || this.#settling.length > 0
  }

  overlap(from: Micros, to: Micros): boolean {
    return this.#all.some(({ start, end }) => start <= to && end >= from)
  }

  /** True while a fault holds the wall clock of the Region off. */
  skewed(region: RegionName): boolean {
    for (const regions of this.#skews.values()) if (regions.includes(region)) return true
    return false
  }
}

function disturbsReplication(line: FaultLine): boolean {
  return line.effects.some(
    ({ effect }) => effect === 'replication-disturbed' || effect === 'region-unavailable',
  )
}
