import type { Argument, OperationFunction } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'
import type { Attempt } from './history-fold.ts'
import { referenceOf } from './minted-tokens.ts'
import type { RegisterHistory } from './register-history.ts'

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
const steps: ReadonlySet<OperationFunction> = new Set<OperationFunction>([
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

const factorBit = 1
const rememberedBit = 2

/** The operation that a session or token of these arguments came from. */
export function sourceOf(arguments_: Readonly<Record<string, Argument>>): string | undefined {
  for (const carrier of carriers) {
    const from = referenceOf(arguments_[carrier])
    if (from !== undefined) return from
  }
  return referenceOf(arguments_.cookie)
}

/** Sessions by the operations that they pass through, in columns of numbers. */
export class Sessions {
  readonly #registers: RegisterHistory
  readonly #byOperation = new IntegerColumn()
  readonly #named = new Map<number, number>()
  readonly #root = new NumberColumn()
  readonly #begun = new NumberColumn()
  readonly #meta = new IntegerColumn()

  constructor(registers: RegisterHistory) {
    this.#registers = registers
  }

  /** Takes an answer whose results may be presented later. */
  take({ invoke, completion, end }: Attempt): void {
    if (completion.type !== 'ok' || !steps.has(invoke.function)) return
    const key = this.#registers.operationKey(invoke.operation)
    const fromCookie = invoke.function === 'open-sign-in-page'
    const source = fromCookie ? undefined : sourceOf(invoke.arguments)
    const before = source === undefined ? undefined : this.of(source)
    const index = this.#root.length
    const minted = completion.tokens !== undefined && completion.tokens.length > 0
    const begun = before === undefined || Number.isNaN(before.begun) ? Number.NaN : before.begun
    this.#root.push(before?.root ?? key)
    this.#begun.push(Number.isNaN(begun) && minted ? end : begun)
    const factor = before?.factor === true || factors.has(invoke.function)
    const remembered =
      before?.remembered === true ||
      invoke.function === 'answer-device' ||
      (fromCookie && invoke.arguments.cookie !== undefined)
    this.#meta.set(index, (factor ? factorBit : 0) | (remembered ? rememberedBit : 0))
    if (key >= 0) this.#byOperation.set(key, index + 1)
    else this.#named.set(key, index)
  }

  /** The session that an operation's results belong to; of one that is not known, itself. */
  of(operation: string): Session {
    const key = this.#registers.operationKey(operation)
    const index = key >= 0 ? this.#byOperation.at(key) - 1 : (this.#named.get(key) ?? -1)
    if (index < 0) return { root: key, begun: Number.NaN, factor: false, remembered: false }
    const meta = this.#meta.at(index)
    return {
      root: this.#root.at(index),
      begun: this.#begun.at(index),
      factor: (meta & factorBit) !== 0,
      remembered: (meta & rememberedBit) !== 0,
    }
  }
}
