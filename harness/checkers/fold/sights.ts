import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt, HistoryFold, Reading } from './history-fold.ts'
import type { Position } from './position.ts'
import type { Register } from './register.ts'

/** Lists longer than this are cleared of what can no longer matter. */
const pruneAbove = 8

/**
 * Numbers of one reader: process; newest that was certainly shown, ever and while routed; newest
 * that was perhaps shown while routed. Not a number where it never read while routed.
 */
const readerWidth = 4
/** Numbers of one entry of the front: `end` of the read, `inv` of what it showed. */
const frontWidth = 2

/**
 * What was read of one register in one Region, in two flat lists of numbers: there can be a
 * hundred thousand of these. *Newest* is the latest `inv` of a write that was certainly shown, or
 * one before it.
 */
class Sight {
  /** By process that reads it. */
  #readers: number[] = []
  /** What anybody has read: newer and newer, in the order of `end`. */
  #front: number[] = []

  /** Place of a process among the readers; −1 if it has not read anything that tells. */
  readerOf(process: number): number {
    const readers = this.#readers
    for (let place = 0; place < readers.length; place += readerWidth) {
      if (readers[place] === process) return place
    }
    return -1
  }

  newest(reader: number): Micros {
    return this.#readers[reader + 1] as number
  }

  newestRouted(reader: number): Micros {
    return this.#readers[reader + 2] as number
  }

  perhapsRouted(reader: number): Micros {
    return this.#readers[reader + 3] as number
  }

  /** The newest that anybody had seen before a moment; undefined if nobody had read. */
  seenBefore(time: Micros): Micros | undefined {
    const front = this.#front
    for (let place = front.length - frontWidth; place >= 0; place -= frontWidth) {
      if ((front[place] as number) < time) return front[place + 1]
    }
    return undefined
  }

  rememberReader(known: number, attempt: Attempt, shown: Position, fold: HistoryFold): void {
    const { earliest, newest } = shown
    const readers = this.#readers
    if (known < 0) {
      if (readers.length >= pruneAbove * readerWidth) this.#forgetDead(fold)
      const [routed, perhaps] = attempt.routed ? [earliest, newest] : [Number.NaN, Number.NaN]
      this.#readers.push(attempt.invoke.process, earliest, routed, perhaps)
      return
    }
    readers[known + 1] = Math.max(this.newest(known), earliest)
    if (!attempt.routed) return
    readers[known + 2] = later(this.newestRouted(known), earliest)
    readers[known + 3] = later(this.perhapsRouted(known), newest)
  }

  rememberFront(end: Micros, newest: Micros, fold: HistoryFold): void {
    const length = this.#front.length
    if (length > 0 && newest <= (this.#front[length - 1] as number)) return
    if (length >= pruneAbove * frontWidth) this.#forgetBefore(fold.oldestInvocation())
    this.#front.push(end, newest)
  }

  #forgetDead(fold: HistoryFold): void {
    const readers = this.#readers
    this.#readers = readers.filter((_, index) => {
      return !fold.isDead(readers[index - (index % readerWidth)] as number)
    })
  }

  /** Whoever is still to come began after this: only the last entry before it matters. */
  #forgetBefore(oldestInvocation: Micros): void {
    const front = this.#front
    let kept = front.length - frontWidth
    while (kept > 0 && (front[kept] as number) >= oldestInvocation) kept -= frontWidth
    if (kept > 0) this.#front = front.slice(kept)
  }
}

function later(known: Micros, other: Micros): Micros {
  return Number.isNaN(known) ? other : Math.max(known, other)
}

/** One reading held against what was read before it of the same register. */
export interface Look {
  readonly reading: Reading
  readonly position: Position
  /** In the same Region by the same process: the newest that was certainly shown. */
  readonly own: Micros | undefined
  /** In the same Region by anybody, before this read began. */
  readonly before: Micros | undefined
  /** In another Region by the same process, if this read was routed. */
  readonly elsewhere: boolean
  /** The same of reads that were routed: the newest that was certainly shown, and perhaps. */
  readonly certain: Micros | undefined
  readonly perhaps: Micros | undefined
}

const noLooks: readonly Look[] = []

/** What was read of registers in Regions: by whom, and by anybody. */
export class Sights {
  readonly #fold: HistoryFold
  readonly #regions: readonly RegionName[]
  /** By Region, then by the place of the register among those that were read. */
  readonly #sights: (Sight | undefined)[][]

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#regions = fold.header.regions.map((region) => region.name)
    this.#sights = this.#regions.map(() => [])
  }

  /** Takes what an attempt showed. Values that nobody wrote and other nodes say nothing. */
  take(attempt: Attempt, readings: readonly Reading[]): readonly Look[] {
    if (readings.length === 0) return noLooks
    const region = this.#regions.indexOf(attempt.invoke.region)
    if (region < 0) return noLooks
    const [first] = readings
    if (first !== undefined && readings.length === 1) {
      const look = this.#look(region, attempt, first)
      return look === undefined ? noLooks : [look]
    }
    return readings.flatMap((reading) => this.#look(region, attempt, reading) ?? [])
  }

  #look(region: number, attempt: Attempt, reading: Reading): Look | undefined {
    const { register, position, ignored } = reading
    if (position === undefined) return undefined
    const { process } = attempt.invoke
    let elsewhere = false
    let certain: Micros | undefined
    let perhaps: Micros | undefined
    for (let other = 0; attempt.routed && other < this.#sights.length; other += 1) {
      const sight = other === region ? undefined : this.#sights[other]?.[register.place]
      const reader = sight === undefined ? -1 : sight.readerOf(process)
      if (sight === undefined || reader < 0) continue
      elsewhere = true
      const routed = sight.newestRouted(reader)
      if (Number.isNaN(routed)) continue
      certain = Math.max(certain ?? -Infinity, routed)
      perhaps = Math.max(perhaps ?? -Infinity, sight.perhapsRouted(reader))
    }
    let own: Micros | undefined
    let before: Micros | undefined
    // An initial value of a user who may have been deleted tells nothing of this Region.
    if (!ignored) {
      const sight = this.#sightOf(region, register)
      const reader = sight.readerOf(process)
      own = reader < 0 ? undefined : sight.newest(reader)
      before = sight.seenBefore(attempt.inv)
      sight.rememberReader(reader, attempt, position, this.#fold)
      sight.rememberFront(attempt.end, position.earliest, this.#fold)
    }
    return { reading, position, own, before, elsewhere, certain, perhaps }
  }

  #sightOf(region: number, { place }: Register): Sight {
    const sights = this.#sights[region] as (Sight | undefined)[]
    const known = sights[place]
    if (known !== undefined) return known
    const sight = new Sight()
    sights[place] = sight
    return sight
  }
}
