import type { Micros } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'
import type { HistoryFold } from './history-fold.ts'

/** Who sent a request when; strings are kept once. */
export interface LoggedRequest {
  readonly inv: Micros
  readonly end: Micros
  readonly user: string
  readonly region: string
  readonly operation: string
}

/** What of an invocation is kept. */
interface Request {
  readonly at: Micros
  readonly user: string
  readonly region: string
  readonly operation: string
}

/** Requests in columns of numbers, about 15 bytes each. */
export class RequestLog {
  readonly #fold: HistoryFold
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #operation = new IntegerColumn()
  readonly #user = new IntegerColumn()
  readonly #region = new IntegerColumn()
  readonly #names: string[] = []
  readonly #indexOf = new Map<string, number>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  get length(): number {
    return this.#inv.length
  }

  /** @param end - Of a success; ∞ for whatever else it came to. */
  push({ at, user, region, operation }: Request, end: Micros): void {
    const index = this.#inv.length
    this.#operation.set(index, this.#fold.registers.operationKey(operation))
    this.#user.set(index, this.#intern(user))
    this.#region.set(index, this.#intern(region))
    this.#inv.push(at)
    this.#end.push(end)
  }

  invAt(index: number): Micros {
    return this.#inv.at(index)
  }

  /** The key of its operation. */
  keyAt(index: number): number {
    return this.#operation.at(index)
  }

  at(index: number): LoggedRequest {
    return {
      inv: this.#inv.at(index),
      end: this.#end.at(index),
      user: this.#names[this.#user.at(index)] ?? '',
      region: this.#names[this.#region.at(index)] ?? '',
      operation: this.#fold.registers.operationId(this.#operation.at(index)),
    }
  }

  #intern(text: string): number {
    const known = this.#indexOf.get(text)
    if (known !== undefined) return known
    this.#names.push(text)
    this.#indexOf.set(text, this.#names.length - 1)
    return this.#names.length - 1
  }
}
