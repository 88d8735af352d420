import type { Argument, OperationFunction } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { referenceOf } from './minted-tokens.ts'
import type { RegisterHistory } from './register-history.ts'
import { type Steps, stepFlags } from './steps.ts'

/** What the tokens or the step of an operation go back to. */
export interface Session {
  /** Key of the first operation of the flow: the sign-in. */
  readonly root: number
  /** `end` of the answer that first gave tokens; NaN where that is not known. */
  readonly begun: Micros
  /** A code of a factor was answered on the way. */
  readonly factor: boolean
  /** A remembered device or the cookie of an earlier sign-in stood in for the factor. */
  readonly remembered: boolean
}

/** Arguments that carry a flow on. The cookie of a sign-in page begins another session. */
const carriers = [
  'refreshToken',
  'accessToken',
  'session',
  'srp',
  'code',
  'page',
  'idToken',
] as const

/** Operations whose results later operations may present. */
const passing: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'sign-in',
  'admin-sign-in',
  'start-srp',
  'answer-srp',
  'answer-totp',
  'replay-totp',
  'guess-code',
  'guess-password',
  'answer-new-password',
  'refresh',
  'rotate',
  'open-sign-in-page',
  'submit-sign-in',
  'redeem-code',
  'start-device',
  'answer-device',
  'open-session',
])

const factors: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
  'answer-totp',
  'replay-totp',
  'guess-code',
])

/** The operation that a session or token of these arguments came from. */
export function sourceOf(arguments_: Readonly<Record<string, Argument>>): string | undefined {
  for (const carrier of carriers) {
    const from = referenceOf(arguments_[carrier])
    if (from !== undefined) return from
  }
  return referenceOf(arguments_.cookie)
}

/** Sessions by the operations that they pass through; they are kept in {@link Steps}. */
export class Sessions {
  readonly #registers: RegisterHistory
  readonly #steps: Steps

  constructor({ registers, steps }: Pick<HistoryFold, 'registers' | 'steps'>) {
    this.#registers = registers
    this.#steps = steps
  }

  /** Takes an answer whose results may be presented later. */
  take({ invoke, completion, inv, end }: Attempt): void {
    if (completion.type !== 'ok' || !passing.has(invoke.function)) return
    const key = this.#registers.operationKey(invoke.operation)
    const fromCookie = invoke.function === 'open-sign-in-page'
    const source = fromCookie ? undefined : sourceOf(invoke.arguments)
    const sourceKey = source === undefined ? undefined : this.#registers.operationKey(source)
    const before = sourceKey === undefined ? -1 : this.#indexOf(sourceKey)
    const flags = before < 0 ? 0 : this.#steps.flags(before)
    const place = this.#steps.ensure(key, inv, end)
    const minted = completion.tokens !== undefined && completion.tokens.length > 0
    const begunAt = before < 0 ? -1 : this.#steps.begunAt(before)
    const factor = factors.has(invoke.function) ? stepFlags.factor : 0
    const remembers =
      invoke.function === 'answer-device' || (fromCookie && invoke.arguments.cookie !== undefined)
    this.#steps.pass(place, {
      root: before < 0 ? (sourceKey ?? key) : this.#steps.sessionRoot(before),
      begunAt: begunAt < 0 && minted ? place : begunAt,
      flags:
        (flags & (stepFlags.factor | stepFlags.remembered)) |
        factor |
        (remembers ? stepFlags.remembered : 0),
    })
  }

  /** The session that an operation's results belong to; of one that is not known, itself. */
  of(operation: string): Session {
    const key = this.#registers.operationKey(operation)
    const place = this.#indexOf(key)
    if (place < 0) return { root: key, begun: Number.NaN, factor: false, remembered: false }
    const flags = this.#steps.flags(place)
    const begunAt = this.#steps.begunAt(place)
    return {
      root: this.#steps.sessionRoot(place),
      begun: begunAt < 0 ? Number.NaN : this.#steps.end(begunAt),
      factor: (flags & stepFlags.factor) !== 0,
      remembered: (flags & stepFlags.remembered) !== 0,
    }
  }

  #indexOf(key: number): number {
    const place = this.#steps.indexOf(key)
    return place >= 0 && (this.#steps.flags(place) & stepFlags.step) !== 0 ? place : -1
  }
}
