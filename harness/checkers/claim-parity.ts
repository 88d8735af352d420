import type { EventLine, HeaderLine, InvokeLine, TokenObservation } from '../history/line.ts'
import type { OperationFunction, RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { exactCount } from './fold/counts.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { mintsTokens } from './fold/minted-tokens.ts'
import { Findings, resultOf } from './fold/results.ts'
import type { UserWrites } from './fold/user-writes.ts'

const name = 'claim-parity'

/** So many users have their newest claims kept; those of further users are not compared. */
const usersMax = 20_000

/** The newest token of a user of one kind from one Region. */
interface Issued {
  readonly region: RegionName
  readonly function: OperationFunction
  readonly use: TokenObservation['use']
  readonly audience: string | undefined
  claims: NonNullable<TokenObservation['claims']>
  inv: Micros
}

/**
 * Whether both Regions say the same of a user. A token is held against the newest of the same use,
 * client and kind of sign-in that another Region issued, if everything that was ever written of the
 * user was certainly on every Region before both were asked for: a difference is then one between
 * Regions, and not one between moments.
 */
export const claimParity: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Compares the claims of tokens that different Regions issued to one user, apart from times and ids, while nothing of the user was changing.',
  begin: (header: HeaderLine): CheckerRun => new ClaimParityRun(foldOf(header, name)),
}

class ClaimParityRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #writes: UserWrites
  readonly #issued = new Map<string, Issued[]>()
  readonly #told = { differences: new Set<string>(), missing: new Set<string>() }
  #tokens = 0
  #compared = 0
  #changing = 0
  #notKept = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, answered: ['tokens'] }
    this.#writes = fold.userWrites
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt?.completion.tokens === undefined || !mintsTokens(attempt)) return
    for (const token of attempt.completion.tokens) {
      if (token.claims !== undefined) this.#take(attempt, token, token.claims)
    }
  }

  #take(
    { invoke, inv }: Attempt,
    { use, audience }: TokenObservation,
    claims: NonNullable<TokenObservation['claims']>,
  ): void {
    this.#tokens += 1
    const issued = this.#issuedTo(invoke.user)
    if (issued === undefined) return
    let own: Issued | undefined
    for (const other of issued) {
      const isLike =
        other.use === use && other.audience === audience && other.function === invoke.function
      if (!isLike) continue
      if (other.region === invoke.region) own = other
      else this.#compare(invoke, claims, inv, other)
    }
    if (own === undefined) {
      const { region, function: fn } = invoke
      issued.push({ region, function: fn, use, audience, claims, inv })
      return
    }
    own.claims = claims
    own.inv = inv
  }

  #issuedTo(user: string): Issued[] | undefined {
    const known = this.#issued.get(user)
    if (known !== undefined) return known
    if (this.#issued.size >= usersMax) {
      this.#notKept += 1
      return undefined
    }
    const issued: Issued[] = []
    this.#issued.set(user, issued)
    return issued
  }

  #compare(invoke: InvokeLine, claims: Issued['claims'], inv: Micros, other: Issued): void {
    if (!this.#writes.replicatedBefore(invoke.user, Math.min(inv, other.inv))) {
      this.#changing += 1
      return
    }
    this.#compared += 1
    const names = new Set([...Object.keys(claims), ...Object.keys(other.claims)])
    for (const claim of [...names].sort()) {
      const here = claims[claim]
      const there = other.claims[claim]
      if (here === there) continue
      const isMissing = here === undefined || there === undefined
      this.#report(isMissing ? 'missing' : 'differences', claim, invoke, other, here === undefined)
    }
  }

  #report(
    figure: 'differences' | 'missing',
    claim: string,
    { user, region, at, operation }: InvokeLine,
    other: Issued,
    lacksHere: boolean,
  ): void {
    const key = `${user} ${other.use} ${claim}`
    if (this.#told[figure].has(key)) return
    this.#told[figure].add(key)
    const [with_, without] = lacksHere ? [other.region, region] : [region, other.region]
    const message =
      figure === 'missing'
        ? `${without} left the claim "${claim}" out of the ${other.use} token of user ${user}; ${with_} issues it`
        : `${region} and ${other.region} issued user ${user} ${other.use} tokens that differ in the claim "${claim}"`
    this.#findings.add({
      kind: figure === 'missing' ? 'missing-claim' : 'different-claim',
      measurement: `${name}.${figure}`,
      user,
      region: figure === 'missing' ? without : region,
      at,
      operation,
      message,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const { differences, missing } = this.#told
    // Nobody knows what the tokens of those would have shown who were not kept.
    const more = this.#notKept === 0 ? {} : { high: Infinity }
    const unseen = 'no user got tokens from two Regions while nothing of the user was changing'
    return resultOf(name, fold, {
      figures: [
        { ...exactCount('differences', differences.size, this.#compared, unseen), ...more },
        { ...exactCount('missing', missing.size, this.#compared, unseen), ...more },
      ],
      findings: this.#findings,
      evidence: {
        tokensWithClaims: this.#tokens,
        compared: this.#compared,
        whileChanging: this.#changing,
        notKept: this.#notKept,
      },
    })
  }
}
