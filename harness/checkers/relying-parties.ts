import type { EventLine, FaultLine, HeaderLine, RelyingPartyHeader } from '../history/line.ts'
import { type Micros, millis, toMillis, toSeconds } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { ClockSkews } from './fold/clock-skews.ts'
import { exactCount } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { mintsTokens, referenceOf } from './fold/minted-tokens.ts'
import { isBornExpired, type PresentedToken, PresentedTokens } from './fold/presented-tokens.ts'
import { RejectionRuns } from './fold/rejection-runs.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { endingFunctions, RevokedAdmissions } from './fold/revoked-admissions.ts'
import { mayBeEnded } from './fold/session-uses.ts'
import type { UserWrites } from './fold/user-writes.ts'

const name = 'relying-parties'

/** What one application did with tokens of one issuer. */
interface IssuerTally {
  accepted: number
  rejected: number
}

/** One application that trusts the tokens. */
interface Party {
  readonly header: RelyingPartyHeader
  /** By kind of token. */
  readonly runs: Map<number, RejectionRuns>
  readonly issuers: Map<string, IssuerTally>
  /** When it had first admitted one, by kind of token: it has the key. */
  readonly admittedAt: Map<number, Micros>
  valid: number
}

/**
 * What applications made of tokens. A token is valid where the Region that issued it verifies it,
 * it is alive by the clock of the clients, no clock that it depends on is off, and nothing that may
 * have happened ends it; an application that asks a Region must also be able to learn of its user
 * there. Only a definite refusal is a rejection. That an application cannot decide is another
 * thing: where it asks nobody and has admitted a token of the same key in this life, it has lost
 * the key.
 */
export const relyingParties: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Measures for how long applications reject valid tokens and admit revoked ones, and counts what they admit that is invalid and the keys that they lose.',
  patterns: ['relying-parties.<party>.validRejectedSeconds'],
  begin: (header: HeaderLine): CheckerRun => new RelyingPartiesRun(foldOf(header, name)),
}

class RelyingPartiesRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #parties: ReadonlyMap<string, Party>
  readonly #skews = new ClockSkews()
  readonly #tokens: PresentedTokens
  readonly #revoked: RevokedAdmissions
  readonly #writes: UserWrites
  /** Token of a session cookie, by the operation that opened it. */
  readonly #cookies = new Map<string, PresentedToken>()
  #judged = 0
  #invalid = 0
  #invalidAccepted = 0
  #withinLeeway = 0
  #rejectedWithinLeeway = 0
  #minted = 0
  #bornExpired = 0
  #ofKnownKeys = 0
  #undecided = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#tokens = new PresentedTokens(fold, this.#skews)
    this.#revoked = new RevokedAdmissions(fold)
    this.#writes = fold.userWrites
    const parties = fold.header.relyingParties ?? []
    this.#parties = new Map(
      parties.map((header) => [
        header.name,
        { header, runs: new Map(), issuers: new Map(), admittedAt: new Map(), valid: 0 },
      ]),
    )
    const nodes = [...this.#parties.keys()]
    const all = {
      lines: ['fault'],
      functions: endingFunctions,
      nodes,
      answered: ['tokens'],
    } as const
    this.attention = nodes.length === 0 ? { fold } : { fold, ...all }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (this.#parties.size === 0) return
    if (line.type === 'fault') this.#onFault(line)
    const { attempt } = fold
    if (attempt === undefined) return
    if (attempt.completion.tokens !== undefined) this.#mint(attempt)
    this.#revoked.onChange(attempt)
    const party = this.#parties.get(attempt.invoke.region)
    if (party !== undefined) this.#visit(attempt, party)
  }

  #onFault(line: FaultLine): void {
    this.#skews.onFault(line)
    for (const { effect, region } of line.effects) {
      // Whoever begins anew knows no key.
      if (effect === 'region-unavailable') this.#parties.get(region)?.admittedAt.clear()
    }
  }

  #mint(attempt: Attempt): void {
    this.#tokens.take(attempt)
    if (!mintsTokens(attempt)) return
    const skew = this.#skews.of(attempt.invoke.region)
    for (const token of attempt.completion.tokens ?? []) {
      if (token.use === 'refresh') continue
      this.#minted += 1
      if (!isBornExpired(token, skew)) continue
      this.#bornExpired += 1
      const { user, region } = attempt.invoke
      this.#findings.addAttempt(
        'born-expired',
        'bornExpired',
        attempt,
        `the ${token.use} token that ${region} issued user ${user} had expired when it arrived`,
      )
    }
  }

  #visit(attempt: Attempt, party: Party): void {
    const { invoke, completion } = attempt
    const cookie = referenceOf(invoke.arguments.cookie)
    const shown = this.#tokens.of(attempt)
    const session = cookie === undefined ? shown : this.#cookies.get(cookie)
    if (invoke.function === 'open-session' && completion.type === 'ok' && shown !== undefined) {
      this.#cookies.set(invoke.operation, shown)
    }
    const { meaning, status } = completion.error ?? {}
    if (session === undefined) return
    if (meaning === 'unavailable' && status !== undefined && cookie === undefined) {
      this.#cannotDecide(attempt, party, session)
    }
    if (completion.type !== 'ok' && meaning !== 'token-refused') return
    const { offline, cacheMillisMax } = party.header
    if (!offline || cacheMillisMax > 0) {
      this.#revoked.onVisit(attempt, session.token, millis(cacheMillisMax))
    }
    if (shown !== undefined && cookie === undefined) this.#judge(attempt, party, shown)
  }

  #judge(attempt: Attempt, party: Party, shown: PresentedToken): void {
    const { inv, completion } = attempt
    const { kind, expiresAt } = shown
    this.#judged += 1
    const { leewayMillis, cacheMillisMax } = party.header
    const skew = this.#skewOf(party, shown)
    const declared = this.#fold.header.declared.clockSkewMillisMax
    const grace = millis(leewayMillis + cacheMillisMax + declared + skew)
    const isOver = inv > expiresAt + grace
    if (isOver || kind.forged || !this.#tokens.isOwnIssuer(kind)) {
      this.#invalid += 1
      if (completion.type === 'ok') this.#admitted(attempt, party, isOver, kind.forged)
      return
    }
    if (!this.#mustBeTaken(attempt, party, shown)) return
    if (skew === 0) this.#takeValid(attempt, party, shown)
    else if (skew <= leewayMillis && !kind.foreignIssuer) this.#takeSkewed(attempt, party, skew)
  }

  /** An application that has the key and asks nobody else. */
  #cannotDecide(attempt: Attempt, party: Party, shown: PresentedToken): void {
    const { header, admittedAt } = party
    const { kind } = shown
    const hasKey = (admittedAt.get(kind.index) ?? Infinity) < attempt.inv
    if (!header.offline || !hasKey || kind.foreignIssuer) return
    if (this.#skewOf(party, shown) > 0 || !this.#mustBeTaken(attempt, party, shown)) return
    this.#ofKnownKeys += 1
    this.#undecided += 1
    this.#findings.addAttempt(
      'key-lost',
      'undecided',
      attempt,
      `${header.name} could not decide on a valid token of user ${attempt.invoke.user}, although it had admitted tokens of that key before (${attempt.completion.error?.code ?? 'no code'})`,
    )
  }

  /** Milliseconds by which the clocks of the application and of the issuer are off. */
  #skewOf({ header }: Party, { skewMillis }: PresentedToken): number {
    return Math.abs(skewMillis) + Math.abs(this.#skews.of(header.name))
  }

  /**
   * It is good, alive, nothing may end it, and who asks a Region can learn of its user there.
   */
  #mustBeTaken({ invoke, inv, end }: Attempt, { header }: Party, shown: PresentedToken): boolean {
    const { token, kind, expiresAt } = shown
    const declared = millis(this.#fold.header.declared.clockSkewMillisMax)
    if (!kind.sound || end + declared >= expiresAt) return false
    if (mayBeEnded(this.#fold, invoke.user, token)) return false
    return header.offline || this.#writes.replicatedBefore(invoke.user, inv)
  }

  #takeValid(attempt: Attempt, party: Party, { kind, token }: PresentedToken): void {
    const accepted = attempt.completion.type === 'ok'
    const tally = party.issuers.get(kind.issuer) ?? { accepted: 0, rejected: 0 }
    party.issuers.set(kind.issuer, tally)
    if (accepted) tally.accepted += 1
    else tally.rejected += 1
    if (kind.foreignIssuer) return
    party.valid += 1
    const admittedAt = party.admittedAt.get(kind.index) ?? Infinity
    if (party.header.offline && admittedAt < attempt.inv) this.#ofKnownKeys += 1
    if (accepted) party.admittedAt.set(kind.index, Math.min(admittedAt, attempt.end))
    const runs = party.runs.get(kind.index) ?? new RejectionRuns()
    party.runs.set(kind.index, runs)
    if (accepted) runs.accept(attempt)
    else runs.reject(attempt, token.inv)
  }

  #takeSkewed(attempt: Attempt, { header }: Party, skew: number): void {
    this.#withinLeeway += 1
    if (attempt.completion.type === 'ok') return
    this.#rejectedWithinLeeway += 1
    const { user } = attempt.invoke
    this.#findings.addAttempt(
      'rejected-within-leeway',
      'rejectedWithinLeeway',
      attempt,
      `${header.name} rejected a valid token of user ${user} for clocks that are ${skew} ms off, within its leeway of ${header.leewayMillis} ms`,
    )
  }

  #admitted(attempt: Attempt, { header }: Party, isOver: boolean, isForged: boolean): void {
    this.#invalidAccepted += 1
    const why = isForged
      ? 'that no published key verifies'
      : isOver
        ? 'that had expired'
        : 'of an issuer that it was not told'
    this.#findings.addAttempt(
      'invalid-admitted',
      'invalidAccepted',
      attempt,
      `${header.name} admitted user ${attempt.invoke.user} with a token ${why}`,
    )
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const parties = [...this.#parties.values()]
    return resultOf(name, fold, {
      figures: [
        ...this.#rejectedFigures(parties),
        exactCount(
          'invalidAccepted',
          this.#invalidAccepted,
          this.#invalid,
          'no token that had to be refused was shown to an application',
        ),
        exactCount(
          'undecided',
          this.#undecided,
          this.#ofKnownKeys,
          'no application that asks nobody was shown another valid token of a key that it had',
        ),
        this.#revokedFigure(),
        this.#issuersFigure(parties),
        exactCount(
          'bornExpired',
          this.#bornExpired,
          this.#minted,
          'no token was issued in sight of an application',
        ),
        exactCount(
          'rejectedWithinLeeway',
          this.#rejectedWithinLeeway,
          this.#withinLeeway,
          'no clock was off by less than a leeway when a valid token was shown',
        ),
      ],
      findings: this.#findings,
      evidence: {
        judgedVisits: this.#judged,
        validVisits: parties.reduce((sum, { valid }) => sum + valid, 0),
        invalidVisits: this.#invalid,
        visitsWithSkewedClocks: this.#withinLeeway,
      },
    })
  }

  #rejectedFigures(parties: readonly Party[]): Figure[] {
    const visited = parties.filter(({ valid }) => valid > 0)
    const own = visited.map((party) => this.#rejectedFigure(party))
    const samples = own.reduce((sum, figure) => sum + figure.samples, 0)
    const longest = {
      name: 'validRejectedSeconds',
      low: Math.max(0, ...own.map(({ low }) => low)),
      high: samples === 0 ? Infinity : Math.max(...own.map(({ high }) => high)),
      samples,
      inconclusive: samples === 0 ? 'no valid token was shown to an application' : undefined,
      timed: { from: 0, to: Infinity },
    }
    return [longest, ...own]
  }

  #rejectedFigure({ header, runs, valid }: Party): Figure {
    let low = 0
    let high = 0
    for (const run of runs.values()) {
      run.finish()
      const { longest } = run
      if (longest === undefined) continue
      low = Math.max(low, longest.low)
      high = Math.max(high, longest.high)
      const { first } = longest
      const times =
        longest.high === Infinity
          ? `for ${toMillis(longest.low)} ms and longer`
          : `for ${toMillis(longest.low)} to ${toMillis(longest.high)} ms`
      this.#findings.addAttempt(
        'valid-rejected',
        'validRejectedSeconds',
        first,
        `${header.name} rejected valid tokens such as that of user ${first.invoke.user} ${times} (${first.completion.error?.code ?? 'no code'})`,
      )
    }
    return {
      name: `${header.name}.validRejectedSeconds`,
      low: toSeconds(low),
      high: toSeconds(high),
      samples: valid,
      timed: { from: 0, to: Infinity },
    }
  }

  #revokedFigure(): Figure {
    const { low, high, seen, worst } = this.#revoked.overstay
    if (worst !== undefined) {
      const { user, region } = worst.invoke
      this.#findings.addAttempt(
        'revoked-admitted',
        'revokedAdmittedSeconds',
        worst,
        `${region} still admitted user ${user} ${toMillis(low)} ms after it should have forgotten the revoked session`,
      )
    }
    return {
      name: 'revokedAdmittedSeconds',
      low: toSeconds(low),
      high: seen === 0 ? Infinity : toSeconds(high),
      samples: seen,
      inconclusive:
        seen === 0
          ? 'no application that asks or keeps answers was shown a revoked token'
          : undefined,
      timed: { from: 0, to: Infinity },
    }
  }

  /** Whether each application that was shown tokens of two issuers accepted both. */
  #issuersFigure(parties: readonly Party[]): Figure {
    const asked = parties.filter(({ issuers }) => issuers.size > 1)
    const tallies = asked.flatMap(({ issuers }) => [...issuers.values()])
    const samples = tallies.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0)
    const both = tallies.every(({ accepted, rejected }) => accepted > 0 && rejected === 0)
    const value = both ? 1 : 0
    return {
      name: 'bothIssuers',
      low: samples === 0 ? 0 : value,
      high: value,
      samples,
      inconclusive:
        samples === 0 ? 'no application was shown valid tokens of two issuers' : undefined,
    }
  }
}
