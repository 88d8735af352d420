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

/** What one process has read of one register in one Region. */
interface Reader {
  readonly process: number
  /** Latest `inv` of a write that it certainly saw, or one before it. */
  newest: Micros
  /** The same, of reads while clients were routed to the Region. */
  newestRouted: Micros
}

/** What anybody has read of one register in one Region: newer and newer values, by `end`. */
interface Sight {
  readers: Reader[]
  front: { readonly end: Micros; readonly newest: Micros }[]
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
    const sight = sights.get(register) ?? { readers: [], front: [] }
    sights.set(register, sight)
    const { process } = attempt.invoke
    const reader = sight.readers.find((entry) => entry.process === process)
    const before = sight.front.findLast((entry) => entry.end < attempt.inv)
    if (reader !== undefined) this.#repeated += 1
    if (before !== undefined) this.#repeatedInRegion += 1
    const byItself = reader !== undefined && reader.newest > position.latest
    const byAnybody = before !== undefined && before.newest > position.latest
    if (byItself) this.#backward += 1
    if (byAnybody) this.#regionBackward += 1
    if (byItself || byAnybody) this.#report(attempt, register, byItself)
    if (attempt.routed) this.#lookAcross(place, register, process, position.latest)
    this.#remember(sight, reader, attempt, position.earliest)
  }

  #lookAcross(place: number, register: Register, process: number, latest: Micros): void {
    let newest: Micros | undefined
    this.#sights.forEach((sights, other) => {
      if (other === place) return
      const reader = sights.get(register)?.readers.find((entry) => entry.process === process)
      if (reader === undefined) return
      newest = Math.max(newest ?? -Infinity, reader.newestRouted)
    })
    if (newest === undefined) return
    this.#afterSwitch += 1
    if (newest > latest) this.#regressions += 1
  }

  #remember(sight: Sight, known: Reader | undefined, attempt: Attempt, earliest: Micros): void {
    const { process } = attempt.invoke
    const reader = known ?? { process, newest: -Infinity, newestRouted: -Infinity }
    if (known === undefined) {
      if (sight.readers.length >= pruneAbove) {
        sight.readers = sight.readers.filter((entry) => !this.#fold.isDead(entry.process))
      }
      sight.readers.push(reader)
    }
    reader.newest = Math.max(reader.newest, earliest)
    if (attempt.routed) reader.newestRouted = Math.max(reader.newestRouted, earliest)
    const last = sight.front.at(-1)
    if (last !== undefined && earliest <= last.newest) return
    if (sight.front.length >= pruneAbove) {
      const oldest = this.#fold.oldestInvocation()
      const kept = sight.front.findLastIndex((entry) => entry.end < oldest)
      if (kept > 0) sight.front = sight.front.slice(kept)
    }
    sight.front.push({ end: attempt.end, newest: earliest })
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
