import type { EndLine, FaultLine, HarnessLine } from '../../history/line.ts'
import { type Micros, toMillis } from '../../kernel/time.ts'

interface Starvation {
  readonly from: Micros
  to: Micros
  delay: Micros
}

/** Why a history proves less than it seems to: the same for every checker. */
export class Soundness {
  #fault: string | undefined
  #end: string | undefined = 'the history has no end: what came after is not known'
  #harnessAt: Micros = 0
  readonly #starved: Starvation[] = []

  onFault(line: FaultLine): void {
    const detail = line.detail === undefined ? '' : `: ${line.detail}`
    if (line.phase === 'not-verified') {
      this.#fault ??= `${line.fault} (${line.kind}) did not take effect${detail}`
    }
    if (line.phase === 'heal-not-verified') {
      this.#fault ??= `${line.fault} (${line.kind}) could not be healed${detail}`
    }
  }

  onEnd(line: EndLine): void {
    const error = line.error === undefined ? '' : ` (${line.error})`
    this.#end = line.reason === 'complete' ? undefined : `the run ended by "${line.reason}"${error}`
  }

  /** A line speaks of the time since the line of its kind before it. */
  onHarness(line: HarnessLine): void {
    const from = this.#harnessAt
    this.#harnessAt = line.at
    if (line.eventLoopDelayMicrosMax <= line.limitMicros) return
    const last = this.#starved.at(-1)
    if (last === undefined || last.to < from) {
      this.#starved.push({ from, to: line.at, delay: line.eventLoopDelayMicrosMax })
      return
    }
    last.to = line.at
    last.delay = Math.max(last.delay, line.eventLoopDelayMicrosMax)
  }

  /** A fault that did not take or could not be healed: nothing that follows can be relied on. */
  get faultReason(): string | undefined {
    return this.#fault
  }

  /** The history stops before its end: what was found stays true, what was not may follow. */
  get endReason(): string | undefined {
    return this.#end
  }

  /**
   * Why times between the two points mean nothing, if the harness itself was held up for longer
   * than the measure can bear (`tolerated`: how far apart its samples are by design).
   */
  starvedReason(from: Micros, to: Micros, tolerated: Micros = 0): string | undefined {
    const found = this.#starved.find(
      (entry) => entry.from <= to && entry.to >= from && entry.delay > tolerated,
    )
    if (found === undefined) return undefined
    return `the harness was held up for ${toMillis(found.delay)} ms while this was measured`
  }
}
