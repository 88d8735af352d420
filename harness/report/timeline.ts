import type {
  CompletionLine,
  EventLine,
  FaultLine,
  HeaderLine,
  InvokeLine,
  MarkName,
} from '../history/line.ts'
import type { OperationId, Purpose, RegionName } from '../history/operation.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Micros } from '../kernel/time.ts'
import { LatencyTally } from './latency-tally.ts'

/** Completed operations of one lane in one stretch of time. */
export interface TimelineBin {
  ok: number
  fail: number
  info: number
  /** Reads of the harness's own: sweeps and lag probes. */
  reads: number
  /** Answer times of what users and probes did, where the answer was `ok`. */
  readonly latency: LatencyTally
}

/** One operation of users or probes, where there are few enough to draw each. */
export interface TimelineSingle {
  readonly operation: OperationId
  readonly text: string
  readonly start: Micros
  readonly end: Micros
  readonly outcome: CompletionLine['type']
}

/** Where operations were sent to: a Region, a relying party, a router. */
export interface TimelineLane {
  readonly name: RegionName
  readonly role: 'primary' | 'replica' | 'application' | 'node'
  readonly bins: readonly TimelineBin[]
  /** Absent where there are too many of them in the history. */
  readonly singles?: readonly TimelineSingle[]
}

export interface TimelineFault {
  readonly fault: string
  readonly kind: string
  readonly regions: readonly RegionName[]
  /** Regions that it made unavailable. */
  readonly unavailable: readonly RegionName[]
  readonly start: Micros
  /** Where the heal was verified; the end of the history where it never was. */
  readonly end: Micros
  readonly healed: boolean
}

export interface TimelineMoment {
  readonly at: Micros
  readonly text: string
}

/** Where the clients went, and from when on. */
export interface TimelineRoute {
  readonly at: Micros
  readonly region: RegionName
}

/** A history as a picture needs it: bounded, whatever the length of the history. */
export interface Timeline {
  readonly duration: Micros
  readonly binMicros: Micros
  readonly operations: number
  readonly lanes: readonly TimelineLane[]
  readonly faults: readonly TimelineFault[]
  readonly routes: readonly TimelineRoute[]
  readonly moments: readonly TimelineMoment[]
}

export interface TimelineFold {
  step(line: EventLine): void
  finish(): Timeline
}

const binsMax = 240
const faultsMax = 12
const momentsMax = 24
const routesMax = 48
const lanesMax = 10
/** Up to so many operations of users and probes, each is drawn by itself. */
const singlesMax = 240
const firstBinMicros = 1_000

const harnessPurposes: ReadonlySet<Purpose> = new Set([
  'lag-probe',
  'cutover-read',
  'settle-read',
  'final-read',
])

/** True for reads that the harness makes to learn what is there. */
export function isHarnessRead(purpose: Purpose): boolean {
  return harnessPurposes.has(purpose)
}

/** Moments that a reader wants to see. */
const markWords: Readonly<Partial<Record<MarkName, string>>> = {
  'cutover-read-start': 'cutover read',
  'writers-stopped': 'writers stopped',
  settled: 'both agree',
  'settle-expired': 'settle bound over',
}

interface Lane {
  readonly role: TimelineLane['role']
  readonly bins: TimelineBin[]
  readonly singles: TimelineSingle[]
}

/** Folds the lines of one history into a timeline in bounded space. */
export function foldTimeline(header: Pick<HeaderLine, 'regions' | 'relyingParties'>): TimelineFold {
  return new Folding(header)
}

class Folding implements TimelineFold {
  readonly #lanes = new Map<RegionName, Lane>()
  readonly #open = new Map<OperationId, InvokeLine>()
  readonly #faults = new Map<string, { line: FaultLine; end: Micros; healed: boolean }>()
  readonly #routes: TimelineRoute[] = []
  readonly #moments: TimelineMoment[] = []
  #binMicros = firstBinMicros
  #last: Micros = 0
  #singles = 0
  #operations = 0

  constructor(header: Pick<HeaderLine, 'regions' | 'relyingParties'>) {
    for (const { name, role } of header.regions) this.#lane(name, role)
    for (const { name } of header.relyingParties ?? []) this.#lane(name, 'application')
  }

  #lane(name: RegionName, role: TimelineLane['role']): Lane | undefined {
    const known = this.#lanes.get(name)
    if (known !== undefined || this.#lanes.size >= lanesMax) return known
    const lane = { role, bins: [], singles: [] }
    this.#lanes.set(name, lane)
    return lane
  }

  step(line: EventLine): void {
    this.#last = Math.max(this.#last, line.at)
    while (this.#last / this.#binMicros >= binsMax) this.#widen()
    if (line.type === 'invoke') this.#open.set(line.operation, line)
    else if (line.type === 'ok' || line.type === 'fail' || line.type === 'info') this.#end(line)
    else if (line.type === 'fault') this.#fault(line)
    else if (line.type === 'route') {
      if (this.#routes.length < routesMax) this.#routes.push({ at: line.at, region: line.region })
    } else if (line.type === 'mark') {
      const text = line.name === 'moment' ? line.detail : markWords[line.name]
      if (text !== undefined) this.#note(line.at, text)
    } else if (line.type === 'casualty')
      this.#note(
        line.at,
        `${line.name} ${line.by === undefined ? 'died' : 'was ended'}: ${line.how}`,
      )
  }

  #end(line: CompletionLine): void {
    const invoke = this.#open.get(line.operation)
    this.#open.delete(line.operation)
    if (invoke === undefined) return
    this.#operations += 1
    const lane = this.#lane(invoke.region, 'node')
    if (lane === undefined) return
    const bin = binAt(lane.bins, Math.floor(line.at / this.#binMicros))
    if (isHarnessRead(invoke.purpose)) {
      bin.reads += 1
      return
    }
    bin[line.type] += 1
    if (line.type === 'ok') bin.latency.add(line.at - invoke.at)
    this.#singles += 1
    if (this.#singles > singlesMax) return
    lane.singles.push({
      operation: line.operation,
      text: `${invoke.function} of ${invoke.user}`,
      start: invoke.at,
      end: line.at,
      outcome: line.type,
    })
  }

  #fault(line: FaultLine): void {
    const known = this.#faults.get(line.fault)
    if (known === undefined) {
      if (this.#faults.size >= faultsMax) return
      this.#faults.set(line.fault, { line, end: Infinity, healed: false })
      return
    }
    if (line.phase === 'healed' || line.phase === 'heal-verified') {
      known.end = line.at
      known.healed = true
    }
  }

  #note(at: Micros, text: string): void {
    if (this.#moments.length < momentsMax) this.#moments.push({ at, text })
  }

  #widen(): void {
    this.#binMicros *= 2
    for (const { bins } of this.#lanes.values()) halve(bins)
  }

  finish(): Timeline {
    const few = this.#singles <= singlesMax
    const lanes = [...this.#lanes].map(([name, { role, bins, singles }]) => ({
      name,
      role,
      bins,
      ...(few ? { singles } : {}),
    }))
    return {
      duration: Math.max(this.#last, 1),
      binMicros: this.#binMicros,
      operations: this.#operations,
      lanes: lanes.filter(({ role, bins }) => role !== 'application' || bins.length > 0),
      faults: [...this.#faults].map(([fault, { line, end, healed }]) => ({
        fault,
        kind: line.kind,
        regions: [...new Set(line.effects.map((effect) => effect.region))],
        unavailable: line.effects
          .filter(({ effect }) => effect === 'region-unavailable')
          .map(({ region }) => region),
        start: line.at,
        end: Math.min(end, this.#last),
        healed,
      })),
      routes: this.#routes,
      moments: this.#moments,
    }
  }
}

/** The timeline of a history that is in memory. */
export function timelineOf(
  header: Pick<HeaderLine, 'regions' | 'relyingParties'>,
  lines: Iterable<EventLine>,
): Timeline {
  const fold = foldTimeline(header)
  for (const line of lines) fold.step(line)
  return fold.finish()
}

function binAt(bins: TimelineBin[], index: number): TimelineBin {
  while (bins.length <= index) {
    bins.push({ ok: 0, fail: 0, info: 0, reads: 0, latency: new LatencyTally() })
  }
  const bin = bins[index]
  invariant(bin, `no bin ${index}`)
  return bin
}

/** Joins each two neighbours. */
function halve(bins: TimelineBin[]): void {
  const halved: TimelineBin[] = []
  for (const [index, bin] of bins.entries()) {
    const into = binAt(halved, Math.floor(index / 2))
    into.ok += bin.ok
    into.fail += bin.fail
    into.info += bin.info
    into.reads += bin.reads
    into.latency.join(bin.latency)
  }
  bins.splice(0, bins.length, ...halved)
}
