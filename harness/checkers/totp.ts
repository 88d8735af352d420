import type { AnswerMeaning, EventLine, HeaderLine } from '../history/line.ts'
import type { OperationFunction, RegionName } from '../history/operation.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { Count, inSeconds, type Sure } from './fold/counts.ts'
import { Factors } from './fold/factors.ts'
import { type Attempt, foldOf, type HistoryFold, unknownAttempt } from './fold/history-fold.ts'
import { mintsTokens } from './fold/minted-tokens.ts'
import { nodeOf } from './fold/places.ts'
import { Findings, resultOf } from './fold/results.ts'
import { type Sessions, sourceOf } from './fold/sessions.ts'
import { UsedCodes } from './fold/used-codes.ts'

const name = 'totp'

/** A password is enough for them where no factor is required. */
const withoutFactor: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
  'answer-new-password',
  'redeem-code',
  'guess-password',
])

/** The same without those whose success may hold no tokens by their nature. */
const firstSteps: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'sign-in',
  'admin-sign-in',
  'answer-srp',
])

const functions: ReadonlySet<OperationFunction> = new Set([
  ...withoutFactor,
  'answer-totp',
  'replay-totp',
  'guess-code',
  'refresh',
  'rotate',
  'verify-totp',
  'prefer-totp',
])

/** Refusals that say nothing of what was shown. */
const silent: ReadonlySet<AnswerMeaning | undefined> = new Set<AnswerMeaning>([
  'locked',
  'throttled',
  'unavailable',
])

/**
 * Second factors: tokens of a new sign-in without the one that is required, codes that are taken
 * twice, and what a Region that must refuse factors takes. A bypass is certain where the Region
 * had acknowledged the enrolment, had asked for the factor before, or had it by the declared lag
 * before the first disturbance; before that it is a matter of the lag. A sign-in whose answer never
 * came gave nobody tokens: it is no bypass, whatever the Region did.
 */
export const totp: Checker = {
  name,
  requires: [],
  description:
    'Counts tokens that were given without the required factor, codes that were accepted twice, in one Region and across, and enrolments that a replica took.',
  begin: (header: HeaderLine): CheckerRun => new TotpRun(foldOf(header, name)),
}

class TotpRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #sessions: Sessions
  readonly #factors: Factors
  readonly #codes: UsedCodes
  readonly #replicas: ReadonlySet<RegionName>
  readonly #bypasses = new Count()
  readonly #replaysSame = new Count()
  readonly #replaysAcross = new Count()
  readonly #refreshes = new Count()
  readonly #enrolments = new Count()
  readonly #notServed = new Count()
  readonly #guesses = new Count()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, sent: ['writes'], functions, answered: ['writes'] }
    this.#sessions = fold.sessions
    this.#factors = new Factors(fold)
    this.#codes = new UsedCodes(fold)
    const replicas = fold.header.regions.filter(({ role }) => role === 'replica')
    this.#replicas = new Set(replicas.map((region) => region.name))
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'invoke') this.#factors.send()
    const { attempt } = fold
    if (attempt !== undefined) this.#take(attempt)
  }

  #take(attempt: Attempt): void {
    const { function: fn } = attempt.invoke
    if (withoutFactor.has(fn)) this.#signedIn(attempt)
    if (fn === 'answer-totp' || fn === 'replay-totp') this.#codeShown(attempt)
    if (fn === 'guess-code') this.#guessed(attempt)
    if (fn === 'refresh' || fn === 'rotate') this.#refreshed(attempt)
    if (fn === 'verify-totp' || fn === 'prefer-totp') this.#enrolled(attempt)
    if (this.#fold.writes.length > 0) this.#factors.take(attempt)
  }

  /** A new sign-in of a user who has to show a factor. */
  #signedIn(attempt: Attempt): void {
    const { invoke, completion } = attempt
    const node = nodeOf(attempt)
    const required = this.#factors.required(attempt, node)
    if (required === 'no') return
    const { meaning } = completion.error ?? {}
    const { factor, remembered } = this.#sessionOf(attempt)
    if (factor || remembered) return
    const isServed = completion.type !== 'fail' || !silent.has(meaning)
    if (isServed) this.#bypasses.see()
    if (this.#replicas.has(node) && completion.type === 'fail' && isServed) {
      this.#notServed.see()
      if (meaning === 'gated') this.#notServed.add('certainly')
    }
    const minted = mintsTokens(attempt) && (completion.tokens?.length ?? 0) > 0
    if (minted) {
      this.#bypasses.add(required)
      if (required === 'certainly') this.#reportBypass(attempt, node)
    }
    const asked = completion.type === 'ok' && firstSteps.has(invoke.function)
    if (!minted && (asked || meaning === 'factor-required' || meaning === 'gated')) {
      this.#factors.askedFor(attempt, node)
    }
  }

  #sessionOf({ invoke, completion }: Attempt): { factor: boolean; remembered: boolean } {
    if (completion.type === 'ok') return this.#sessions.of(invoke.operation)
    const source = sourceOf(invoke.arguments)
    return source === undefined ? { factor: false, remembered: false } : this.#sessions.of(source)
  }

  /** A code of the moment, or one that was shown before. */
  #codeShown(attempt: Attempt): void {
    const { invoke, completion } = attempt
    const node = nodeOf(attempt)
    const isAnswered = completion.type !== 'fail' || !silent.has(completion.error?.meaning)
    if (this.#replicas.has(node) && isAnswered) {
      this.#notServed.see()
      if (completion.error?.meaning === 'gated') this.#notServed.add('certainly')
    }
    const replay = this.#codes.take(attempt, node)
    if (replay === undefined || !isAnswered) return
    const count = replay.isSame ? this.#replaysSame : this.#replaysAcross
    count.see()
    count.add(replay.accepted)
    if (replay.accepted !== 'certainly') return
    const at = inSeconds(attempt.inv)
    this.#report(
      'replayed',
      replay.isSame ? 'replaysSameRegion' : 'replaysAcrossRegions',
      attempt,
      node,
      `${node} took a code of ${invoke.user} at ${at} s that ${replay.isSame ? 'it' : 'another Region'} had taken before`,
    )
  }

  #guessed(attempt: Attempt): void {
    const { completion, invoke } = attempt
    const isAnswered = completion.type !== 'fail' || !silent.has(completion.error?.meaning)
    if (isAnswered) this.#guesses.see()
    this.#guesses.add(sureOf(attempt))
    if (completion.type !== 'ok') return
    const node = nodeOf(attempt)
    const sentence = `${node} took a wrong code of ${invoke.user} at ${inSeconds(attempt.inv)} s`
    this.#report('code-guessed', 'guessesAccepted', attempt, node, sentence)
  }

  /** Whether a session that passed the factor can be refreshed away from the primary. */
  #refreshed(attempt: Attempt): void {
    const source = sourceOf(attempt.invoke.arguments)
    if (source === undefined || !this.#replicas.has(nodeOf(attempt))) return
    if (!this.#sessions.of(source).factor) return
    this.#refreshes.see()
    this.#refreshes.add(sureOf(attempt))
  }

  #enrolled(attempt: Attempt): void {
    const node = nodeOf(attempt)
    const { completion, invoke, inv } = attempt
    if (!this.#replicas.has(node)) return
    if (completion.type !== 'fail' || !silent.has(completion.error?.meaning)) this.#enrolments.see()
    this.#enrolments.add(sureOf(attempt))
    if (completion.type !== 'ok') return
    const sentence = `${node} took an enrolment of ${invoke.user} (${invoke.function}) at ${inSeconds(inv)} s, which it has to refuse`
    this.#report('enrolled-on-replica', 'enrolmentsOnReplica', attempt, node, sentence)
  }

  #reportBypass(attempt: Attempt, node: RegionName): void {
    const { invoke, inv } = attempt
    const sentence = `${invoke.user} has to show a second factor and got tokens in ${node} at ${inSeconds(inv)} s without it (${invoke.function})`
    this.#report('bypass', 'bypasses', attempt, node, sentence)
  }

  #report(
    kind: string,
    measurement: string,
    { invoke, inv }: Attempt,
    region: RegionName,
    message: string,
  ): void {
    const { user, operation } = invoke
    const found = { kind, measurement: `${name}.${measurement}`, user, region, at: inv }
    this.#findings.add({ ...found, operation, message })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) this.#take(unknownAttempt(invoke))
    const unused = 'no code was shown twice'
    return resultOf(name, fold, {
      figures: [
        this.#bypasses.figure('bypasses', 'nobody who has to show a factor signed in'),
        this.#replaysSame.figure('replaysSameRegion', unused),
        this.#replaysAcross.figure('replaysAcrossRegions', unused),
        this.#refreshes.figure('refreshesAfterFactor', 'no such session was refreshed elsewhere'),
        this.#enrolments.figure('enrolmentsOnReplica', 'no replica was asked to enrol anybody'),
        this.#notServed.figure('notServed', 'no factor was shown to a replica'),
        this.#guesses.figure('guessesAccepted', 'no code was guessed'),
      ],
      findings: this.#findings,
      evidence: {
        signInsOfFactorUsers: this.#bypasses.samples,
        replays: this.#replaysSame.samples + this.#replaysAcross.samples,
        guessedCodes: this.#guesses.samples,
      },
    })
  }
}

function sureOf({ completion }: Attempt): Sure {
  if (completion.type === 'info') return 'perhaps'
  return completion.type === 'ok' ? 'certainly' : 'no'
}
