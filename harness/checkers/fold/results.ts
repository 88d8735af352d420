import type { Micros } from '../../kernel/time.ts'
import type { CheckerResult, Finding, Measurement } from '../checker.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'

/** So many findings of one kind are kept; the rest is counted. */
export const findingsMax = 1_000

/** Findings of one checker, bounded in number. */
export class Findings {
  readonly #checker: string
  readonly #all: Finding[] = []
  readonly #kinds = new Map<string, number>()
  #dropped = 0

  constructor(checker: string) {
    this.#checker = checker
  }

  add(finding: Omit<Finding, 'checker'>): void {
    const count = (this.#kinds.get(finding.kind) ?? 0) + 1
    this.#kinds.set(finding.kind, count)
    if (count > findingsMax) this.#dropped += 1
    else this.#all.push({ checker: this.#checker, ...finding })
  }

  /** What one operation showed, at the moment at which its answer came. */
  addAttempt(
    kind: string,
    figure: string,
    { invoke, completion }: Pick<Attempt, 'invoke' | 'completion'>,
    message: string,
  ): void {
    const { user, region, operation } = invoke
    const measurement = `${this.#checker}.${figure}`
    this.add({ kind, measurement, user, region, at: completion.at, operation, message })
  }

  get all(): readonly Finding[] {
    return this.#all
  }

  get dropped(): number {
    return this.#dropped
  }
}

/** A figure before it is known how far the history can be trusted. */
export interface Figure {
  /** Without the checker's name. */
  readonly name: string
  readonly low: number
  readonly high: number
  readonly samples: number
  /** Why it proves nothing, apart from what is wrong with the whole history. */
  readonly inconclusive?: string | undefined
  /** A count that could only have grown in the part of the history that is missing. */
  readonly grows?: boolean
  /** A measure of time, and when it was taken. */
  readonly timed?: {
    readonly from: Micros
    readonly to: Micros
    /** The measure samples no more often than this: a shorter delay of the harness is no matter. */
    readonly tolerated?: Micros
  }
}

/**
 * The result of a checker. A fault that did not take or a heal that failed takes the force from
 * every figure; a starved harness from every measure of time; a history without its end leaves a
 * count that is already above zero as a lower bound.
 */
export function resultOf(
  checker: string,
  fold: HistoryFold,
  parts: {
    readonly figures: readonly Figure[]
    readonly findings: Findings
    readonly evidence: Readonly<Record<string, number>>
  },
): CheckerResult {
  const { findings } = parts
  return {
    checker,
    measurements: parts.figures.map((figure) => measurementOf(checker, fold, figure)),
    findings: findings.all,
    evidence: {
      ...parts.evidence,
      ...(findings.dropped === 0 ? {} : { findingsNotShown: findings.dropped }),
    },
  }
}

function measurementOf(checker: string, fold: HistoryFold, figure: Figure): Measurement {
  const { name, low, high, samples, timed, grows } = figure
  const { faultReason, endReason } = fold.soundness
  const open = endReason !== undefined && grows === true
  const starved =
    timed === undefined
      ? undefined
      : fold.soundness.starvedReason(timed.from, timed.to, timed.tolerated)
  const inconclusive =
    figure.inconclusive ?? faultReason ?? starved ?? (open && low > 0 ? undefined : endReason)
  return {
    name: `${checker}.${name}`,
    value: { low, high: open ? Infinity : high },
    samples,
    ...(inconclusive === undefined ? {} : { inconclusive }),
  }
}
