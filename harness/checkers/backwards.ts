import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { exactCount } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import type { Position } from './fold/position.ts'
import type { Register } from './fold/register.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'

const name = 'backwards'

/** Lists longer than this are cleared of what can no longer matter. */
const pruneAbove = 8

/**
 * Numbers of one reader: process; newest that was certainly shown, ever and while routed; newest
 * that was perhaps shown while routed.
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
    const newest = shown.earliest
    const routed = attempt.routed ? newest : -Infinity
    const perhaps = attempt.routed ? shown.newest : -Infinity
    if (known >= 0) {
      this.#readers[known + 1] = Math.max(this.newest(known), newest)
      this.#readers[known + 2] = Math.max(this.newestRouted(known), routed)
      this.#readers[known + 3] = Math.max(this.perhapsRouted(known), perhaps)
      return
    }
    if (this.#readers.length >= pruneAbove * readerWidth) this.#forgetDead(fold)
    this.#readers.push(attempt.invoke.process, newest, routed, perhaps)
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

/**
 * Reads that show an older value than an earlier read did. By one process in one Region it is a
 * backward read. By any process of the Region it is a backward read of the Region: a Region that
 * answers from one copy applies changes in one direction only, also over a restart from its disk.
 * Across a switch of the route it is a session regression, which is measured and never judged: low
 * counts those that are certain, high also those where one of the values fits several writes.
 */
export const backwards: Checker = {
  name,
  requires: ['acknowledged-writes'],
  description:
    'Counts reads that show an older value than an earlier read of the same register in the same Region, by the same process and by any.',
  begin: (header: HeaderLine): CheckerRun => new BackwardsRun(foldOf(header, name)),
}

class BackwardsRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #regions: readonly RegionName[]
  readonly #sights: Map<Register, Sight>[]
  #backward = 0
  #regionBackward = 0
  readonly #regressions = { low: 0, high: 0 }
  #readings = 0
  #repeated = 0
  #repeatedInRegion = 0
  #afterSwitch = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, answered: ['readings'] }
    this.#regions = fold.header.regions.map((region) => region.name)
    this.#sights = this.#regions.map(() => new Map())
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt, readings } = fold
    if (attempt === undefined || readings.length === 0) return
    const place = this.#regions.indexOf(attempt.invoke.region)
    if (place < 0) return
    for (const reading of readings) {
      const { register, position, ignored } = reading
      if (position === undefined) continue
      if (attempt.routed) this.#lookAcross(place, attempt, reading, position)
      if (!ignored) this.#look(place, attempt, register, position)
    }
  }

  #look(place: number, attempt: Attempt, register: Register, position: Position): void {
    const sights = this.#sights[place]
    if (sights === undefined) return
    this.#readings += 1
    let sight = sights.get(register)
    if (sight === undefined) {
      sight = new Sight()
      sights.set(register, sight)
    }
    const { process } = attempt.invoke
    const { latest, earliest } = position
    const reader = sight.readerOf(process)
    const before = sight.seenBefore(attempt.inv)
    if (reader >= 0) this.#repeated += 1
    if (before !== undefined) this.#repeatedInRegion += 1
    const byItself = reader >= 0 && sight.newest(reader) > latest
    const byAnybody = before !== undefined && before > latest
    if (byItself) this.#backward += 1
    if (byAnybody) this.#regionBackward += 1
    if (byItself || byAnybody) this.#report(attempt, register, byItself)
    sight.rememberReader(reader, attempt, position, this.#fold)
    sight.rememberFront(attempt.end, earliest, this.#fold)
  }

  /** What says nothing by itself may still be older: an account that never arrived. */
  #lookAcross(place: number, attempt: Attempt, reading: Reading, position: Position): void {
    const { register, ignored } = reading
    let certain = -Infinity
    let perhaps = -Infinity
    let wasRead = false
    for (let other = 0; other < this.#sights.length; other += 1) {
      if (other === place) continue
      const sight = this.#sights[other]?.get(register)
      const reader = sight === undefined ? -1 : sight.readerOf(attempt.invoke.process)
      if (sight === undefined || reader < 0) continue
      wasRead = true
      certain = Math.max(certain, sight.newestRouted(reader))
      perhaps = Math.max(perhaps, sight.perhapsRouted(reader))
    }
    if (!wasRead) return
    if (!ignored) this.#afterSwitch += 1
    if (!ignored && certain > position.latest) this.#regressions.low += 1
    if (perhaps > position.soonest) this.#regressions.high += 1
  }

  #report(attempt: Attempt, register: Register, byItself: boolean): void {
    const { invoke, inv, end } = attempt
    const who = byItself ? `process ${invoke.process}` : 'a later reader'
    this.#findings.add({
      kind: 'went-backwards',
      measurement: `${name}.${byItself ? 'backwardReads' : 'regionBackwardReads'}`,
      user: register.user.name,
      region: invoke.region,
      at: end,
      operation: invoke.operation,
      message: `${register.name} of user ${register.user.name} went backwards in ${invoke.region}: ${who} saw at ${toMillis(inv)} ms an older value than before`,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const figure = (title: string, value: number, samples: number, what: string): Figure =>
      exactCount(title, value, samples, `nothing was read twice ${what}`)
    const figures = [
      figure('backwardReads', this.#backward, this.#repeated, 'by one process'),
      figure('regionBackwardReads', this.#regionBackward, this.#repeatedInRegion, 'in a Region'),
    ]
    if (this.#afterSwitch > 0) {
      const base = figure('sessionRegressions', 0, this.#afterSwitch, '')
      figures.push({ ...base, ...this.#regressions })
    }
    return resultOf(name, fold, {
      figures,
      findings: this.#findings,
      evidence: {
        readings: this.#readings,
        repeatedReadings: this.#repeated,
        readingsAfterSwitch: this.#afterSwitch,
      },
    })
  }
}
