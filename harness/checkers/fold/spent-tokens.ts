import type { SessionUse } from './session-uses.ts'

/**
 * Refresh tokens that were spent: replaced by a rotation whose own token was redeemed since, so
 * that nobody can have lost the answer. Presented again, one is in the hands of a second owner (RFC
 * 9700 section 4.14.2).
 */
export class SpentTokens {
  /** The newest token that was redeemed, by family. */
  readonly #newest = new Map<number, number>()
  readonly #accepted = new Set<number>()
  readonly #unanswered = new Set<number>()
  #tried = 0

  /**
   * Families of which a spent token was accepted, certainly and perhaps, and how often one was
   * presented at all.
   */
  get families(): { readonly low: number; readonly high: number; readonly samples: number } {
    const perhaps = [...this.#unanswered].filter((family) => !this.#accepted.has(family)).length
    const low = this.#accepted.size
    return { low, high: low + perhaps, samples: this.#tried }
  }

  /** True where the use is the first that shows it of its family. */
  take({ attempt, token, presented, outcome }: SessionUse): boolean {
    if (attempt.invoke.function !== 'rotate') return false
    const family = token.first
    const newest = this.#newest.get(family) ?? -1
    if (presented >= newest) {
      if (outcome === 'went-on') this.#newest.set(family, presented)
      return false
    }
    this.#tried += 1
    if (outcome === 'unknown') this.#unanswered.add(family)
    if (outcome !== 'went-on' || this.#accepted.has(family)) return false
    this.#accepted.add(family)
    return true
  }
}
