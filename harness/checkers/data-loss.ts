import type { EventLine, FaultLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, seconds, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { takesAway } from './fold/disaster.ts'
import { type Attempt, foldOf, type HistoryFold, type Reading } from './fold/history-fold.ts'
import { ClassTallies, type LossTally } from './fold/loss-tally.ts'
import { Phantoms } from './fold/phantoms.ts'
import { isBefore, shows } from './fold/position.ts'
import type { Register, Write } from './fold/register.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { Resurrection } from './fold/resurrection.ts'
import { type Shown, SweepReadings } from './fold/sweep-readings.ts'

const name = 'data-loss'

/** So many writes must be acknowledged in the window before a disaster for a loss of 0 to count. */
const windowWritesMin = 10
const windowMicros = seconds(1)

/** [low, high] of a count under construction. */
interface Count {
  low: number
  high: number
}

/** Whether something is so: certainly, and at least possibly. */
interface Bounds {
  readonly low: boolean
  readonly high: boolean
}

const neither: Bounds = { low: false, high: false }
const possibly: Bounds = { low: false, high: true }
const certainly: Bounds = { low: true, high: true }

/** Where one register stands at the cutover and at the end. */
interface RegisterViews {
  readonly writes: readonly Write[]
  readonly cutover: Shown | undefined
  readonly authority: Shown
  readonly finals: readonly Shown[]
  /** Every Region answered in the final reads: what was not read there may well be there. */
  readonly allSwept: boolean
}

/** What became of acknowledged writes: missing at the cutover, stranded, lost, unresolved. */
export const dataLoss: Checker = {
  name,
  requires: ['acknowledged-writes', 'final-read'],
  description:
    'Counts acknowledged writes that the replica did not show at the cutover, and says which came back, which never did, and what was read that nobody wrote.',
  begin: (header: HeaderLine): CheckerRun => new DataLossRun(foldOf(header, name)),
}

class DataLossRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #cutover: SweepReadings
  readonly #final: SweepReadings
  readonly #resurrection: Resurrection
  readonly #tallies = new ClassTallies()
  readonly #primaryPlace: number
  readonly #lost: Count = { low: 0, high: 0 }
  readonly #stranded: Count = { low: 0, high: 0 }
  readonly #unresolved: Count = { low: 0, high: 0 }
  readonly #phantoms: Phantoms
  readonly #resurrected = new Set<Register>()
  /** Acknowledgements just before each fault that takes a Region away. */
  readonly #recent: Micros[] = []
  readonly #writesBefore = new Map<string, number>()
  #cutoverAt: Micros | undefined
  #cutoverExpected = false
  #readings = 0
  #unread = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = {
      fold,
      lines: ['fault', 'mark'],
      purposes: ['cutover-read', 'final-read'],
      answered: ['writes', 'readings'],
    }
    this.#primaryPlace = fold.header.regions.findIndex(({ name: own }) => own === fold.primary)
    this.#cutover = new SweepReadings(fold, 'first')
    this.#final = new SweepReadings(fold, 'last')
    this.#resurrection = new Resurrection(fold)
    this.#phantoms = new Phantoms(fold, (attempt, reading) => this.#phantom(attempt, reading))
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    const { attempt } = fold
    if (attempt !== undefined) this.#take(attempt)
    else if (line.type === 'fault') this.#onFault(line)
    else if (line.type === 'mark' && line.name === 'cutover-read-start') {
      this.#cutoverExpected = true
    }
  }

  #onFault(line: FaultLine): void {
    if (line.phase !== 'apply' || !takesAway(line, this.#fold.disaster.route)) return
    const since = line.at - windowMicros
    this.#writesBefore.set(line.fault, this.#recent.filter((end) => end >= since).length)
  }

  #take(attempt: Attempt): void {
    const { acknowledged, readings } = this.#fold
    const { invoke } = attempt
    if (acknowledged > 0) {
      this.#recent.push(attempt.end)
      if (this.#recent.length > windowWritesMin) this.#recent.shift()
    }
    if (invoke.writes !== undefined) this.#phantoms.onAttempt(attempt)
    if (invoke.purpose === 'cutover-read') this.#takeCutover(attempt)
    if (invoke.purpose === 'final-read') this.#final.take(attempt, readings)
    for (const reading of readings) this.#look(attempt, reading)
  }

  #takeCutover(attempt: Attempt): void {
    const { cutover } = this.#fold.disaster
    if (cutover === undefined) return
    if (cutover.at !== this.#cutoverAt) this.#cutover.clear()
    this.#cutoverAt = cutover.at
    if (attempt.invoke.region !== cutover.region || attempt.inv < cutover.at) return
    this.#cutover.take(attempt, this.#fold.readings)
  }

  #look(attempt: Attempt, reading: Reading): void {
    const { register } = reading
    this.#readings += 1
    this.#phantoms.onReading(attempt, reading)
    if (register.kind !== 'existence') return
    const undone = this.#resurrection.take(attempt, reading)
    if (undone === undefined || this.#resurrected.has(register)) return
    this.#resurrected.add(register)
    const { region } = attempt.invoke
    this.#findings.add({
      kind: 'resurrected',
      measurement: `${name}.resurrected`,
      user: register.user.name,
      region,
      at: attempt.end,
      operation: this.#fold.registers.operationId(undone.operation),
      message: `user ${register.user.name} is back in ${region} after the delete that was acknowledged at ${toMillis(undone.end)} ms`,
    })
  }

  #phantom(attempt: Attempt, { register }: Reading): void {
    const { operation, region } = attempt.invoke
    this.#findings.add({
      kind: 'phantom',
      measurement: `${name}.phantoms`,
      user: register.user.name,
      region,
      at: attempt.end,
      operation,
      message: `${register.name} shows a value in ${region} that nobody wrote`,
    })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const register of fold.registers.each()) this.#judgeRegister(register)
    return resultOf(name, fold, {
      figures: [...this.#finalFigures(), ...this.#cutoverFigures()],
      findings: this.#findings,
      evidence: {
        acknowledgedWrites: this.#tallies.all.acknowledged,
        cutoverReads: this.#cutover.count,
        finalReads: this.#final.count,
        readings: this.#readings,
        registers: fold.registers.count,
        registersNotReadAtCutover: this.#unread,
      },
    })
  }

  #judgeRegister(register: Register): void {
    const fold = this.#fold
    const writes = fold.registers.writesOf(register)
    const acknowledged = writes.filter((write) => write.end !== Infinity)
    if (acknowledged.length === 0) return
    const { cutover } = fold.disaster
    const final = (region: RegionName): Shown =>
      this.#final.shown(register, writes, region, 'latest')
    const finals = fold.header.regions.map((region) => final(region.name))
    const views: RegisterViews = {
      writes,
      cutover:
        cutover === undefined || this.#cutover.count === 0
          ? undefined
          : this.#cutover.shown(register, writes, cutover.region, 'plausible'),
      authority: finals[this.#primaryPlace] ?? final(fold.primary),
      finals,
      allSwept: fold.header.regions.every((region) => this.#final.has(region.name)),
    }
    if (views.cutover?.kind === 'unread') this.#unread += 1
    for (const write of acknowledged) this.#judgeWrite(register, write, views)
  }

  #judgeWrite(register: Register, write: Write, views: RegisterViews): void {
    const missing = this.#missing(write, views.cutover)
    const lost = before(write, views.authority)
    this.#tallies.add(write, missing)
    count(this.#lost, lost)
    if (!missing.high && !lost.low) return
    const stranded = {
      low: views.finals.every((shown) => isShown(write, shown, 'certainly')),
      high: views.allSwept && views.finals.every((shown) => isShown(write, shown, 'possibly')),
    }
    const unresolved = {
      low: missing.low && !lost.high && !stranded.high,
      high: missing.high && !lost.low && !stranded.low,
    }
    count(this.#stranded, {
      low: missing.low && stranded.low && !lost.high,
      high: missing.high && stranded.high && !lost.low,
    })
    count(this.#unresolved, unresolved)
    if (lost.low) this.#report('lost', register, write, views.authority)
    else if (missing.low && views.cutover !== undefined) {
      this.#report(unresolved.low ? 'unresolved' : 'missing', register, write, views.cutover)
    }
  }

  /** Missing(x): low are the writes after what was shown, high adds those concurrent with it. */
  #missing(write: Write, shown: Shown | undefined): Bounds {
    if (shown === undefined || shown.kind === 'gone') return neither
    if (shown.kind === 'shown') return before(write, shown)
    const { disturbances, header } = this.#fold
    const replicated = write.end + header.declared.lagMillisMax * 1_000 < disturbances.firstStart
    return { low: false, high: !replicated && write.inv < this.#cutover.lastEnd }
  }

  #report(
    kind: 'lost' | 'missing' | 'unresolved',
    register: Register,
    write: Write,
    shown: Shown,
  ): void {
    const region =
      kind === 'lost' ? this.#fold.primary : (this.#fold.disaster.cutover?.region ?? '')
    const { user } = register
    const measurement =
      kind === 'missing' ? `missingOperations.${write.dataClass}` : `${kind}Operations`
    this.#findings.add({
      kind,
      measurement: `${name}.${measurement}`,
      user: user.name,
      region,
      at: shown.kind === 'shown' ? shown.end : write.end,
      operation: this.#fold.registers.operationId(write.operation),
      message: `${register.name}: the write of user ${user.name} that was acknowledged at ${toMillis(write.end)} ms ${sentence[kind]} ${region}`,
    })
  }

  #finalFigures(): Figure[] {
    const authorityRead = this.#final.has(this.#fold.primary)
    const samples = authorityRead ? this.#tallies.all.acknowledged : 0
    const inconclusive = authorityRead
      ? undefined
      : `the primary ${this.#fold.primary} was not read at the end`
    return [
      { name: 'lostOperations', ...this.#lost, samples, inconclusive, grows: true },
      exact('phantoms', this.#phantoms.count, this.#readings),
      exact('resurrected', this.#resurrected.size, this.#readings),
    ]
  }

  /** Only where there was a cutover to look at: a history without one says nothing of loss. */
  #cutoverFigures(): Figure[] {
    const { disaster } = this.#fold.disaster
    if (this.#cutover.count === 0 && disaster === undefined && !this.#cutoverExpected) return []
    const nothingRead =
      this.#cutover.count === 0 ? 'the replica was not read after the cutover' : undefined
    const samples = nothingRead === undefined ? this.#tallies.all.acknowledged : 0
    const part = (title: string, value: Count): Figure => ({
      name: title,
      ...value,
      samples,
      inconclusive: nothingRead,
      grows: true,
    })
    const figures = [
      part('missingOperations', this.#tallies.all),
      part('strandedOperations', this.#stranded),
      part('unresolvedOperations', this.#unresolved),
      this.#lossFigure('observedLossSeconds', this.#tallies.all, nothingRead),
    ]
    for (const [dataClass, tally] of this.#tallies.byClass) {
      const unseen =
        tally.acknowledged === 0 ? `no write of class ${dataClass} was acknowledged` : nothingRead
      figures.push({
        ...part(`missingOperations.${dataClass}`, tally),
        samples: nothingRead === undefined ? tally.acknowledged : 0,
        inconclusive: unseen,
      })
      figures.push(this.#lossFigure(`observedLossSeconds.${dataClass}`, tally, unseen))
    }
    return figures
  }

  #lossFigure(title: string, tally: LossTally, unseen: string | undefined): Figure {
    const { disaster } = this.#fold.disaster
    if (disaster === undefined) {
      const inconclusive = unseen ?? 'no verified loss of a Region was answered by a cutover'
      return { name: title, low: 0, high: Infinity, samples: 0, inconclusive }
    }
    const window = this.#writesBefore.get(disaster.fault) ?? 0
    const idle =
      tally.high === 0 && window < windowWritesMin
        ? `only ${window} writes were acknowledged in the second before the disaster; ${windowWritesMin} are needed`
        : undefined
    return {
      name: title,
      ...tally.lossSeconds(disaster),
      samples: unseen === undefined ? tally.acknowledged : 0,
      inconclusive: unseen ?? idle,
      timed: { from: disaster.start - windowMicros, to: disaster.end },
    }
  }
}

const sentence = {
  lost: 'is gone for good from',
  missing: 'was not shown after the cutover by',
  unresolved: 'was not shown after the cutover, and nobody knows what became of it, by',
} as const

/** Is what was shown older than the write: certainly, possibly? Later writes are not expected. */
function before(write: Write, shown: Shown): Bounds {
  if (shown.kind !== 'shown' || shows(shown.position, write) || write.inv >= shown.end) {
    return neither
  }
  return isBefore(shown.position, write) && write.end < shown.inv ? certainly : possibly
}

/** Does a Region show the write or a later one? A user who is gone needs nothing else. */
function isShown(write: Write, shown: Shown, how: 'certainly' | 'possibly'): boolean {
  if (shown.kind === 'unread') return how === 'possibly'
  if (shown.kind === 'gone') return true
  return how === 'certainly' ? shows(shown.position, write) : !isBefore(shown.position, write)
}

function count(total: Count, one: Bounds): void {
  if (one.low) total.low += 1
  if (one.high) total.high += 1
}

function exact(title: string, value: number, samples: number): Figure {
  return { name: title, low: value, high: value, samples, grows: true }
}
