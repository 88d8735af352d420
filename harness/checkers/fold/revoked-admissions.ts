import type { OperationFunction } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { type MintedToken, referenceOf } from './minted-tokens.ts'

/** They end sessions. */
export const endingFunctions: ReadonlySet<OperationFunction> = new Set([
  'revoke',
  'sign-out',
  'admin-sign-out',
])

/** An acknowledged change that ends sessions. */
interface Ending {
  readonly inv: Micros
  readonly end: Micros
}

/** Uses of what one application had to refuse after one change. */
interface Admissions {
  readonly ending: Ending
  readonly cacheMicros: Micros
  lastAdmitted: Attempt | undefined
  refusedAt: Micros
  seen: number
}

/** How long something was admitted beyond what a cache allows, in microseconds. */
export interface Overstay {
  readonly low: Micros
  readonly high: Micros
  readonly seen: number
  readonly worst: Attempt | undefined
}

/** How long applications go on to admit tokens that were revoked or signed out. */
export class RevokedAdmissions {
  readonly #fold: HistoryFold
  /** By the place of the family's first token: the place of its revocation, plus one. */
  readonly #revoked = new IntegerColumn()
  readonly #revokedInv = new NumberColumn()
  readonly #revokedEnd = new NumberColumn()
  readonly #signedOut = new Map<string, Ending[]>()
  readonly #admissions = new Map<string, Admissions>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** Takes an attempt that may have revoked a family or signed a user out. */
  onChange({ invoke, completion, inv, end }: Attempt): void {
    if (completion.type !== 'ok' || !endingFunctions.has(invoke.function)) return
    const { function: fn, user } = invoke
    if (fn === 'sign-out' || fn === 'admin-sign-out') {
      const all = this.#signedOut.get(user) ?? []
      this.#signedOut.set(user, [...all, { inv, end }])
    }
    if (fn !== 'revoke') return
    const from = referenceOf(invoke.arguments.refreshToken)
    const place = from === undefined ? -1 : this.#fold.minted.indexOf(from)
    if (place < 0) return
    const { first } = this.#fold.minted.at(place)
    if (this.#revoked.at(first) > 0) return
    this.#revokedInv.push(inv)
    this.#revokedEnd.push(end)
    this.#revoked.set(first, this.#revokedInv.length)
  }

  /** Takes a definite answer of an application that keeps answers so long. */
  onVisit(attempt: Attempt, { first }: MintedToken, cacheMicros: Micros): void {
    const { invoke, completion, inv, end } = attempt
    const ending = this.#endingOf(invoke.user, first)
    if (ending === undefined || inv <= ending.end) return
    const key = `${invoke.region} ${first}`
    const seen = this.#admissions.get(key) ?? {
      ending,
      cacheMicros,
      lastAdmitted: undefined,
      refusedAt: Infinity,
      seen: 0,
    }
    this.#admissions.set(key, seen)
    seen.seen += 1
    if (completion.type !== 'ok') {
      if (seen.refusedAt === Infinity) seen.refusedAt = end
      return
    }
    if (seen.refusedAt < inv) seen.refusedAt = Infinity
    if (inv >= (seen.lastAdmitted?.inv ?? 0)) seen.lastAdmitted = attempt
  }

  /** The revocation of the family, or the first sign-out after it began. */
  #endingOf(user: string, first: number): Ending | undefined {
    const began = this.#fold.minted.at(first).end
    const signedOut = this.#signedOut.get(user)?.find(({ inv }) => inv > began)
    const revoked = this.#revocationOf(first)
    if (revoked === undefined || signedOut === undefined) return revoked ?? signedOut
    return revoked.end <= signedOut.end ? revoked : signedOut
  }

  #revocationOf(first: number): Ending | undefined {
    const place = this.#revoked.at(first) - 1
    if (place < 0) return undefined
    return { inv: this.#revokedInv.at(place), end: this.#revokedEnd.at(place) }
  }

  get overstay(): Overstay {
    let low = 0
    let high = 0
    let seen = 0
    let worst: Attempt | undefined
    for (const {
      ending,
      cacheMicros,
      lastAdmitted,
      refusedAt,
      seen: own,
    } of this.#admissions.values()) {
      seen += own
      const stayed = lastAdmitted === undefined ? 0 : lastAdmitted.inv - ending.end - cacheMicros
      if (stayed > low) worst = lastAdmitted
      low = Math.max(low, stayed)
      high = Math.max(high, refusedAt - ending.inv - cacheMicros)
    }
    return { low, high, seen, worst }
  }
}
