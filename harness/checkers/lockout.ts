import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, millis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { inSeconds } from './fold/counts.ts'
import { CrossedLocks } from './fold/crossed-locks.ts'
import { GuessBook } from './fold/guess-book.ts'
import { admitted, type Guessed, guessedBy, guessedFunctions, guesserOf } from './fold/guesses.ts'
import { type Attempt, foldOf, type HistoryFold, unknownAttempt } from './fold/history-fold.ts'
import { nodeOf } from './fold/places.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { Victims } from './fold/victims.ts'

const name = 'lockout'

/** Changes of these are no unrelated update: they may end a lock by design. */
const related: ReadonlySet<string> = new Set(['password', 'existence', 'enabled'])

/**
 * What an attacker gains by guessing in two Regions. A guess is admitted where the Region evaluated
 * it; what nobody knows of counts as 0 to 1. Locks are known by what a control user shows who is
 * attacked on the same schedule in one Region.
 */
export const lockout: Checker = {
  name,
  requires: [],
  description:
    'Counts wrong passwords and codes that Regions evaluated, against a control user in one Region, and says what resets a counter, what locks cross over, and who is kept out.',
  begin: (header: HeaderLine): CheckerRun => new LockoutRun(foldOf(header, name)),
}

class LockoutRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #victims = new Victims()
  readonly #book: GuessBook
  readonly #crossed: CrossedLocks
  /** Owners who tried to get in after the cutover, and those who were answered as locked. */
  readonly #triedAfter = new Set<string>()
  readonly #keptOut = new Set<string>()
  #wronglyAccepted = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#book = new GuessBook(fold.registers)
    this.attention = {
      fold,
      lines: ['fault', 'route'],
      functions: guessedFunctions,
      answered: ['writes'],
    }
    this.#crossed = new CrossedLocks(millis(fold.header.declared.lagMillisMax))
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'fault' && line.phase === 'apply') this.#book.disturb()
    if (line.type === 'route' && line.previous !== null) this.#book.disturb()
    const { attempt } = fold
    if (attempt === undefined) return
    if (fold.acknowledged > 0 && this.#isUnrelated()) {
      this.#book.disturbUser(attempt.invoke.user)
    }
    const guessed = guessedBy(attempt)
    if (guessed !== undefined) this.#take(attempt, guessed)
  }

  #isUnrelated(): boolean {
    return this.#fold.writes.every(({ register }) => !related.has(register.kind))
  }

  #take(attempt: Attempt, guessed: Guessed): void {
    const { invoke, completion } = attempt
    const guesser = guesserOf(attempt)
    if (guesser !== 'owner') {
      const node = nodeOf(attempt)
      this.#victims.guess(attempt, node, guesser, admitted(completion))
      if (completion.type === 'ok') this.#accepted(attempt, node)
    } else if (guessed === 'password') this.#ownerTried(attempt)
    this.#book.take(attempt, guessed, guesser === 'control')
    if (guessed === 'password') this.#followLock(attempt)
    if (guesser === 'owner' && completion.type === 'ok') this.#book.succeed(invoke.user, attempt)
  }

  #accepted({ invoke, inv }: Attempt, node: RegionName): void {
    this.#wronglyAccepted += 1
    this.#report(
      'wrongly-accepted',
      'wronglyAccepted',
      { user: invoke.user, region: node, at: inv, operation: invoke.operation },
      `${node} took a wrong guess of an attacker for ${invoke.user} at ${inSeconds(inv)} s`,
    )
  }

  #ownerTried(attempt: Attempt): void {
    const { invoke, completion, inv, end } = attempt
    const { user, operation } = invoke
    const node = nodeOf(attempt)
    const isLocked = completion.type === 'fail' && completion.error?.meaning === 'locked'
    if (completion.type === 'ok' || (isLocked && !this.#book.hasFailed(user, node))) {
      this.#crossed.tried(user, node, inv, end, isLocked)
    }
    const { cutover } = this.#fold.disaster
    if (cutover === undefined || inv <= cutover.at) return
    if (completion.type === 'ok' || completion.type === 'fail') this.#triedAfter.add(user)
    if (!isLocked || this.#keptOut.has(user)) return
    this.#keptOut.add(user)
    this.#report(
      'kept-out',
      'keptOutUsers',
      { user, region: node, at: inv, operation },
      `${user} was kept out of ${node} at ${inSeconds(inv)} s, after the cutover, by a lock that others had set`,
    )
  }

  /** The lock of one Region, as its answers show it. */
  #followLock(attempt: Attempt): void {
    const { invoke, completion, inv, end } = attempt
    const node = nodeOf(attempt)
    const meaning = completion.error?.meaning
    if (completion.type === 'fail' && meaning === 'locked') {
      this.#crossed.locked(invoke.user, node, inv, end)
    } else if (completion.type !== 'fail' || meaning === 'wrong-credentials') {
      this.#crossed.over(invoke.user, node)
    }
  }

  #report(
    kind: string,
    measurement: string,
    where: {
      readonly user: string
      readonly region: RegionName
      readonly at: Micros
      readonly operation: string
    },
    message: string,
  ): void {
    this.#findings.add({ kind, measurement: `${name}.${measurement}`, ...where, message })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      const attempt = unknownAttempt(invoke)
      const guessed = guessedBy(attempt)
      if (guessed !== undefined) this.#take(attempt, guessed)
    }
    this.#crossed.finish()
    this.#reportBudget()
    return resultOf(name, fold, {
      figures: this.#figures(),
      findings: this.#findings,
      evidence: {
        guesses: this.#victims.guesses,
        controlGuesses: this.#victims.controlGuesses,
        ownersAfterCutover: this.#triedAfter.size,
      },
    })
  }

  #reportBudget(): void {
    const { most } = this.#victims.control
    for (const victim of this.#victims.over(most.high)) {
      const { user, low, regions, last } = victim
      this.#report(
        'more-guesses',
        'guessFactor',
        { user, region: last.region, at: last.at, operation: last.operation },
        `an attacker was admitted ${low} guesses at ${user} over ${regions} Regions, and ${most.high} at a control user in one`,
      )
    }
  }

  #figures(): readonly Figure[] {
    const { guesses, controlGuesses, attacker, control } = this.#victims
    const both = guesses > 0 && controlGuesses > 0
    const resets = this.#book.resets()
    for (const { user, region, failure } of resets.found) {
      this.#report(
        'counter-reset',
        'countersReset',
        { user, region, at: failure.inv, operation: failure.operation },
        `${region} evaluated a guess at ${user} at ${inSeconds(failure.inv)} s, inside a lock that had to hold`,
      )
    }
    const kept = this.#keptOut.size
    const tried = [...this.#triedAfter].filter(
      (user) => this.#victims.has(user) || this.#keptOut.has(user),
    ).length
    const { held, total } = this.#crossed
    const exact = (value: number): { low: number; high: number } => ({ low: value, high: value })
    const noGuess = 'nobody guessed'
    return [
      figure('guessesAdmitted', attacker.all, guesses, noGuess),
      figure('guessesAdmittedControl', control.all, controlGuesses, 'no control user was attacked'),
      figure('guessesAdmittedPerRegionMax', attacker.perRegion, guesses, noGuess),
      {
        ...figure(
          'guessFactor',
          {
            low: ratio(attacker.most.low, control.most.high, 0),
            high: ratio(attacker.most.high, control.most.low, Infinity),
          },
          both ? guesses + controlGuesses : 0,
          'no control user was attacked on the same schedule',
        ),
        grows: false,
      },
      {
        ...figure(
          'locksCrossed',
          exact(ratio(held, total, 0)),
          total,
          'no lock was tried elsewhere',
        ),
        grows: false,
      },
      figure(
        'countersReset',
        resets,
        resets.samples,
        'nothing happened that could reset a counter',
      ),
      figure('keptOutUsers', exact(kept), tried, 'no user who was attacked came after a cutover'),
      figure('regionsAttacked', exact(this.#victims.regionsAttacked), guesses, noGuess),
      figure('wronglyAccepted', exact(this.#wronglyAccepted), guesses + controlGuesses, noGuess),
    ]
  }
}

function figure(
  title: string,
  { low, high }: { readonly low: number; readonly high: number },
  samples: number,
  unseen: string,
): Figure {
  const inconclusive = samples === 0 ? unseen : undefined
  return { name: title, low, high, samples, inconclusive, grows: true }
}

function ratio(part: number, whole: number, otherwise: number): number {
  return whole === 0 ? otherwise : part / whole
}
