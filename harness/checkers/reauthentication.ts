import type { EventLine, HeaderLine } from '../history/line.ts'
import type { OperationFunction } from '../history/operation.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { exactCount } from './fold/counts.ts'
import { CrossingFlows, flowFunctions } from './fold/crossing-flows.ts'
import { FlipTally, type Share, worstShare } from './fold/flip-tally.ts'
import { type Flip, Flips } from './fold/flips.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { mintingFunctions, mintsTokens, referenceOf } from './fold/minted-tokens.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { type FamilyEvent, RotatedFamilies } from './fold/rotated-families.ts'
import { type SessionUse, sessionFunctions } from './fold/session-uses.ts'

const name = 'reauthentication'

/** What was done at the replica with a session that is used after failback. */
const origins = ['minted', 'rotated', 'revoked'] as const

type Origin = (typeof origins)[number]

const functions: ReadonlySet<OperationFunction> = new Set([
  ...flowFunctions,
  ...mintingFunctions,
  ...sessionFunctions,
  'revoke',
])

const familyWords = {
  stolen: [
    'revoked-as-stolen',
    'familiesRevokedAsStolen',
    'was signed out as if the session had been stolen',
  ],
  'throttled-logout': [
    'throttled-logout',
    'throttledLogouts',
    'was told to sign in again after a refresh had been throttled',
  ],
  'lost-refused': [
    'lost-refresh-refused',
    'lostRefreshRefused',
    'lost the session because the answer to a refresh was lost',
  ],
} as const satisfies Record<Exclude<FamilyEvent, 'lost-retried'>, readonly string[]>

/**
 * Who had to sign in again, and why. A user had to if, after a switch of the route, a session from
 * before it was refused for good in the Region that took over, and nothing that anybody did to the
 * user explains it. Users whose session was not used after the switch are not counted; those of
 * whose uses none was answered for certain widen the share.
 */
export const reauthentication: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Measures the share of users whose session did not survive a switch of the route, families that were revoked as stolen, refreshes that were throttled or lost, and sign-ins that a switch cut in two.',
  begin: (header: HeaderLine): CheckerRun => new ReauthenticationRun(foldOf(header, name)),
}

class ReauthenticationRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #flips = new Flips()
  readonly #families: RotatedFamilies
  readonly #flows: CrossingFlows
  #tally = new FlipTally()
  readonly #byOrigin = new Map<Origin, FlipTally>()
  readonly #shares = new Map<'all' | Origin, Share>()
  /** How often a user had to sign in again: certainly, and perhaps. */
  readonly #signedOut = new Map<string, { low: number; high: number }>()
  /** Families that were revoked at a replica. */
  readonly #revokedAtReplica = new Set<number>()
  readonly #ownerOf = new Map<string, string>()
  readonly #counts: Record<FamilyEvent | 'loops' | 'foreign', number> = {
    stolen: 0,
    'throttled-logout': 0,
    'lost-retried': 0,
    'lost-refused': 0,
    loops: 0,
    foreign: 0,
  }
  #usersAtFlips = 0
  #subjects = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['route'], functions }
    this.#families = new RotatedFamilies(fold)
    this.#flows = new CrossingFlows(this.#flips)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'route') this.#onRoute(line)
    const { attempt } = fold
    if (attempt === undefined) return
    if (this.#flows.take(attempt)) this.#loop(attempt)
    if (mintsTokens(attempt)) this.#subjectsOf(attempt)
    if (attempt.invoke.function === 'revoke') this.#revoke(attempt)
    const use = fold.sessionUse
    if (use !== undefined) this.#use(use)
  }

  #onRoute(line: EventLine): void {
    if (this.#flips.step(line) !== undefined) this.#close()
  }

  /** Ends what was seen since the last flip. */
  #close(): void {
    const share = this.#tally.share
    if (share !== undefined)
      this.#shares.set('all', worstShare(this.#shares.get('all'), share) ?? share)
    for (const [origin, tally] of this.#byOrigin) {
      const own = worstShare(this.#shares.get(origin), tally.share)
      if (own !== undefined) this.#shares.set(origin, own)
    }
    for (const [user, became] of this.#tally.users()) {
      this.#usersAtFlips += 1
      if (became === 'kept') continue
      const known = this.#signedOut.get(user) ?? { low: 0, high: 0 }
      if (became === 'forced') known.low += 1
      known.high += 1
      this.#signedOut.set(user, known)
    }
    this.#tally = new FlipTally()
    this.#byOrigin.clear()
  }

  #use(use: SessionUse): void {
    const flip = this.#flips.last
    const { attempt, token } = use
    const began = this.#fold.minted.at(token.first)
    const crossed = flip !== undefined && began.end < flip.at && attempt.inv >= flip.at
    if (crossed && this.#isAt(attempt, flip) && !this.#isStale(use)) {
      this.#tally.take(use)
      if (flip.to === this.#fold.primary) this.#takeOrigin(use, began.region)
      if (use.outcome === 'ended') this.#forced(use, flip)
    }
    for (const event of this.#families.take(use)) {
      this.#counts[event] += 1
      if (event !== 'lost-retried') this.#family(event, use)
    }
  }

  /** At the Region that took over, or at something that leads to it. */
  #isAt({ invoke }: Attempt, { to }: Flip): boolean {
    return (
      invoke.region === to ||
      !this.#fold.header.regions.some(({ name: own }) => own === invoke.region)
    )
  }

  /** A token that the user's application has replaced itself says nothing of the session. */
  #isStale({ token, presented, redeems }: SessionUse): boolean {
    return redeems && this.#families.isReplaced(token.first, presented)
  }

  #takeOrigin(use: SessionUse, mintedIn: string): void {
    const { primary } = this.#fold
    const { first } = use.token
    const rotatedIn = this.#families.rotatedIn(first)
    if (this.#revokedAtReplica.has(first)) {
      const outcome = use.outcome === 'ended-by-change' ? 'ended' : use.outcome
      this.#originTally('revoked').take({ ...use, outcome })
    } else if (mintedIn !== primary) this.#originTally('minted').take(use)
    else if (rotatedIn !== undefined && rotatedIn !== primary)
      this.#originTally('rotated').take(use)
  }

  #originTally(origin: Origin): FlipTally {
    const tally = this.#byOrigin.get(origin) ?? new FlipTally()
    this.#byOrigin.set(origin, tally)
    return tally
  }

  #revoke({ invoke, completion }: Attempt): void {
    const from = referenceOf(invoke.arguments.refreshToken)
    const presented = from === undefined ? -1 : this.#fold.minted.indexOf(from)
    if (completion.type !== 'ok' || presented < 0 || invoke.region === this.#fold.primary) return
    this.#revokedAtReplica.add(this.#fold.minted.at(presented).first)
  }

  #subjectsOf(attempt: Attempt): void {
    const { user } = attempt.invoke
    for (const { subject } of attempt.completion.tokens ?? []) {
      if (subject === undefined) continue
      this.#subjects += 1
      const owner = this.#ownerOf.get(subject)
      if (owner === undefined) this.#ownerOf.set(subject, user)
      else if (owner !== user) {
        this.#counts.foreign += 1
        this.#findings.addAttempt(
          'foreign-session',
          'foreignSessions',
          attempt,
          `user ${user} got a token of user ${owner} from ${attempt.invoke.region}`,
        )
        return
      }
    }
  }

  #loop(attempt: Attempt): void {
    const { user, region } = attempt.invoke
    this.#counts.loops += 1
    this.#findings.addAttempt(
      'sign-in-loop',
      'loops',
      attempt,
      `user ${user} had to begin the sign-in anew for the second time in ${region} after the route was switched in the middle of it`,
    )
  }

  #forced(use: SessionUse, { to }: Flip): void {
    const { user } = use.attempt.invoke
    this.#findings.addAttempt(
      'signed-out',
      'share',
      use.attempt,
      `user ${user} had to sign in again after clients were switched to ${to}`,
    )
  }

  #family(event: Exclude<FamilyEvent, 'lost-retried'>, { attempt }: SessionUse): void {
    const [kind, figure, words] = familyWords[event]
    const { user, region } = attempt.invoke
    this.#findings.addAttempt(kind, figure, attempt, `user ${user} ${words} (in ${region})`)
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    this.#close()
    const { stolen, loops, foreign } = this.#counts
    const unexplained = this.#families.unexplained
    const lost = this.#counts['lost-retried'] + this.#counts['lost-refused']
    const noLost = 'no rotation was left without an answer and tried again'
    return resultOf(name, fold, {
      figures: [
        shareFigure(
          'share',
          this.#shares.get('all'),
          'no session from before a switch was used after it',
        ),
        this.#perUserFigure(),
        {
          ...exactCount(
            'familiesRevokedAsStolen',
            stolen,
            this.#families.rotated,
            'no refresh token was rotated',
          ),
          high: stolen + unexplained,
        },
        ...origins.map((origin) =>
          shareFigure(
            `share.${origin}`,
            this.#shares.get(origin),
            `no session that was ${origin} at a replica was used after failback`,
          ),
        ),
        exactCount(
          'throttledLogouts',
          this.#counts['throttled-logout'],
          this.#families.retriesOfThrottled,
          'no throttled refresh was tried again',
        ),
        exactCount('lostRefreshRetried', this.#counts['lost-retried'], lost, noLost),
        exactCount('lostRefreshRefused', this.#counts['lost-refused'], lost, noLost),
        exactCount('loops', loops, this.#flows.crossed, 'no sign-in was cut in two by a switch'),
        exactCount('foreignSessions', foreign, this.#subjects, 'no token named its subject'),
      ],
      findings: this.#findings,
      evidence: {
        flips: this.#flips.count,
        usersAtFlips: this.#usersAtFlips,
        rotatedFamilies: this.#families.rotated,
        flowsAcrossFlips: this.#flows.crossed,
      },
    })
  }

  #perUserFigure(): Figure {
    let low = 0
    let high = 0
    for (const counts of this.#signedOut.values()) {
      low = Math.max(low, counts.low)
      high = Math.max(high, counts.high)
    }
    const samples = this.#usersAtFlips
    const unseen = samples === 0 ? 'no session from before a switch was used after it' : undefined
    return { name: 'perUserMax', low, high, samples, inconclusive: unseen, grows: true }
  }
}

function shareFigure(title: string, share: Share | undefined, unseen: string): Figure {
  if (share === undefined) return { name: title, low: 0, high: 1, samples: 0, inconclusive: unseen }
  return { name: title, low: share.low, high: share.high, samples: share.users }
}
