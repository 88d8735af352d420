import type { EventLine, HeaderLine } from '../history/line.ts'
import type { OperationFunction, OperationId, Purpose, RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'
import type { HistoryFold } from './fold/history-fold.ts'

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

/** What an attempt has to have for a run to be shown it: writes, tokens, readings, a population. */
export type Trait = 'writes' | 'tokens' | 'readings' | 'population'

/**
 * What of a history a run has to be shown; it may be shown more. Each field adds to the others. The
 * fold takes every line, also those that the run is not shown.
 */
export interface Attention {
  /** That of {@link foldOf}: the run reads lines through it. */
  readonly fold: HistoryFold
  /** Lines of these types, of those that are neither an invocation nor a completion. */
  readonly lines?: readonly Exclude<EventLine['type'], 'invoke' | 'ok' | 'fail' | 'info'>[]
  /** Invocations that have one of these. */
  readonly sent?: readonly Extract<Trait, 'writes' | 'population'>[]
  /** Attempts, with the line that completes them: by what they do, what for, and where. */
  readonly functions?: ReadonlySet<OperationFunction>
  readonly purposes?: readonly Purpose[]
  readonly nodes?: readonly RegionName[]
  /** Attempts that have one of these, by what was sent or by what was answered. */
  readonly answered?: readonly Trait[]
}

/** One pass over the lines of one history. */
export interface CheckerRun {
  /** Absent: every line. It is asked for once, before the first line. */
  readonly attention?: Attention
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
