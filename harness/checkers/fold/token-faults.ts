import type { JwksLine, TokenObservation } from '../../history/line.ts'
import { millis, seconds } from '../../kernel/time.ts'
import type { HistoryFold } from './history-fold.ts'

/** What can be wrong with a token as it was seen, by the name of its measurement. */
export type TokenFault = 'unverifiable' | 'wrongIssuer' | 'wrongAudience' | 'badExpiry'

/** Claims of other people's concern: issuer and audience are compared, expiry is computed. */
const judgedApart = /^ERR_JWT_(?:EXPIRED|CLAIM_VALIDATION_FAILED\.(?:iss|aud|client_id|exp))$/

/** No ID or access token may live longer: the documented maximum of one day. */
const lifetimeMax = seconds(86_400)
/** Times in tokens are whole seconds. */
const lifetimeTolerance = seconds(1)

const noFaults: readonly TokenFault[] = []

/** Judges tokens by what was observed of them. */
export class TokenFaults {
  readonly #fold: HistoryFold
  /** Key ids by Region and snapshot. */
  readonly #snapshots = new Map<string, Map<string, ReadonlySet<string>>>()
  /** The lifetime of the first token of each audience and use. */
  readonly #lifetimes = new Map<string | undefined, Map<string, number>>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  onJwks(line: JwksLine): void {
    const keys = new Set(line.keys.map((key) => key.keyId))
    const snapshots = this.#snapshots.get(line.region) ?? new Map<string, ReadonlySet<string>>()
    this.#snapshots.set(line.region, snapshots)
    snapshots.set(line.snapshot, keys)
  }

  /** @param mintedIn - The Region that has just minted it; undefined if it is an older token. */
  of(token: TokenObservation, mintedIn: string | undefined): readonly TokenFault[] {
    if (token.use === 'refresh') return noFaults
    const faults: TokenFault[] = []
    if (this.#isUnverifiable(token)) faults.push('unverifiable')
    if (token.expectedIssuer !== undefined && token.issuer !== token.expectedIssuer) {
      faults.push('wrongIssuer')
    }
    if (token.expectedAudience !== undefined && token.audience !== token.expectedAudience) {
      faults.push('wrongAudience')
    }
    if (mintedIn !== undefined && this.#hasBadExpiry(token, mintedIn)) faults.push('badExpiry')
    return faults
  }

  /** Some Region's keys do not verify it, or a Region's keys do not hold the one that it names. */
  #isUnverifiable(token: TokenObservation): boolean {
    return token.verifications.some(({ region, snapshot, accepted, reason }) => {
      if (!accepted) return reason === undefined || !judgedApart.test(reason)
      const keys = this.#snapshots.get(region)?.get(snapshot)
      return keys !== undefined && token.keyId !== undefined && !keys.has(token.keyId)
    })
  }

  /** Born expired, without end, too long-lived, or of another lifetime than its like. */
  #hasBadExpiry(token: TokenObservation, region: string): boolean {
    const { issuedAt, expiresAt, seenAt } = token
    if (expiresAt === undefined) return true
    const leeway = millis(this.#fold.header.declared.clockSkewMillisMax)
    const isSkewed = this.#fold.disturbances.skewed(region)
    if (!isSkewed && seenAt !== undefined && expiresAt + leeway <= seenAt) return true
    if (issuedAt === undefined) return false
    const lifetime = expiresAt - issuedAt
    if (lifetime <= 0 || lifetime > lifetimeMax) return true
    return Math.abs(lifetime - this.#firstLifetime(token, lifetime)) > lifetimeTolerance
  }

  #firstLifetime({ use, audience }: TokenObservation, lifetime: number): number {
    const lifetimes = this.#lifetimes.get(audience) ?? new Map<string, number>()
    if (lifetimes.size === 0) this.#lifetimes.set(audience, lifetimes)
    const first = lifetimes.get(use)
    if (first !== undefined) return first
    lifetimes.set(use, lifetime)
    return lifetime
  }
}
