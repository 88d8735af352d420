import type { EventLine, FaultLine, HeaderLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { invariant } from '../kernel/invariant.ts'
import type { Micros } from '../kernel/time.ts'

/** Completed operations of one Region in one stretch of time. */
export interface TimelineBucket {
  ok: number
  fail: number
  info: number
}

export interface TimelineFault {
  readonly fault: string
  readonly kind: string
  readonly regions: readonly RegionName[]
  readonly start: Micros
  /** Where the heal was verified; the end of the history where it never was. */
  readonly end: Micros
}

export interface TimelineMoment {
  readonly at: Micros
  readonly text: string
}

/** A history as a picture needs it: bounded, whatever the length of the history. */
export interface Timeline {
  readonly duration: Micros
  readonly bucketMicros: Micros
  readonly regions: readonly {
    readonly name: RegionName
    readonly buckets: readonly TimelineBucket[]
  }[]
  readonly faults: readonly TimelineFault[]
  readonly moments: readonly TimelineMoment[]
}

export interface TimelineFold {
  step(line: EventLine): void
  finish(): Timeline
}

const bucketsMax = 160
const faultsMax = 12
const momentsMax = 24
const firstBucketMicros = 1_000

/** Folds the lines of one history into a timeline in constant space. */
export function foldTimeline(header: Pick<HeaderLine, 'regions'>): TimelineFold {
  const lanes = new Map(header.regions.map(({ name }) => [name, [] as TimelineBucket[]]))
  const open = new Map<string, RegionName>()
  const faults = new Map<string, { line: FaultLine; end: Micros | undefined }>()
  const moments: TimelineMoment[] = []
  let bucketMicros = firstBucketMicros
  let last: Micros = 0
  const widen = (at: Micros): void => {
    while (at / bucketMicros >= bucketsMax) {
      bucketMicros *= 2
      for (const lane of lanes.values()) halve(lane)
    }
  }
  const note = (at: Micros, text: string): void => {
    if (moments.length < momentsMax) moments.push({ at, text })
  }
  const step = (line: EventLine): void => {
    last = Math.max(last, line.at)
    widen(line.at)
    if (line.type === 'invoke') open.set(line.operation, line.region)
    else if (line.type === 'ok' || line.type === 'fail' || line.type === 'info') {
      const region = open.get(line.operation)
      open.delete(line.operation)
      const lane = region === undefined ? undefined : lanes.get(region)
      if (lane) bucketAt(lane, Math.floor(line.at / bucketMicros))[line.type] += 1
    } else if (line.type === 'fault') {
      const known = faults.get(line.fault)
      if (!known && faults.size < faultsMax) faults.set(line.fault, { line, end: undefined })
      if (known && (line.phase === 'healed' || line.phase === 'heal-verified')) known.end = line.at
    } else if (line.type === 'route' && line.previous !== null) {
      note(line.at, `clients → ${line.region}`)
    } else if (line.type === 'mark' && line.name !== 'note') note(line.at, line.name)
  }
  const finish = (): Timeline => ({
    duration: Math.max(last, 1),
    bucketMicros,
    regions: [...lanes].map(([name, buckets]) => ({ name, buckets })),
    faults: [...faults].map(([fault, { line, end }]) => ({
      fault,
      kind: line.kind,
      regions: [...new Set(line.effects.map((effect) => effect.region))],
      start: line.at,
      end: end ?? last,
    })),
    moments,
  })
  return { step, finish }
}

/** The timeline of a history that is in memory. */
export function timelineOf(
  header: Pick<HeaderLine, 'regions'>,
  lines: Iterable<EventLine>,
): Timeline {
  const fold = foldTimeline(header)
  for (const line of lines) fold.step(line)
  return fold.finish()
}

function bucketAt(lane: TimelineBucket[], index: number): TimelineBucket {
  while (lane.length <= index) lane.push({ ok: 0, fail: 0, info: 0 })
  const bucket = lane[index]
  invariant(bucket, `no bucket ${index}`)
  return bucket
}

/** Joins each two neighbours. */
function halve(lane: TimelineBucket[]): void {
  const halved: TimelineBucket[] = []
  for (const [index, bucket] of lane.entries()) {
    const into = bucketAt(halved, Math.floor(index / 2))
    into.ok += bucket.ok
    into.fail += bucket.fail
    into.info += bucket.info
  }
  lane.splice(0, lane.length, ...halved)
}
