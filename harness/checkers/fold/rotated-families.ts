import type { RegionName } from '../../history/operation.ts'
import type { HistoryFold } from './history-fold.ts'
import type { SessionUse } from './session-uses.ts'

/** A family of refresh tokens that something happened to. */
interface Family {
  /** The place of the token that was minted last. */
  newest: number
  rotated: boolean
  /** Where it was rotated last. */
  rotatedIn: RegionName | undefined
  /** A token that had been rotated out was presented again. */
  replayed: boolean
  /** Its newest token was refused, and nobody can say why. */
  refused: boolean
  stolen: boolean
  throttled: boolean
  /** Tokens whose rotation was not answered. */
  readonly lost: Set<number>
}

/** What a use says of its family. */
export type FamilyEvent = 'stolen' | 'throttled-logout' | 'lost-retried' | 'lost-refused'

const nothing: readonly FamilyEvent[] = []

/**
 * Refresh families that were rotated, throttled or left without an answer. A family is revoked as
 * stolen if, of a rotated one, the newest token is refused as revoked, or refused after a former
 * one was presented again, and nobody had ended it.
 */
export class RotatedFamilies {
  readonly #fold: HistoryFold
  readonly #families = new Map<number, Family>()
  rotated = 0
  retriesOfThrottled = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** Families whose newest token was refused without a reason, and that were never seen alive. */
  get unexplained(): number {
    let count = 0
    for (const { refused, stolen } of this.#families.values()) if (refused && !stolen) count += 1
    return count
  }

  rotatedIn(first: number): RegionName | undefined {
    return this.#families.get(first)?.rotatedIn
  }

  /** True if another token of the family was minted since, and no answer was lost on the way. */
  isReplaced(first: number, presented: number): boolean {
    const family = this.#families.get(first)
    if (family === undefined || family.lost.has(presented)) return false
    return family.newest !== presented
  }

  take(use: SessionUse): readonly FamilyEvent[] {
    const { attempt, token, presented, outcome, redeems } = use
    const isRotation = attempt.invoke.function === 'rotate'
    const known = this.#families.get(token.first)
    const family = known ?? (isRotation || outcome === 'throttled' ? fresh(presented) : undefined)
    if (family === undefined) return nothing
    if (known === undefined) this.#families.set(token.first, family)
    if (!redeems) return this.#presented(family, use)
    const events: FamilyEvent[] = []
    this.#throttling(family, use, events)
    if (outcome === 'went-on') this.#wentOn(family, use, isRotation, events)
    else if (outcome === 'unknown' && isRotation && attempt.completion.type === 'info') {
      family.lost.add(presented)
    } else if (outcome === 'ended') this.#ended(family, use, events)
    return events
  }

  /** An access token: it shows only that its family is alive or revoked. */
  #presented(family: Family, { outcome, attempt }: SessionUse): readonly FamilyEvent[] {
    if (outcome === 'went-on') family.refused = false
    const isRevoked = outcome === 'ended' && attempt.completion.error?.meaning === 'revoked'
    if (!isRevoked || !family.rotated || family.stolen) return nothing
    family.stolen = true
    return ['stolen']
  }

  #throttling(family: Family, { outcome }: SessionUse, events: FamilyEvent[]): void {
    if (outcome === 'throttled') family.throttled = true
    else if (family.throttled && (outcome === 'went-on' || outcome === 'ended')) {
      family.throttled = false
      this.retriesOfThrottled += 1
      if (outcome === 'ended') events.push('throttled-logout')
    }
  }

  #wentOn(
    family: Family,
    { attempt, presented }: SessionUse,
    isRotation: boolean,
    events: FamilyEvent[],
  ): void {
    family.refused = false
    if (family.lost.delete(presented)) events.push('lost-retried')
    if (!isRotation) return
    if (presented !== family.newest) family.replayed = true
    if (!family.rotated) this.rotated += 1
    family.rotated = true
    family.rotatedIn = attempt.invoke.region
    // The answer of this line is in the table already, if it brought tokens.
    const minted = this.#fold.minted.indexOf(attempt.invoke.operation)
    if (minted >= 0) family.newest = minted
  }

  #ended(family: Family, { attempt, presented }: SessionUse, events: FamilyEvent[]): void {
    if (family.lost.delete(presented)) {
      events.push('lost-refused')
      return
    }
    if (presented !== family.newest) {
      family.replayed = true
      return
    }
    if (!family.rotated || family.stolen) return
    if (family.replayed || attempt.completion.error?.meaning === 'revoked') {
      family.stolen = true
      events.push('stolen')
    } else family.refused = true
  }
}

function fresh(newest: number): Family {
  return {
    newest,
    rotated: false,
    rotatedIn: undefined,
    replayed: false,
    refused: false,
    stolen: false,
    throttled: false,
    lost: new Set(),
  }
}
