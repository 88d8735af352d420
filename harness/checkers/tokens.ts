import type { EventLine, HeaderLine } from '../history/line.ts'
import type { OperationFunction, RegionName } from '../history/operation.ts'
import { type Micros, millis, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { exactCount } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { type MintedToken, mintsTokens, referenceOf } from './fold/minted-tokens.ts'
import { Findings, resultOf } from './fold/results.ts'
import { type TokenFault, TokenFaults } from './fold/token-faults.ts'

const name = 'tokens'

/** Refusals that say nothing of the token: no byte left, or too many requests. */
const noVerdict: ReadonlySet<string> = new Set([
  'connection-refused',
  'certificate-refused',
  'not-sent',
  'TooManyRequestsException',
  'LimitExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
])

/** Successes of these show that the user is known. */
const showing: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'refresh',
  'answer-totp',
  'use-token',
])

const faultKinds = {
  unverifiable: ['unverifiable', 'is verified by no key that each Region publishes'],
  wrongIssuer: ['wrong-issuer', 'names another issuer than relying parties were told'],
  wrongAudience: ['wrong-audience', 'names another client than it was issued to'],
  badExpiry: ['bad-expiry', 'is born expired, lives too long or shorter or longer than its like'],
} as const satisfies Record<TokenFault, readonly [kind: string, sentence: string]>

/**
 * What was seen of tokens. A presented token is expected to be accepted until it expires, unless
 * its user may have been deleted or disabled or its family revoked (acknowledged, unknown or under
 * way), and only where the user is known to exist in that Region: in the primary, where the token
 * was minted, where the user was seen before, after both Regions settled, or if the account was
 * acknowledged at least the declared lag before the first disturbance. An account that was never
 * replicated is a loss of data, not a rejected token.
 */
export const tokens: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Judges tokens as they were seen (signature, issuer, audience, expiry) and counts valid ones that a Region refused or accepted from another.',
  begin: (header: HeaderLine): CheckerRun => new TokensRun(foldOf(header, name)),
}

/** Does an application let the token in that asks the Region for its keys alone? */
function verifiedBy({ invoke, completion }: Attempt): boolean {
  const [token] = completion.tokens ?? []
  return token?.verifications.find(({ region }) => region === invoke.region)?.accepted === true
}

class TokensRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #faults: TokenFaults
  readonly #counts: Record<TokenFault, number> = {
    unverifiable: 0,
    wrongIssuer: 0,
    wrongAudience: 0,
    badExpiry: 0,
  }
  /** Users who were seen in a Region, by Region. */
  readonly #present = new Map<RegionName, Set<string>>()
  #observed = 0
  #verified = 0
  /** Those that say how they are signed: whoever has the keys can verify them. */
  #signed = 0
  #mintedCount = 0
  #presented = 0
  #judged = 0
  #rejected = 0
  #accepted = 0
  #acceptedAcross = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['jwks'], functions: showing, answered: ['tokens', 'readings'] }
    this.#faults = new TokenFaults(fold)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'jwks') this.#faults.onJwks(line)
    const { attempt } = fold
    if (attempt === undefined) return
    if (attempt.completion.tokens !== undefined) this.#observe(attempt)
    if (attempt.invoke.function === 'use-token') this.#judgePresented(attempt)
    this.#notePresence(attempt)
  }

  #observe(attempt: Attempt): void {
    const { invoke, completion } = attempt
    const isMint = mintsTokens(attempt)
    for (const token of completion.tokens ?? []) {
      this.#observed += 1
      if (token.use === 'refresh') continue
      if (token.verifications.length > 0) this.#verified += 1
      if ((token.algorithm ?? token.keyId) !== undefined) this.#signed += 1
      if (isMint) this.#mintedCount += 1
      for (const fault of this.#faults.of(token, isMint ? invoke.region : undefined)) {
        this.#counts[fault] += 1
        const [kind, sentence] = faultKinds[fault]
        this.#findings.addAttempt(
          kind,
          fault,
          attempt,
          `the ${token.use} token of user ${invoke.user} ${sentence}`,
        )
      }
    }
  }

  #judgePresented(attempt: Attempt): void {
    const { invoke, completion } = attempt
    this.#presented += 1
    const from = referenceOf(invoke.arguments.accessToken)
    const token = from === undefined ? undefined : this.#fold.minted.get(from)
    if (token === undefined || completion.type === 'info') return
    if (completion.type === 'ok') {
      this.#judged += 1
      this.#accepted += 1
      if (token.region !== invoke.region) this.#acceptedAcross += 1
      return
    }
    if (noVerdict.has(completion.error?.code ?? '')) return
    if (!this.#mustBeAccepted(attempt, token)) return
    this.#judged += 1
    this.#rejected += 1
    const left = toMillis((token.expiresAt ?? 0) - attempt.end)
    this.#findings.addAttempt(
      'rejected-before-expiry',
      'rejectedBeforeExpiry',
      attempt,
      `${invoke.region} refused a token of user ${invoke.user} that was minted in ${token.region} and valid for another ${left} ms${verifiedBy(attempt) ? ', and that the keys which it publishes verify' : ''} (${completion.error?.code ?? 'no code'})`,
    )
  }

  #mustBeAccepted(attempt: Attempt, token: MintedToken): boolean {
    const { registers, header, disturbances } = this.#fold
    const { invoke, end } = attempt
    const margin = millis(header.declared.clockSkewMillisMax)
    if (token.expiresAt === undefined || end + margin >= token.expiresAt) return false
    if (disturbances.skewed(invoke.region)) return false
    const user = registers.user(invoke.user)
    if (user !== undefined) {
      if (registers.mayBeDeleted(user) || this.#mayBeDisabled(invoke.user)) return false
      if (this.#fold.minted.mayBeRevoked(user, token.root)) return false
    }
    return token.region === invoke.region || this.#isEstablished(attempt)
  }

  #mayBeDisabled(userName: string): boolean {
    const { registers } = this.#fold
    const enabled = registers.user(userName)?.registers.find((entry) => entry.kind === 'enabled')
    if (enabled === undefined) return false
    return enabled.newest >= 0 || enabled.open.length > 0
  }

  /** Was the user known to exist in the Region before the token was presented? */
  #isEstablished({ invoke, inv }: Attempt): boolean {
    const { registers, primary, disturbances, header, settling } = this.#fold
    const existence = registers.user(invoke.user)?.existence
    if (invoke.region === primary || existence === undefined) return true
    if (this.#present.get(invoke.region)?.has(invoke.user)) return true
    const lag = header.declared.lagMillisMax * 1_000
    const calmUntil: Micros = Math.min(disturbances.firstStart, inv)
    return registers
      .writesOf(existence)
      .some((write) => write.end + lag < calmUntil || write.end < (settling.settledAt ?? -Infinity))
  }

  #notePresence({ invoke, completion }: Attempt): void {
    const { region, user, function: fn } = invoke
    if (completion.type !== 'ok' || region === this.#fold.primary) return
    const showed =
      showing.has(fn) ||
      this.#fold.readings.some(
        ({ register, value }) => register.kind === 'existence' && value !== null,
      )
    if (!showed) return
    const users = this.#present.get(region)
    if (users === undefined) this.#present.set(region, new Set([user]))
    else users.add(user)
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const unseen = 'no token was seen'
    const presented = 'no token whose fate was certain was presented'
    const { unverifiable, wrongIssuer, wrongAudience, badExpiry } = this.#counts
    // Of opaque tokens alone nobody claims that published keys verify them.
    const areOpaque = this.#mintedCount > 0 && this.#signed + this.#verified === 0
    const verified = {
      // Signed tokens that nobody verified were seen: the rule must not pass over them.
      ...exactCount('unverifiable', unverifiable, Math.max(this.#verified, this.#signed), unseen),
      ...(this.#verified > 0 ? {} : { inconclusive: 'no token was verified' }),
    }
    return resultOf(name, fold, {
      figures: [
        ...(areOpaque ? [] : [verified]),
        exactCount('wrongIssuer', wrongIssuer, this.#observed, unseen),
        exactCount('wrongAudience', wrongAudience, this.#observed, unseen),
        exactCount('badExpiry', badExpiry, this.#mintedCount, 'no token was minted'),
        ...(this.#presented === 0
          ? []
          : [
              exactCount('rejectedBeforeExpiry', this.#rejected, this.#judged, presented),
              exactCount('acceptedAcrossRegions', this.#acceptedAcross, this.#judged, presented),
            ]),
      ],
      findings: this.#findings,
      evidence: {
        observedTokens: this.#observed,
        verifiedTokens: this.#verified,
        presentedTokens: this.#presented,
        acceptedTokens: this.#accepted,
        judgedPresentations: this.#judged,
      },
    })
  }
}
