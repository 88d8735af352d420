import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { inSeconds } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import type { Register } from './fold/register.ts'
import { Findings, resultOf } from './fold/results.ts'

const name = 'session-regression'

/** Numbers of one entry: process, Region, newest that was certainly and that was perhaps shown. */
const width = 4
/** Lists longer than this are cleared of processes that never return. */
const pruneAbove = 8 * width

/**
 * Users of whom a client that followed the route read an older state in one Region than it had
 * read in another. Measured and never judged: asynchronous replication is documented to do so.
 */
export const sessionRegression: Checker = {
  name,
  requires: ['acknowledged-writes'],
  description:
    'Counts users of whom a client read an older state after the switch of the route than before it.',
  begin: (header: HeaderLine): CheckerRun => new SessionRegressionRun(foldOf(header, name)),
}

class SessionRegressionRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #regions: readonly RegionName[]
  /** By register: what each process read in each Region. */
  readonly #seen = new Map<Register, number[]>()
  readonly #certain = new Set<string>()
  readonly #possible = new Set<string>()
  readonly #compared = new Set<string>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, answered: ['readings'] }
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt, readings } = fold
    if (attempt === undefined || !attempt.routed) return
    const place = this.#regions.indexOf(attempt.invoke.region)
    if (place < 0) return
    for (const reading of readings) this.#look(attempt, reading, place)
  }

  #look(attempt: Attempt, { register, position, ignored }: Reading, place: number): void {
    if (position === undefined) return
    const entries = this.#seen.get(register) ?? []
    if (entries.length === 0) this.#seen.set(register, entries)
    const { process } = attempt.invoke
    let certain = -Infinity
    let perhaps = -Infinity
    let own = -1
    let wasRead = false
    for (let at = 0; at < entries.length; at += width) {
      if (entries[at] !== process) continue
      if (entries[at + 1] === place) own = at
      else {
        wasRead = true
        certain = Math.max(certain, entries[at + 2] as number)
        perhaps = Math.max(perhaps, entries[at + 3] as number)
      }
    }
    const user = register.user.name
    if (wasRead && !ignored) this.#compared.add(user)
    if (wasRead && !ignored && certain > position.latest) this.#regressed(attempt, user)
    if (wasRead && perhaps > position.soonest) this.#possible.add(user)
    if (!ignored) this.#remember(entries, own, [process, place, position.earliest, position.newest])
  }

  #remember(
    entries: number[],
    own: number,
    entry: readonly [number, number, Micros, Micros],
  ): void {
    if (own >= 0) {
      entries[own + 2] = Math.max(entries[own + 2] as number, entry[2])
      entries[own + 3] = Math.max(entries[own + 3] as number, entry[3])
      return
    }
    if (entries.length >= pruneAbove) {
      const alive = entries.filter(
        (_, index) => !this.#fold.isDead(entries[index - (index % width)] as number),
      )
      entries.splice(0, entries.length, ...alive)
    }
    entries.push(...entry)
  }

  #regressed(attempt: Attempt, user: string): void {
    if (this.#certain.has(user)) return
    this.#certain.add(user)
    const { invoke, inv } = attempt
    this.#findings.add({
      kind: 'regressed',
      measurement: `${name}.users`,
      user,
      region: invoke.region,
      at: inv,
      operation: invoke.operation,
      message: `a client read an older state of ${user} in ${invoke.region} at ${inSeconds(inv)} s than it had read before the switch`,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const samples = this.#compared.size
    const users = {
      name: 'users',
      low: this.#certain.size,
      high: this.#possible.size,
      samples,
      inconclusive: samples === 0 ? 'nobody read the same before and after a switch' : undefined,
      grows: true,
    }
    return resultOf(name, fold, {
      figures: [users],
      findings: this.#findings,
      evidence: { usersReadInBothRegions: samples },
    })
  }
}
