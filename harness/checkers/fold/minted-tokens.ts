import type { TokenObservation } from '../../history/line.ts'
import type {
  Argument,
  OperationFunction,
  OperationId,
  RegionName,
} from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import type { UserRegisters } from './register.ts'
import { stepFlags } from './steps.ts'

/** An access token by the operation that minted it. */
export interface MintedToken {
  /** When it expires on the clock of the history; undefined if that is not known. */
  readonly expiresAt: Micros | undefined
  /** The sign-in that it goes back to. */
  readonly root: number
  /** The place of the first token of its family. */
  readonly first: number
  readonly region: RegionName
  /** When they were asked for and when they arrived. */
  readonly inv: Micros
  readonly end: Micros
}

/** Operations that answer with new tokens. */
export const mintingFunctions: ReadonlySet<OperationFunction> = new Set([
  'sign-in',
  'answer-totp',
  'refresh',
  'rotate',
  'redeem-code',
  'answer-srp',
  'admin-sign-in',
  'answer-new-password',
  'answer-device',
  'replay-totp',
  'guess-password',
  'guess-code',
  'machine-sign-in',
])

/** True if new tokens were handed out. */
export function mintsTokens({ invoke, completion }: Attempt): boolean {
  return completion.type === 'ok' && mintingFunctions.has(invoke.function)
}

/** The operation that an argument refers to. */
export function referenceOf(argument: Argument | undefined): OperationId | undefined {
  if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
  return typeof argument.from === 'string' ? argument.from : undefined
}

/** The operation that the step before this one was: a refresh, or a further step of a sign-in. */
function earlierStep(given: Readonly<Record<string, Argument>>): OperationId | undefined {
  return (
    referenceOf(given.refreshToken) ??
    referenceOf(given.session) ??
    referenceOf(given.srp) ??
    referenceOf(given.code)
  )
}

/** Access tokens and the families that they belong to; they are kept in {@link Steps}. */
export class MintedTokens {
  readonly #fold: HistoryFold
  readonly #regions: readonly RegionName[]

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  /** Keeps the access token that an answer brought, if it brought one. */
  take(attempt: Attempt): void {
    if (!mintsTokens(attempt)) return
    const access = attempt.completion.tokens?.find((token) => token.use === 'access')
    if (access !== undefined) this.#add(attempt, access)
  }

  #add({ invoke, inv, end }: Attempt, { expiresAt, seenAt }: TokenObservation): void {
    const { registers, steps, disturbances, travelled } = this.#fold
    const key = registers.operationKey(invoke.operation)
    const says = expiresAt !== undefined && seenAt !== undefined
    const from = earlierStep(invoke.arguments)
    const earlier = from === undefined ? -1 : this.indexOf(from)
    const root = from === undefined ? key : this.rootOf(from)
    const place = steps.ensure(key, inv, end)
    steps.mint(place, {
      region: this.#regions.indexOf(invoke.region),
      dies: says ? end + (expiresAt - seenAt) + travelled : Infinity,
      expires: says && !disturbances.skewed(invoke.region),
      root,
      first: earlier < 0 ? place : steps.first(earlier),
    })
  }

  get(operation: OperationId): MintedToken | undefined {
    const index = this.indexOf(operation)
    return index < 0 ? undefined : this.at(index)
  }

  /** The place of an operation's token; −1 if it minted none. */
  indexOf(operation: OperationId): number {
    return this.#indexOf(this.#fold.registers.operationKey(operation))
  }

  at(index: number): MintedToken {
    const { steps } = this.#fold
    const isKnown = (steps.flags(index) & stepFlags.expires) !== 0
    return {
      expiresAt: isKnown ? this.diesAt(index) : undefined,
      root: steps.tokenRoot(index),
      first: steps.first(index),
      region: this.#regions[steps.region(index)] ?? '',
      inv: steps.inv(index),
      end: steps.end(index),
    }
  }

  /** When it expires by its own word, also where the clock that it names is off. */
  diesAt(index: number): Micros {
    return this.#fold.steps.dies(index) - this.#fold.travelled
  }

  /** The sign-in that an operation's tokens go back to: through refreshes and second steps. */
  rootOf(operation: OperationId): number {
    const key = this.#fold.registers.operationKey(operation)
    const index = this.#indexOf(key)
    return index < 0 ? key : this.#fold.steps.tokenRoot(index)
  }

  /** True if the family may have been revoked: acknowledged, unknown or under way. */
  mayBeRevoked(user: UserRegisters, root: number): boolean {
    return this.#fold.registers.mayBeRevoked(user, (named) => this.rootOf(named) === root)
  }

  #indexOf(key: number): number {
    const { steps } = this.#fold
    const place = steps.indexOf(key)
    return place >= 0 && (steps.flags(place) & stepFlags.minted) !== 0 ? place : -1
  }
}
