import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { arrived } from './arrival.ts'
import type { Sure } from './counts.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { nodeOf } from './places.ts'

/** The factor of one user, from the acknowledgement of its enrolment on. */
interface Factor {
  readonly region: RegionName
  readonly end: Micros
  /** By Region: `end` of the first answer that asked for it. */
  readonly askedAt: Map<RegionName, Micros>
}

/** Users who have to show a second factor, until something is sent that may take it from them. */
export class Factors {
  readonly #fold: HistoryFold
  readonly #users = new Map<string, Factor>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** The writes that the current line sent: after a delete, or another preference, nobody knows. */
  send(): void {
    for (const { register, key } of this.#fold.writes) {
      const { user, kind } = register
      const ends = kind === 'existence' || (kind === 'factor' && key !== 'totp')
      if (ends) this.#users.delete(user.name)
    }
  }

  /** An enrolment that was acknowledged. */
  take(attempt: Attempt): void {
    if (attempt.completion.type !== 'ok') return
    for (const { register, key } of this.#fold.writes) {
      const user = register.user.name
      if (register.kind !== 'factor' || key !== 'totp' || this.#users.has(user)) continue
      this.#users.set(user, { region: nodeOf(attempt), end: attempt.end, askedAt: new Map() })
    }
  }

  /** A Region asked for the factor, or refused to serve who has one: it knows. */
  askedFor({ invoke, end }: Attempt, node: RegionName): void {
    const askedAt = this.#users.get(invoke.user)?.askedAt
    if (askedAt !== undefined) askedAt.set(node, Math.min(askedAt.get(node) ?? Infinity, end))
  }

  /** Whether a Region has to ask the user for a factor. */
  required({ invoke, inv }: Attempt, node: RegionName): Sure {
    const factor = this.#users.get(invoke.user)
    if (factor === undefined) return 'no'
    if (factor.end >= inv) return 'perhaps'
    const knows =
      node === factor.region ||
      (factor.askedAt.get(node) ?? Infinity) < inv ||
      arrived(this.#fold, factor.end, inv)
    return knows ? 'certainly' : 'perhaps'
  }
}
