import type { Random } from '../../kernel/random.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { Scheduler } from './scheduler.ts'
import type { Lane, Pipe } from './sim-pipe.ts'

/** What an undisturbed direction of a link is like. */
export interface LaneOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly name: string
  readonly latencyMicros: Micros
  /** Added to the latency of each parcel, uniform from 0. */
  readonly jitterMicros: Micros
}

/** Disturbances of which several may be in force; each object is one of them. */
interface LinkLatency {
  readonly latency: Micros
  readonly jitter: Micros
}

interface Slicer {
  readonly averageBytes: number
  readonly variationBytes: number
  readonly delayMicros: Micros
}

/** One direction of a link: what is in force there. */
export class SimLane implements Lane {
  holds = 0
  blackHoles = 0
  blocked: Pipe[] = []
  readonly latencies = new Set<LinkLatency>()
  readonly bandwidths = new Set<{ readonly kilobytesPerSecond: number }>()
  readonly slicers = new Set<Slicer>()
  readonly closeDelays = new Set<{ readonly delayMillis: number }>()
  readonly limits = new Set<{ readonly bytes: number }>()
  readonly resets = new Set<{ readonly afterMillis: number }>()
  readonly #options: LaneOptions
  readonly #stream: string

  constructor(options: LaneOptions, direction: string) {
    this.#options = options
    this.#stream = `link:${options.name}:${direction}`
  }

  /** Keyed by content and moment: another parcel more or less shifts no draw. */
  delay(content: number): Micros {
    const { scheduler, random, latencyMicros, jitterMicros } = this.#options
    let delay = latencyMicros
    if (jitterMicros > 0) {
      delay += random.at(this.#stream, content, scheduler.now).integer(0, jitterMicros)
    }
    if (this.latencies.size === 0) return delay
    let ordinal = 0
    for (const { latency, jitter } of this.latencies) {
      ordinal += 1
      delay += latency
      if (jitter > 0) {
        const stream = `${this.#stream}:${ordinal}`
        delay += random.at(stream, content, scheduler.now).integer(-jitter, jitter)
      }
    }
    return Math.max(0, delay)
  }

  pace(bytes: number, content: number): Micros {
    if (this.bandwidths.size === 0 && this.slicers.size === 0) return 0
    let pace = 0
    for (const { kilobytesPerSecond } of this.bandwidths) {
      pace += Math.round((bytes * 1_000) / kilobytesPerSecond)
    }
    for (const slicer of this.slicers) pace += this.#slices(bytes, content, slicer)
    return pace
  }

  get closeDelay(): Micros {
    let delay = 0
    for (const { delayMillis } of this.closeDelays) delay += millis(delayMillis)
    return delay
  }

  get limit(): { readonly bytes: number } | undefined {
    return smallest(this.limits, ({ bytes }) => bytes)
  }

  get resetAfter(): Micros | undefined {
    const reset = smallest(this.resets, ({ afterMillis }) => afterMillis)
    return reset && millis(reset.afterMillis)
  }

  /** Time until the last slice has left: each of them leaves a pause after it. */
  #slices(bytes: number, content: number, slicer: Slicer): Micros {
    const { averageBytes, variationBytes, delayMicros } = slicer
    const { scheduler, random } = this.#options
    let left = bytes
    let slices = 0
    while (left > 0) {
      const draw = random.at(`${this.#stream}:slice:${slices}`, content, scheduler.now)
      const shift = variationBytes === 0 ? 0 : draw.integer(-variationBytes, variationBytes)
      left -= Math.max(1, averageBytes + shift)
      slices += 1
    }
    return slices * delayMicros
  }
}

function smallest<T>(all: ReadonlySet<T>, size: (entry: T) => number): T | undefined {
  if (all.size === 0) return undefined
  let found: T | undefined
  for (const entry of all) if (found === undefined || size(entry) < size(found)) found = entry
  return found
}
