import type { EventLine, HeaderLine, InvokeLine } from '../history/line.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { NumberColumn } from './fold/columns.ts'
import type { Disaster } from './fold/disaster.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'

const name = 'availability'

/** A service is back at the first of so many successes in a row. */
const successesInARow = 20

interface ProbeResult {
  readonly inv: Micros
  /** `end` of a success; ∞ for whatever else it came to. */
  readonly end: Micros
}

/** What the probes after a disaster say. */
interface Recovery {
  /** `inv` of the last failure before the service was back, or of the last at all. */
  readonly lastFailed: Micros | undefined
  /** The success that starts the run. */
  readonly back: ProbeResult | undefined
  readonly seen: number
  /** Successes at the very end: a run that the end of the probe may have cut short. */
  readonly trailing: number
}

/** Failures that users meet, and how long the service stayed away after a disaster. */
export const availability: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Counts failed probes and measures the time from the disaster to the first of twenty successful probes in a row.',
  begin: (header: HeaderLine): CheckerRun => new AvailabilityRun(foldOf(header, name)),
}

class AvailabilityRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  /** Probes answered since a fault took the Region of the clients away. */
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  #probes = 0
  #failed = 0
  #lastFailed: InvokeLine | undefined

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, purposes: ['probe'] }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt?.invoke.purpose === 'probe') this.#take(attempt)
  }

  #take({ invoke, completion, end }: Attempt): void {
    this.#note(invoke, completion.type === 'ok' ? end : Infinity)
  }

  #note(invoke: InvokeLine, end: Micros): void {
    this.#probes += 1
    if (end === Infinity) {
      this.#failed += 1
      if (this.#lastFailed === undefined || invoke.at >= this.#lastFailed.at) {
        this.#lastFailed = invoke
      }
    }
    if (!this.#fold.disaster.attempted) return
    this.#inv.push(invoke.at)
    this.#end.push(end)
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.purpose === 'probe') this.#note(invoke, Infinity)
    }
    const { disaster } = fold.disaster
    const unseen = this.#probes === 0 ? 'no probe was sent' : undefined
    const ratio = this.#probes === 0 ? 0 : (this.#probes - this.#failed) / this.#probes
    const base = { samples: this.#probes, inconclusive: unseen }
    return resultOf(name, fold, {
      figures: [
        { name: 'failedProbes', low: this.#failed, high: this.#failed, ...base, grows: true },
        { name: 'successRatio', low: ratio, high: this.#probes === 0 ? 1 : ratio, ...base },
        ...(disaster === undefined ? [] : this.#recoveryFigures(disaster)),
      ],
      findings: this.#findings,
      evidence: { probes: this.#probes, failedProbes: this.#failed },
    })
  }

  #recoveryFigures(disaster: Disaster): Figure[] {
    const recovery = recoveryOf(this.#results(disaster), disaster)
    const { lastFailed, back, seen } = recovery
    const low = lastFailed === undefined ? 0 : toMillis(Math.max(0, lastFailed - disaster.end))
    const high = back === undefined ? Infinity : toMillis(back.end - disaster.start)
    const isOver = this.#fold.soundness.endReason === undefined
    const isDown =
      back === undefined && isOver && seen >= successesInARow && recovery.trailing === 0
    if (isDown) this.#notRecovered(disaster)
    const unclear =
      back === undefined && !isDown
        ? `the probes ended before ${successesInARow} successes in a row could be seen`
        : undefined
    const timed = { from: disaster.start, to: back?.end ?? Infinity }
    return [
      { name: 'recoveryMillis', low, high, samples: seen, inconclusive: unclear, timed },
      {
        name: 'recovered',
        low: back === undefined ? 0 : 1,
        high: isDown ? 0 : 1,
        samples: seen,
        inconclusive: unclear,
      },
    ]
  }

  /** Probes since the disaster began, in the order in which they were sent. */
  #results(disaster: Disaster): ProbeResult[] {
    const results: ProbeResult[] = []
    for (let index = 0; index < this.#inv.length; index += 1) {
      const inv = this.#inv.at(index)
      if (inv >= disaster.start) results.push({ inv, end: this.#end.at(index) })
    }
    return results.sort((a, b) => a.inv - b.inv || byEnd(a, b))
  }

  #notRecovered(disaster: Disaster): void {
    const failed = this.#lastFailed
    if (failed === undefined) return
    this.#findings.add({
      kind: 'not-recovered',
      measurement: `${name}.recoveryMillis`,
      user: failed.user,
      region: failed.region,
      at: failed.at,
      operation: failed.operation,
      message: `user ${failed.user} was still refused in ${failed.region} ${toMillis(failed.at - disaster.end)} ms after ${disaster.region} was lost`,
    })
  }
}

/**
 * The first run of successes among the probes sent after the disaster was complete. Earlier ones
 * may have been answered by the Region that was about to be lost.
 */
function recoveryOf(results: readonly ProbeResult[], disaster: Disaster): Recovery {
  let lastFailed: Micros | undefined
  let back: ProbeResult | undefined
  let row = 0
  let seen = 0
  for (const result of results) {
    if (result.end === Infinity) {
      lastFailed = result.inv
      back = undefined
      row = 0
    } else if (result.inv >= disaster.end) {
      back ??= result
      row += 1
    }
    if (result.inv >= disaster.end) seen += 1
    if (row >= successesInARow) return { lastFailed, back, seen: results.length, trailing: row }
  }
  return { lastFailed, back: undefined, seen, trailing: row }
}

/** Failures last: of probes sent together the answered ones come first. */
function byEnd(a: ProbeResult, b: ProbeResult): number {
  return a.end === b.end ? 0 : a.end < b.end ? -1 : 1
}
