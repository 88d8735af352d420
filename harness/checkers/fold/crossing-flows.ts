import type { OperationFunction } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Flips } from './flips.ts'
import type { Attempt } from './history-fold.ts'
import { referenceOf } from './minted-tokens.ts'

/** So many unfinished flows are remembered; the oldest go. */
const flowsMax = 10_000

const starts: ReadonlySet<OperationFunction> = new Set([
  'open-sign-in-page',
  'start-srp',
  'start-device',
  'sign-in',
  'admin-sign-in',
])

const continuations: ReadonlySet<OperationFunction> = new Set([
  'submit-sign-in',
  'redeem-code',
  'answer-srp',
  'answer-device',
  'answer-totp',
  'answer-new-password',
])

/** Steps of sign-ins. */
export const flowFunctions: ReadonlySet<OperationFunction> = new Set([...starts, ...continuations])

/** Refusals that leave the flow as it is, or that the user's own input earned. */
const noBreak: ReadonlySet<string | undefined> = new Set([
  'throttled',
  'unavailable',
  'gated',
  'locked',
  'wrong-credentials',
  'disabled',
])

/** Sign-ins of several steps, and those that a flip of the route cut in two. */
export class CrossingFlows {
  readonly #flips: Flips
  /** When the flow began, by its last acknowledged step. */
  readonly #steps = new Map<string, Micros>()
  /** Users whose flow broke at a flip, with how often they had to begin anew since. */
  readonly #restarts = new Map<string, number>()
  crossed = 0

  constructor(flips: Flips) {
    this.#flips = flips
  }

  /** True if the attempt makes its user begin anew once more than the one time that a flip may. */
  take(attempt: Attempt): boolean {
    const { invoke, completion, inv } = attempt
    if (starts.has(invoke.function)) {
      if (completion.type === 'ok') this.#pass(attempt, inv)
      return false
    }
    if (!continuations.has(invoke.function)) return false
    const { page, code, session, srp } = invoke.arguments
    const from = referenceOf(page) ?? referenceOf(code) ?? referenceOf(session) ?? referenceOf(srp)
    const began = from === undefined ? undefined : this.#steps.get(from)
    if (from === undefined || began === undefined) return false
    const crosses = this.#flips.between(began, completion.at)
    if (completion.type === 'ok') {
      this.#steps.delete(from)
      if (crosses) this.crossed += 1
      this.#pass(attempt, began)
      return false
    }
    if (completion.type === 'info' || noBreak.has(completion.error?.meaning)) return false
    this.#steps.delete(from)
    return this.#break(invoke.user, crosses)
  }

  #pass({ invoke, completion }: Attempt, began: Micros): void {
    if (completion.tokens !== undefined) {
      this.#restarts.delete(invoke.user)
      return
    }
    this.#steps.set(invoke.operation, began)
    if (this.#steps.size <= flowsMax) return
    const [oldest] = this.#steps.keys()
    if (oldest !== undefined) this.#steps.delete(oldest)
  }

  #break(user: string, crosses: boolean): boolean {
    if (crosses) this.crossed += 1
    const before = this.#restarts.get(user)
    if (before === undefined) {
      if (crosses) this.#restarts.set(user, 1)
      return false
    }
    this.#restarts.set(user, before + 1)
    return before === 1
  }
}
