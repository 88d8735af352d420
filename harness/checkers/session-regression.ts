import type { EventLine, HeaderLine } from '../history/line.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { inSeconds } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { Findings, resultOf } from './fold/results.ts'
import type { Look } from './fold/sights.ts'

const name = 'session-regression'

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
  readonly #certain = new Set<string>()
  readonly #possible = new Set<string>()
  readonly #compared = new Set<string>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, answered: ['readings'] }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt === undefined) return
    for (const look of fold.looks) this.#look(attempt, look)
  }

  #look(attempt: Attempt, { reading, position, certain, perhaps }: Look): void {
    if (certain === undefined || perhaps === undefined) return
    const { register, ignored } = reading
    const user = register.user.name
    if (!ignored) this.#compared.add(user)
    if (!ignored && certain > position.latest) this.#regressed(attempt, user)
    if (perhaps > position.soonest) this.#possible.add(user)
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
