import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { IntegerColumn, NumberColumn } from './fold/columns.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import { isBefore, shows } from './fold/position.ts'
import type { Register, Write } from './fold/register.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'

const name = 'lag'

/** Replicas whose samples are told apart; one bit each. */
const replicasMax = 31

/** An acknowledged write that was asked for on a replica and was not seen there yet. */
interface Sample {
  readonly register: Register
  readonly write: Write
  /** From the last read that did not show it. */
  low: Micros
  /** The same, from reads before anything was disturbed. */
  calmLow: Micros
}

/**
 * How long acknowledged writes took to be seen on a replica. A write is a sample if a `lag-probe`
 * read of its register began there within the declared lag after its acknowledgement: whether it
 * counts does not depend on how late it was. From that read on, every read of the register in that
 * Region narrows the interval.
 */
export const lag: Checker = {
  name,
  requires: ['acknowledged-writes', 'lag-reads'],
  description:
    'Measures the time from the acknowledgement of a write to the first read on the replica that shows it, while replication is undisturbed.',
  begin: (header: HeaderLine): CheckerRun => new LagRun(foldOf(header, name)),
}

class LagRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #replicas: readonly RegionName[]
  readonly #declared: Micros
  readonly #pending: Map<Register, Sample[]>[]
  /** By write: one bit for each replica that has it as a sample. */
  readonly #sampled = new IntegerColumn()
  readonly #lows = new NumberColumn()
  readonly #highs = new NumberColumn()
  #disturbed = { low: 0, high: 0, samples: 0 }
  #probes = 0
  #from: Micros = Infinity
  #to: Micros = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, answered: ['readings'] }
    const { regions, declared } = fold.header
    this.#replicas = regions
      .filter((region) => region.role === 'replica')
      .map((region) => region.name)
      .slice(0, replicasMax)
    this.#pending = this.#replicas.map(() => new Map())
    this.#declared = declared.lagMillisMax * 1_000
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt, readings } = fold
    if (attempt === undefined || readings.length === 0) return
    const replica = this.#replicas.indexOf(attempt.invoke.region)
    if (replica < 0) return
    const isProbe = attempt.invoke.purpose === 'lag-probe'
    if (isProbe) this.#probes += 1
    for (const reading of readings) {
      if (reading.ignored || reading.position === undefined) continue
      if (isProbe) this.#sample(replica, attempt, reading.register)
      this.#look(replica, attempt, reading)
    }
  }

  #sample(replica: number, attempt: Attempt, register: Register): void {
    const pending = this.#pending[replica]
    if (pending === undefined) return
    const bit = 1 << replica
    const since = attempt.inv - this.#declared
    for (const write of this.#fold.registers.acknowledgedSince(register, since)) {
      const bits = this.#sampled.at(write.index)
      if (write.end > attempt.inv || (bits & bit) !== 0) continue
      this.#sampled.set(write.index, bits | bit)
      const samples = pending.get(register) ?? []
      pending.set(register, samples)
      samples.push({ register, write, low: 0, calmLow: 0 })
      this.#from = Math.min(this.#from, write.inv)
    }
  }

  #look(replica: number, attempt: Attempt, { register, position }: Reading): void {
    const samples = this.#pending[replica]?.get(register)
    if (samples === undefined || position === undefined) return
    const waiting: Sample[] = []
    for (const sample of samples) {
      const { write } = sample
      if (shows(position, write)) {
        this.#close(replica, sample, attempt.end)
        continue
      }
      if (isBefore(position, write)) {
        sample.low = Math.max(sample.low, attempt.inv - write.end)
        const calm = !this.#fold.disturbances.overlap(write.inv, attempt.end)
        if (calm) sample.calmLow = sample.low
      }
      waiting.push(sample)
    }
    if (waiting.length === 0) this.#pending[replica]?.delete(register)
    else this.#pending[replica]?.set(register, waiting)
  }

  /** @param shownAt - `end` of the first read that shows it; ∞ if there was none. */
  #close(replica: number, sample: Sample, shownAt: Micros): void {
    const { write, low, calmLow } = sample
    const seenTo = Math.min(shownAt, this.#fold.at)
    this.#to = Math.max(this.#to, seenTo)
    const high = shownAt - write.inv
    if (!this.#fold.disturbances.overlap(write.inv, seenTo)) {
      this.#count(replica, sample, low, high)
      return
    }
    const disturbed = this.#disturbed
    this.#disturbed = {
      low: Math.max(disturbed.low, low),
      high: Math.max(disturbed.high, high),
      samples: disturbed.samples + 1,
    }
    // It was too late before anything was disturbed: that stays true.
    if (calmLow > this.#declared) this.#count(replica, sample, calmLow, Infinity)
  }

  #count(replica: number, { register, write }: Sample, low: Micros, high: Micros): void {
    this.#lows.push(low)
    this.#highs.push(high)
    if (low <= this.#declared) return
    const region = this.#replicas[replica] ?? ''
    const user = register.user.name
    this.#findings.add({
      kind: 'lag-beyond-declared',
      measurement: `${name}.lagMillisMax`,
      user,
      region,
      at: write.end,
      operation: this.#fold.registers.operationId(write.operation),
      message: `${register.name}: ${region} did not show a write of user ${user} ${toMillis(low)} ms after its acknowledgement; declared are ${toMillis(this.#declared)} ms`,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    this.#pending.forEach((pending, replica) => {
      for (const samples of pending.values()) {
        for (const sample of samples) this.#close(replica, sample, Infinity)
      }
    })
    const lows = this.#lows.toArray().sort()
    const highs = this.#highs.toArray().sort()
    return resultOf(name, fold, {
      figures: [
        this.#figure('lagMillisMax', lows.at(-1), highs.at(-1)),
        this.#figure('lagMillisMedian', median(lows), median(highs)),
        ...this.#disturbedFigure(),
      ],
      findings: this.#findings,
      evidence: {
        lagProbeReads: this.#probes,
        samples: lows.length,
        disturbedSamples: this.#disturbed.samples,
      },
    })
  }

  #figure(title: string, low: number | undefined, high: number | undefined): Figure {
    const samples = this.#lows.length
    const nothing =
      samples === 0
        ? 'no write was polled on a replica while replication was undisturbed'
        : undefined
    return {
      name: title,
      low: toMillis(low ?? 0),
      high: toMillis(high ?? Infinity),
      samples,
      inconclusive: nothing,
      timed: { from: this.#from, to: this.#to },
    }
  }

  #disturbedFigure(): Figure[] {
    const { low, high, samples } = this.#disturbed
    if (samples === 0) return []
    const timed = { from: this.#from, to: this.#to }
    const figure = { low: toMillis(low), high: toMillis(high), samples, timed }
    return [{ name: 'disturbedLagMillisMax', ...figure }]
  }
}

/** The lower median. Of interval ends in order it bounds the median of the truths between them. */
function median(sorted: Float64Array): number | undefined {
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
