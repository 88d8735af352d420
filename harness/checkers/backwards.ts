import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import type { Register } from './fold/register-history.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'backwards'

/** Lists longer than this are cleared of what can no longer matter. */
const pruneAbove = 8

/** Numbers of one reader: process, newest, newest while routed. */
const readerWidth = 3
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

  /** Place of a process among the readers; −1 if it has not read yet. */
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

  /** The newest that anybody had seen before a moment; undefined if nobody had read. */
  seenBefore(time: Micros): Micros | undefined {
    const front = this.#front
    for (let place = front.length - frontWidth; place >= 0; place -= frontWidth) {
      if ((front[place] as number) < time) return front[place + 1]
    }
    return undefined
  }

  rememberReader(known: number, attempt: Attempt, newest: Micros, fold: HistoryFold): void {
    const routed = attempt.routed ? newest : -Infinity
    if (known >= 0) {
      this.#readers[known + 1] = Math.max(this.newest(known), newest)
      this.#readers[known + 2] = Math.max(this.newestRouted(known), routed)
      return
    }
    if (this.#readers.length >= pruneAbove * readerWidth) this.#forgetDead(fold)
    this.#readers.push(attempt.invoke.process, newest, routed)
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
 * Across a switch of the route it is a session regression, which is measured and never judged.
 */
export const backwards: Checker = {
  name,
  requires: ['acknowledged-writes'],
  description:
    'Counts reads that show an older value than an earlier read of the same register in the same Region, by the same process and by any.',
  begin: (header: HeaderLine): CheckerRun => new BackwardsRun(foldOf(header, name)),
}

class BackwardsRun implements CheckerRun {
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #regions: readonly RegionName[]
  readonly #sights: Map<Register, Sight>[]
  #backward = 0
  #regionBackward = 0
  #regressions = 0
  #readings = 0
  #repeated = 0
  #repeatedInRegion = 0
  #afterSwitch = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
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
      if (!reading.ignored && reading.position !== undefined) this.#look(place, attempt, reading)
    }
  }

  #look(place: number, attempt: Attempt, reading: Reading): void {
    const { register, position } = reading
    const sights = this.#sights[place]
    if (position === undefined || sights === undefined) return
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
    if (attempt.routed) this.#lookAcross(place, register, process, latest)
    sight.rememberReader(reader, attempt, earliest, this.#fold)
    sight.rememberFront(attempt.end, earliest, this.#fold)
  }

  #lookAcross(place: number, register: Register, process: number, latest: Micros): void {
    let newest: Micros | undefined
    for (let other = 0; other < this.#sights.length; other += 1) {
      if (other === place) continue
      const sight = this.#sights[other]?.get(register)
      const reader = sight === undefined ? -1 : sight.readerOf(process)
      if (sight === undefined || reader < 0) continue
      newest = Math.max(newest ?? -Infinity, sight.newestRouted(reader))
    }
    if (newest === undefined) return
    this.#afterSwitch += 1
    if (newest > latest) this.#regressions += 1
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
    const figure = (title: string, value: number, samples: number, what: string) => ({
      name: title,
      low: value,
      high: value,
      samples,
      inconclusive: samples === 0 ? `nothing was read twice ${what}` : undefined,
      grows: true,
    })
    const figures = [
      figure('backwardReads', this.#backward, this.#repeated, 'by one process'),
      figure('regionBackwardReads', this.#regionBackward, this.#repeatedInRegion, 'in a Region'),
    ]
    if (this.#afterSwitch > 0) {
      figures.push(figure('sessionRegressions', this.#regressions, this.#afterSwitch, ''))
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
