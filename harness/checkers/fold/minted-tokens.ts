import type { TokenObservation } from '../../history/line.ts'
import type { Argument, OperationId, RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { IntegerColumn, NumberColumn } from './columns.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import type { UserRegisters } from './register-history.ts'

/** An access token by the operation that minted it. */
export interface MintedToken {
  /** When it expires on the clock of the history; undefined if that is not known. */
  readonly expiresAt: Micros | undefined
  /** The sign-in that it goes back to. */
  readonly root: number
  readonly region: RegionName
}

/** Operations that answer with new tokens. */
export function mintsTokens({ invoke, completion }: Attempt): boolean {
  if (completion.type !== 'ok') return false
  const { function: fn } = invoke
  return fn === 'sign-in' || fn === 'answer-totp' || fn === 'refresh'
}

/** The operation that an argument refers to. */
export function referenceOf(argument: Argument | undefined): OperationId | undefined {
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
  return typeof argument.from === 'string' ? argument.from : undefined
}

/** Access tokens and the families that they belong to, kept in columns of numbers. */
export class MintedTokens {
  readonly #fold: HistoryFold
  readonly #byOperation = new IntegerColumn()
  readonly #named = new Map<number, number>()
  readonly #expiresAt = new NumberColumn()
  readonly #root = new NumberColumn()
  readonly #region = new IntegerColumn()
  readonly #regions: readonly RegionName[]

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  add(attempt: Attempt, access: TokenObservation): void {
    const { invoke, end } = attempt
    const { expiresAt, seenAt } = access
    const key = this.#fold.registers.operationKey(invoke.operation)
    const isKnown =
      expiresAt !== undefined &&
      seenAt !== undefined &&
      !this.#fold.disturbances.skewed(invoke.region)
    const index = this.#expiresAt.length
    this.#expiresAt.push(isKnown ? end + (expiresAt - seenAt) : Number.NaN)
    const from = referenceOf(invoke.arguments.refreshToken) ?? referenceOf(invoke.arguments.session)
    this.#root.push(from === undefined ? key : this.rootOf(from))
    this.#region.set(index, this.#regions.indexOf(invoke.region))
    if (key >= 0) this.#byOperation.set(key, index + 1)
    else this.#named.set(key, index)
  }

  get(operation: OperationId): MintedToken | undefined {
    const index = this.#indexOf(this.#fold.registers.operationKey(operation))
    if (index < 0) return undefined
    const expiresAt = this.#expiresAt.at(index)
    return {
      expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
      root: this.#root.at(index),
      region: this.#regions[this.#region.at(index)] ?? '',
    }
  }

  /** The sign-in that an operation's tokens go back to: through refreshes and second steps. */
  rootOf(operation: OperationId): number {
    const key = this.#fold.registers.operationKey(operation)
    const index = this.#indexOf(key)
    return index < 0 ? key : this.#root.at(index)
  }

  /** True if the family may have been revoked: acknowledged, unknown or under way. */
  mayBeRevoked(user: UserRegisters, root: number): boolean {
    return user.registers.some(
      (register) =>
        register.kind === 'revoked' &&
        register.detail !== undefined &&
        (register.newest >= 0 || register.open.length > 0) &&
        this.rootOf(register.detail) === root,
    )
  }

  #indexOf(key: number): number {
    return key >= 0 ? this.#byOperation.at(key) - 1 : (this.#named.get(key) ?? -1)
  }
}
