import type { OperationFunction, OperationId, RegionName } from '../../history/operation.ts'
import { type Micros, toSeconds } from '../../kernel/time.ts'
import type { Finding } from '../checker.ts'
import type { Attempt } from './history-fold.ts'
import { nodeOf } from './places.ts'
import { isSilent } from './refusals.ts'
import type { Use } from './uses.ts'

/** A first attempt to stop an account that a Region refused, and what the account did there. */
export interface RefusedStop {
  readonly user: string
  readonly region: RegionName
  readonly function: OperationFunction
  readonly operation: OperationId
  readonly inv: Micros
  readonly end: Micros
  /** `inv` of the last use that the Region accepted after it; −∞ where none was. */
  acceptedFrom: Micros
  /** `end` of the first refusal after that use; ∞ where none came. */
  stoppedAt: Micros
}

/** What is said of it to whoever answers for the account. */
export function findingOf(stop: RefusedStop, checker: string): Omit<Finding, 'checker'> {
  const { user, region, operation, inv, end, acceptedFrom } = stop
  const [at, last, longer] = [inv, acceptedFrom, acceptedFrom - end].map(
    (time) => Math.round(toSeconds(time) * 1_000) / 1_000,
  )
  const refusal = `${region} refused ${stop.function} of ${user} at ${at} s`
  return {
    kind: 'not-stoppable',
    measurement: `${checker}.stopAccountPossible`,
    ...{ user, region, at: inv, operation },
    message:
      `${refusal} while the primary was gone, and ${user} was still accepted at ${last} s: ` +
      `${longer} s later`,
  }
}

/** How long accounts went on that somebody tried to stop in vain. */
export class RefusedStops {
  readonly #stops = new Map<string, RefusedStop>()

  /** Takes a change that would have taken access away, and that was refused. */
  refuse(attempt: Attempt): void {
    const { invoke, inv, end, completion } = attempt
    const { meaning } = completion.error ?? {}
    // Who could not be asked, or had no time, did not refuse.
    if (meaning === 'unavailable' || meaning === 'throttled') return
    if (this.#stops.has(invoke.user)) return
    this.#stops.set(invoke.user, {
      user: invoke.user,
      region: nodeOf(attempt),
      function: invoke.function,
      operation: invoke.operation,
      inv,
      end,
      acceptedFrom: -Infinity,
      stoppedAt: Infinity,
    })
  }

  take({ attempt, node, accepted, meaning }: Use): void {
    const stop = this.#stops.get(attempt.invoke.user)
    if (stop === undefined || stop.region !== node || attempt.inv <= stop.end) return
    if (accepted === true) {
      stop.acceptedFrom = Math.max(stop.acceptedFrom, attempt.inv)
      stop.stoppedAt = Infinity
    } else if (accepted === false && !isSilent(meaning) && attempt.inv > stop.acceptedFrom) {
      stop.stoppedAt = Math.min(stop.stoppedAt, attempt.end)
    }
  }

  /** Those whose accounts went on. */
  get inVain(): readonly RefusedStop[] {
    return [...this.#stops.values()].filter(({ acceptedFrom }) => acceptedFrom > -Infinity)
  }
}
