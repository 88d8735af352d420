import type { TokenObservation } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { ClockSkews } from './clock-skews.ts'
import { IntegerColumn } from './columns.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { type MintedToken, mintsTokens, referenceOf } from './minted-tokens.ts'
import { nodeOf } from './places.ts'

/** Tokens that a verifier has no reason to tell apart. */
export interface TokenKind {
  readonly index: number
  readonly issuer: string
  /** The Region that issued it verifies it, but perhaps for its issuer. */
  readonly sound: boolean
  /** No Region verifies it: of a key that nobody published, or not signed by it. */
  readonly forged: boolean
  /** It names another issuer than relying parties were told. */
  readonly foreignIssuer: boolean
}

/** A token that is shown to somebody. */
export interface PresentedToken {
  readonly token: MintedToken
  readonly kind: TokenKind
  /** When it expires on the clock of clients. */
  readonly expiresAt: Micros
  /** Milliseconds by which the Region's clock was off that minted it. */
  readonly skewMillis: number
}

const issuerRefused = /\.iss$/
const claimRefused = /^ERR_JWT_(?:EXPIRED|CLAIM_VALIDATION_FAILED)/

/** What relying parties can know of minted tokens, kept in columns of numbers. */
export class PresentedTokens {
  readonly #fold: HistoryFold
  readonly #skews: ClockSkews
  readonly #kinds: TokenKind[] = []
  /** By key and issuer; then by the traits of a kind. */
  readonly #known = new Map<string, Map<string, (TokenKind | undefined)[]>>()
  /** By place in the table of minted tokens: index of the kind, plus one. */
  readonly #kindOf = new IntegerColumn()
  readonly #skewOf = new IntegerColumn()
  /** Issuers that the primary named, which knows what the pool is set to. */
  readonly #ownIssuers = new Set<string>()

  constructor(fold: HistoryFold, skews: ClockSkews) {
    this.#fold = fold
    this.#skews = skews
  }

  /** Takes an attempt that may have minted tokens. */
  take(attempt: Attempt): void {
    const { minted, primary } = this.#fold
    if (!mintsTokens(attempt)) return
    const place = minted.indexOf(attempt.invoke.operation)
    const access = attempt.completion.tokens?.find(({ use }) => use === 'access')
    if (place < 0 || access === undefined) return
    const { issuer } = access
    if (issuer !== undefined && attempt.invoke.region === primary) this.#ownIssuers.add(issuer)
    this.#kindOf.set(place, this.#kind(access, nodeOf(attempt)).index + 1)
    this.#skewOf.set(place, this.#skews.of(attempt.invoke.region))
  }

  /** The token that an attempt shows; undefined if it shows none that is known. */
  of({ invoke }: Attempt): PresentedToken | undefined {
    const { accessToken, idToken } = invoke.arguments
    const from = referenceOf(accessToken) ?? referenceOf(idToken)
    const place = from === undefined ? -1 : this.#fold.minted.indexOf(from)
    const kind = place < 0 ? undefined : this.#kinds[this.#kindOf.at(place) - 1]
    if (kind === undefined) return undefined
    const token = this.#fold.minted.at(place)
    const expiresAt = this.#fold.minted.diesAt(place)
    return { token, kind, expiresAt, skewMillis: this.#skewOf.at(place) }
  }

  /** Named by the primary, or what relying parties were told. */
  isOwnIssuer({ issuer, foreignIssuer }: TokenKind): boolean {
    return !foreignIssuer || this.#ownIssuers.has(issuer)
  }

  #kind(token: TokenObservation, issuedBy: RegionName): TokenKind {
    const { keyId = '', issuer = '', expectedIssuer, verifications } = token
    // A key that another Region fails to publish makes no token of it bad.
    let own: boolean | undefined
    let all = true
    let forged = verifications.length > 0
    for (const { region, accepted, reason = '' } of verifications) {
      const isSound = accepted || issuerRefused.test(reason)
      if (region === issuedBy) own = isSound && own !== false
      all &&= isSound
      forged &&= !accepted && !claimRefused.test(reason)
    }
    const sound = own ?? all
    const foreignIssuer = expectedIssuer !== undefined && issuer !== expectedIssuer
    const shelf = this.#shelf(keyId, issuer)
    const traits = (sound ? 1 : 0) | (forged ? 2 : 0) | (foreignIssuer ? 4 : 0)
    const known = shelf[traits]
    if (known !== undefined) return known
    const kind = { index: this.#kinds.length, issuer, sound, forged, foreignIssuer }
    this.#kinds.push(kind)
    shelf[traits] = kind
    return kind
  }

  #shelf(keyId: string, issuer: string): (TokenKind | undefined)[] {
    const byIssuer = this.#known.get(keyId) ?? new Map<string, (TokenKind | undefined)[]>()
    if (byIssuer.size === 0) this.#known.set(keyId, byIssuer)
    const known = byIssuer.get(issuer)
    if (known !== undefined) return known
    const shelf: (TokenKind | undefined)[] = []
    byIssuer.set(issuer, shelf)
    return shelf
  }
}

/** True if the token was born expired by the clock of the Region that issued it. */
export function isBornExpired(
  { expiresAt, seenAt }: TokenObservation,
  skewMillis: number,
): boolean {
  if (expiresAt === undefined || seenAt === undefined) return false
  return expiresAt <= seenAt + millis(skewMillis)
}
