import type { EventLine, HeaderLine } from '../history/line.ts'
import type { RegionName, RegisterValue } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import { type Register, valueKey } from './fold/register.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { deletedBefore, type Sighting } from './fold/sweep-readings.ts'

const name = 'convergence'

/** Sweeps that differ are repeated this far apart: a finer time is not claimed. */
const sweepsApartMicros = 1_000_000

/** The latest sightings of one register, by Region. */
interface Comparison {
  readonly register: Register
  readonly sightings: (Sighting | undefined)[]
  /** `end` of the read that made all Regions equal, if they still are. */
  equalSince: Micros | undefined
}

/** Whether both Regions agree after heal, on something that the writes allow, and how soon. */
export const convergence: Checker = {
  name,
  requires: ['acknowledged-writes', 'final-read'],
  description:
    'Compares what sweeps of all Regions show after writers stopped and faults were healed, and whether the writes allow what they agree on.',
  begin: (header: HeaderLine): CheckerRun => new ConvergenceRun(foldOf(header, name)),
}

class ConvergenceRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #regions: readonly RegionName[]
  /** By the place of the register, and in the order in which they were begun. */
  #byPlace: (Comparison | undefined)[] = []
  #comparisons: Comparison[] = []
  #startedAt: Micros | undefined
  #lastDifferent: Micros = -Infinity
  #reads = 0
  #lastEnd: Micros = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, purposes: ['settle-read', 'final-read'] }
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt, readings } = fold
    if (attempt === undefined || readings.length === 0) return
    const { purpose, region } = attempt.invoke
    if (purpose !== 'settle-read' && purpose !== 'final-read') return
    const { startedAt } = fold.settling
    if (startedAt === undefined || attempt.inv < startedAt) return
    if (startedAt !== this.#startedAt) this.#restart(startedAt)
    const place = this.#regions.indexOf(region)
    if (place < 0) return
    this.#reads += 1
    for (const reading of readings) this.#compare(place, attempt, reading)
  }

  #restart(startedAt: Micros): void {
    this.#startedAt = startedAt
    this.#byPlace = []
    this.#comparisons = []
    this.#lastDifferent = -Infinity
    this.#reads = 0
  }

  #compare(place: number, attempt: Attempt, { register, value }: Reading): void {
    const { inv, end } = attempt
    const comparison = this.#comparisonOf(register)
    comparison.sightings[place] = { value, inv, end }
    this.#lastEnd = Math.max(this.#lastEnd, end)
    const { sightings } = comparison
    const seen = sightings.filter((sighting) => sighting !== undefined)
    if (agree(register, seen)) {
      if (seen.length === sightings.length) comparison.equalSince ??= end
      return
    }
    comparison.equalSince = undefined
    if (this.#mayHaveChanged(register, seen)) return
    const oldest = Math.min(...seen.map((sighting) => sighting.inv))
    this.#lastDifferent = Math.max(this.#lastDifferent, oldest)
  }

  #comparisonOf(register: Register): Comparison {
    const known = this.#byPlace[register.place]
    if (known !== undefined) return known
    const sightings = this.#regions.map(() => undefined)
    const comparison = { register, sightings, equalSince: undefined }
    this.#byPlace[register.place] = comparison
    this.#comparisons.push(comparison)
    return comparison
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    const tally = { compared: 0, diverged: 0, certain: 0, impossible: 0, equalSince: -Infinity }
    for (const { register, sightings, equalSince } of this.#comparisons) {
      const seen = sightings.filter((sighting) => sighting !== undefined)
      if (seen.length < 2 || seen.length < this.#regions.length) continue
      tally.compared += 1
      if (equalSince === undefined) {
        tally.diverged += 1
        if (this.#mayHaveChanged(register, seen)) continue
        tally.certain += 1
        this.#diverged(register, sightings)
        continue
      }
      tally.equalSince = Math.max(tally.equalSince, equalSince)
      if (this.#isPossible(register, seen)) continue
      tally.impossible += 1
      this.#impossible(register, seen)
    }
    const unclear = this.#unclear(tally)
    const part = { samples: tally.compared, inconclusive: unclear }
    return resultOf(name, fold, {
      figures: [
        {
          name: 'divergedRegisters',
          low: tally.certain,
          high: tally.diverged,
          ...part,
          grows: true,
        },
        { name: 'impossibleRegisters', ...both(tally.impossible), ...part, grows: true },
        this.#timeFigure(tally, unclear),
      ],
      findings: this.#findings,
      evidence: {
        sweepReads: this.#reads,
        comparedRegisters: tally.compared,
        registersNotCompared: fold.registers.count - tally.compared,
      },
    })
  }

  /** From settle-start to the moment from which every register was equal in all Regions. */
  #timeFigure(
    tally: { readonly compared: number; readonly diverged: number; readonly equalSince: Micros },
    inconclusive: string | undefined,
  ): Figure {
    const start = this.#startedAt ?? 0
    const settled = tally.diverged === 0 && tally.compared > 0
    return {
      name: 'convergenceMillis',
      low: toMillis(Math.max(0, this.#lastDifferent - start)),
      high: settled ? toMillis(tally.equalSince - start) : Infinity,
      samples: tally.compared,
      inconclusive,
      timed: { from: start, to: this.#lastEnd, tolerated: sweepsApartMicros },
    }
  }

  #unclear(tally: {
    readonly compared: number
    readonly diverged: number
    readonly certain: number
  }): string | undefined {
    const { settledAt, expiredAt } = this.#fold.settling
    if (tally.compared === 0) return 'no register was read in every Region after the heal'
    if (settledAt !== undefined) return undefined
    if (expiredAt === undefined) return 'the Regions were not given their time to settle'
    if (tally.certain > 0) return undefined
    if (tally.diverged > 0) {
      return 'writes without an answer may have taken effect while the Regions were read'
    }
    return 'the settle bound ran out before two successive sweeps were equal'
  }

  /**
   * True if the Regions need not have differed at any moment: what a later read showed may have
   * been written after the earlier one, by a write that had no answer by then.
   */
  #mayHaveChanged(register: Register, seen: readonly Sighting[]): boolean {
    const inOrder = seen.toSorted((a, b) => a.inv - b.inv)
    return inOrder.every((later, index) => {
      const earlier = inOrder[index - 1]
      if (earlier === undefined || agree(register, [earlier, later])) return true
      const { existence } = register.user
      const isAbsent = later.value === null && existence !== undefined
      return (
        this.#tookEffectBetween(register, earlier, later) ||
        (isAbsent && this.#tookEffectBetween(existence, earlier, later))
      )
    })
  }

  #tookEffectBetween(register: Register, earlier: Sighting, later: Sighting): boolean {
    const key = valueKey(register.kind, later.value)
    const writes = [...this.#fold.registers.writesOf(register), ...register.open]
    return writes.some(({ inv, end, ...write }) => {
      return write.key === key && end > earlier.inv && inv < later.end
    })
  }

  /** Possible(x, t): some write of this value was not replaced by an acknowledged later one. */
  #isPossible(register: Register, seen: readonly Sighting[]): boolean {
    const last = seen.reduce((a, b) => (b.inv > a.inv ? b : a))
    if (last.value === null && register.kind !== 'existence') {
      if (deletedBefore(this.#fold.registers, register.user, last.end)) return true
    }
    const key = valueKey(register.kind, last.value)
    const writes = this.#fold.registers.writesOf(register)
    const fitting = writes.filter((write) => write.key === key && write.inv <= last.end)
    const initialFits = key === valueKey(register.kind, null)
    if (fitting.length === 0 && !initialFits) return false
    const latest = fitting.reduce((end, write) => Math.max(end, write.end), -Infinity)
    return !writes.some((write) => write.inv > latest && write.end < last.inv)
  }

  #diverged(register: Register, sightings: readonly (Sighting | undefined)[]): void {
    const texts = sightings.map((sighting, index) => {
      return `${describe(sighting?.value)} in ${this.#regions[index]}`
    })
    this.#report('diverged', 'divergedRegisters', register, sightings, texts.join(', '))
  }

  #impossible(register: Register, seen: readonly Sighting[]): void {
    const text = `${describe(seen[0]?.value)} in all Regions, which no write allows`
    this.#report('impossible', 'impossibleRegisters', register, seen, text)
  }

  #report(
    kind: string,
    measurement: string,
    register: Register,
    sightings: readonly (Sighting | undefined)[],
    text: string,
  ): void {
    const { registers, header, primary } = this.#fold
    const newest = registers.writesOf(register).findLast((write) => write.end !== Infinity)
    const replica = header.regions.find((region) => region.role === 'replica')
    this.#findings.add({
      kind,
      measurement: `${name}.${measurement}`,
      user: register.user.name,
      region: replica?.name ?? primary,
      at: Math.max(...sightings.map((sighting) => sighting?.end ?? 0)),
      operation: newest === undefined ? '' : registers.operationId(newest.operation),
      message: `user ${register.user.name}: ${register.name} is ${text}`,
    })
  }
}

function agree(register: Register, seen: readonly Sighting[]): boolean {
  const [first] = seen
  if (first === undefined) return true
  const key = valueKey(register.kind, first.value)
  return seen.every(({ value }) => value === first.value || valueKey(register.kind, value) === key)
}

function both(value: number): { low: number; high: number } {
  return { low: value, high: value }
}

function describe(value: RegisterValue | undefined): string {
  return value === null || value === undefined ? 'unset' : `"${value}"`
}
