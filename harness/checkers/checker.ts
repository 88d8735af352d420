import type { EventLine, HeaderLine } from '../history/line.ts'
import type { OperationId, RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'

/** An interval that must contain the truth; `high` may be Infinity (written as null in JSON). */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** A named figure. The unit is the last word of the name: `observedLossSeconds`. */
export interface Measurement {
  /** `<checker>.<what>[.<class>]`, for example `data-loss.lostOperations`. */
  readonly name: string
  readonly value: Interval
  /** What the figure rests on: how many samples. 0 means nothing was seen. */
  readonly samples: number
  /** Why the figure proves nothing, if so: it makes judgements of it inconclusive. */
  readonly inconclusive?: string
}

/** Something that a person would want to see, tied to the measurement that it explains. */
export interface Finding {
  readonly checker: string
  /** `lost`, `phantom`, `diverged`, `went-backwards`, … */
  readonly kind: string
  /** The measurement that this finding drives above or below its threshold. */
  readonly measurement: string
  readonly user: string
  readonly region: RegionName
  readonly at: Micros
  readonly operation: OperationId
  /** One sentence in the user's terms. */
  readonly message: string
}

export interface CheckerResult {
  readonly checker: string
  readonly measurements: readonly Measurement[]
  readonly findings: readonly Finding[]
  /** What was seen, by name: `acknowledgedWrites: 120`. */
  readonly evidence: Readonly<Record<string, number>>
}

/** What must be in a history for the checker to say anything. */
export type Evidence =
  | 'acknowledged-writes'
  | 'disaster'
  | 'cutover-read'
  | 'final-read'
  | 'lag-reads'
  | 'token-observations'
  | 'availability-probes'

/** One pass over the lines of one history. */
export interface CheckerRun {
  step(line: EventLine, index: number): void
  finish(): CheckerResult
}

/** A checker measures; it never judges. */
export interface Checker {
  readonly name: string
  readonly requires: readonly Evidence[]
  /** What it measures, one sentence, for the reference page. */
  readonly description: string
  /**
   * Names of figures that a history has to give occasion for. A word in angle brackets stands for
   * what the history names: `recovery.<population>.millis` is `recovery.sdk.millis` for the clients
   * of population `sdk`.
   */
  readonly patterns?: readonly string[]
  begin(header: HeaderLine): CheckerRun
}
