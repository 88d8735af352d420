import type { FaultLine, InvokeLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { takesAway } from './disaster.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'

/** When service was taken from clients, as an interval that contains the moment. */
export interface Outage {
  /** `unavailable`: the Region was gone; `degraded`: it failed some of what it was asked. */
  readonly kind: 'unavailable' | 'degraded'
  readonly fault: string
  readonly region: RegionName
  readonly start: Micros
  readonly end: Micros
}

/** A fault of the Region that clients were routed to. */
interface Candidate {
  readonly kind: Outage['kind']
  readonly fault: string
  readonly region: RegionName
  readonly appliedAt: Micros
  verifiedAt: Micros | undefined
  healedAt: Micros
  /** The earliest failure that a user could see while it was in force. */
  failedInv: Micros
  failedEnd: Micros
}

/** True of a recovery probe that was not served; what a Region refuses by design is no failure. */
export function isFailure({ completion }: Attempt): boolean {
  return completion.type !== 'ok' && completion.error?.meaning !== 'gated'
}

/**
 * Finds the outage: the disaster that a switch answered; without one the first verified fault that
 * made the Region of the clients unavailable; without that the first user-visible failure, of a
 * recovery probe, under a fault that degraded that Region (a grey failure).
 */
export class OutageFold {
  readonly #fold: HistoryFold
  readonly #candidates: Candidate[] = []

  constructor(fold: HistoryFold) {
    this.#fold = fold
  }

  /** True from the first fault on that may turn out to be the outage. */
  get attempted(): boolean {
    return this.#candidates.length > 0
  }

  onFault(line: FaultLine): void {
    const candidate = this.#candidates.find((entry) => entry.fault === line.fault)
    if (line.phase === 'verified' && candidate !== undefined) candidate.verifiedAt ??= line.at
    if (line.phase === 'heal' && candidate !== undefined) candidate.healedAt = line.at
    if (line.phase !== 'apply') return
    const { route } = this.#fold.disaster
    const isGone = takesAway(line, route)
    if (!isGone && !degrades(line, route)) return
    this.#candidates.push({
      kind: isGone ? 'unavailable' : 'degraded',
      fault: line.fault,
      region: route,
      appliedAt: line.at,
      verifiedAt: undefined,
      healedAt: Infinity,
      failedInv: Infinity,
      failedEnd: Infinity,
    })
  }

  /** Takes an attempt of purpose `recovery-probe`. */
  onProbe(attempt: Attempt): void {
    if (isFailure(attempt)) this.#fail(attempt.inv, attempt.completion.at)
  }

  /** Takes a recovery probe that was never answered. */
  onUnanswered(invoke: InvokeLine): void {
    this.#fail(invoke.at, Infinity)
  }

  #fail(inv: Micros, seenAt: Micros): void {
    for (const candidate of this.#candidates) {
      const isUnder = inv >= candidate.appliedAt && inv < candidate.healedAt
      if (!isUnder || inv >= candidate.failedInv) continue
      candidate.failedInv = inv
      candidate.failedEnd = seenAt
    }
  }

  /** The outage, once every line was taken. */
  get outage(): Outage | undefined {
    const { disaster } = this.#fold.disaster
    if (disaster !== undefined) return { kind: 'unavailable', ...disaster }
    const verified = this.#candidates.filter((entry) => entry.verifiedAt !== undefined)
    const gone = verified.find((entry) => entry.kind === 'unavailable')
    if (gone !== undefined) {
      const { kind, fault, region, appliedAt, verifiedAt = appliedAt } = gone
      return { kind, fault, region, start: appliedAt, end: verifiedAt }
    }
    const grey = verified
      .filter((entry) => entry.failedInv < Infinity)
      .sort((a, b) => a.failedInv - b.failedInv)[0]
    if (grey === undefined) return undefined
    const { kind, fault, region, failedInv: start, failedEnd: end } = grey
    return { kind, fault, region, start, end }
  }
}

function degrades(line: FaultLine, region: RegionName): boolean {
  return line.effects.some((entry) => entry.effect === 'region-degraded' && entry.region === region)
}
