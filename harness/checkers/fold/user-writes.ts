import type { InvokeLine } from '../../history/line.ts'
import type { Micros } from '../../kernel/time.ts'
import { millis } from '../../kernel/time.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'

interface State {
  open: number
  /** The last that something of the user may have been written; ∞ where nobody knows. */
  lastEnd: Micros
}

/** When anything of a user was last written. */
export class UserWrites {
  readonly #fold: HistoryFold
  readonly #users = new Map<string, State>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** Takes what was sent, if it writes. */
  send({ user }: InvokeLine): void {
    this.#state(user).open += 1
  }

  /** Takes what was answered, if it writes. */
  answer({ invoke, completion, end }: Attempt): void {
    const state = this.#state(invoke.user)
    state.open -= 1
    if (completion.type !== 'fail') state.lastEnd = Math.max(state.lastEnd, end)
  }

  /**
   * True if everything that was written of the user was certainly on every Region before then: the
   * declared lag before it and before the first disturbance, or before both Regions agreed.
   */
  replicatedBefore(user: string, time: Micros): boolean {
    const state = this.#users.get(user)
    if (state === undefined) return true
    if (state.open > 0) return false
    const { header, disturbances, settling } = this.#fold
    const lag = millis(header.declared.lagMillisMax)
    if (state.lastEnd + lag < Math.min(disturbances.firstStart, time)) return true
    const { settledAt = Infinity } = settling
    return state.lastEnd < settledAt && settledAt < time
  }

  #state(user: string): State {
    const known = this.#users.get(user)
    if (known !== undefined) return known
    const state = { open: 0, lastEnd: -Infinity }
    this.#users.set(user, state)
    return state
  }
}
