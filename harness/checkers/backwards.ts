import type { EventLine, HeaderLine } from '../history/line.ts'
import { toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { exactCount } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import type { Register } from './fold/register.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import type { Look } from './fold/sights.ts'

const name = 'backwards'

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
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt === undefined) return
    for (const look of fold.looks) {
      if (look.elsewhere) this.#lookAcross(look)
      if (!look.reading.ignored) this.#look(attempt, look)
    }
  }

  #look(attempt: Attempt, { reading, position, own, before }: Look): void {
    this.#readings += 1
    if (own !== undefined) this.#repeated += 1
    if (before !== undefined) this.#repeatedInRegion += 1
    const byItself = own !== undefined && own > position.latest
    const byAnybody = before !== undefined && before > position.latest
    if (byItself) this.#backward += 1
    if (byAnybody) this.#regionBackward += 1
    if (byItself || byAnybody) this.#report(attempt, reading.register, byItself)
  }

  /** What says nothing by itself may still be older: an account that never arrived. */
  #lookAcross({ reading, position, certain, perhaps }: Look): void {
    const { ignored } = reading
    if (!ignored) this.#afterSwitch += 1
    if (!ignored && certain !== undefined && certain > position.latest) this.#regressions.low += 1
    if (perhaps !== undefined && perhaps > position.soonest) this.#regressions.high += 1
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
