import type { CompletionLine, EventLine, FaultLine, InvokeLine } from '../../history/line.ts'
import {
  type DataClass,
  dataClassOf,
  parseRegister,
  type RegisterKind,
  type RegisterName,
  type RegisterValue,
} from '../../history/operation.ts'
import { primary } from './history-builder.ts'

/** A write in the plainest form. `outcome` as recorded; what was never answered is `info`. */
export interface PlainWrite {
  readonly operation: string
  readonly register: RegisterName
  readonly value: RegisterValue
  readonly inv: number
  readonly end: number
  /** When the answer was written down; ∞ if it never was. */
  readonly answeredAt: number
  readonly outcome: 'ok' | 'fail' | 'info'
  readonly dataClass: DataClass
}

/** The value that nobody wrote: it ended before everything. */
export const initial: PlainWrite = {
  operation: '',
  register: '',
  value: null,
  inv: -Infinity,
  end: -Infinity,
  answeredAt: -Infinity,
  outcome: 'ok',
  dataClass: 'profile',
}

/** One register that one answer showed. */
export interface PlainReading {
  readonly operation: string
  readonly process: number
  readonly user: string
  readonly region: string
  readonly purpose: string
  readonly register: RegisterName
  readonly kind: RegisterKind
  readonly value: RegisterValue
  readonly inv: number
  readonly end: number
  readonly routed: boolean
}

/** A history as lists: what brute-force oracles enumerate. It shares no code with the folds. */
export interface PlainHistory {
  readonly lines: readonly EventLine[]
  readonly writes: readonly PlainWrite[]
  readonly readings: readonly PlainReading[]
  readonly faults: readonly FaultLine[]
  readonly lastAt: number
}

/** Spreads a history out. */
export function plainHistory(lines: readonly EventLine[]): PlainHistory {
  const invocations = lines.filter((line): line is InvokeLine => line.type === 'invoke')
  const answers = new Map(
    lines
      .filter((line): line is CompletionLine => ['ok', 'fail', 'info'].includes(line.type))
      .map((line) => [line.operation, line]),
  )
  const writes = invocations.flatMap((invoke) => {
    const answer = answers.get(invoke.operation)
    const outcome = answer?.type ?? 'info'
    return (invoke.writes ?? []).map((write) => ({
      operation: invoke.operation,
      register: write.register,
      value: write.value === 'deleted' ? null : write.value,
      inv: invoke.at,
      end: outcome === 'info' ? Infinity : (answer?.at ?? Infinity),
      answeredAt: answer?.at ?? Infinity,
      outcome,
      dataClass: dataClassOf(write, invoke.function),
    }))
  })
  const readings = invocations.flatMap((invoke) => {
    const answer = answers.get(invoke.operation)
    if (answer === undefined || answer.type === 'info') return []
    return (answer.observed ?? []).map(({ register, value }) => ({
      operation: invoke.operation,
      process: invoke.process,
      user: invoke.user,
      region: invoke.region,
      purpose: invoke.purpose,
      register,
      kind: parseRegister(register).kind,
      value: value === 'deleted' ? null : value,
      inv: invoke.at,
      end: answer.at,
      routed: routeAt(lines, invoke.at) === invoke.region,
    }))
  })
  return {
    lines,
    writes,
    readings: readings.sort((a, b) => a.end - b.end),
    faults: lines.filter((line): line is FaultLine => line.type === 'fault'),
    lastAt: lines.at(-1)?.at ?? 0,
  }
}

/** Where clients are routed to at a moment. */
export function routeAt(lines: readonly EventLine[], at: number): string {
  let region = primary
  for (const line of lines) if (line.type === 'route' && line.at <= at) region = line.region
  return region
}

/** a < b: a ended before b began. */
export function precedes(a: { readonly end: number }, b: { readonly inv: number }): boolean {
  return a.end < b.inv
}

/** A: the acknowledged writes of a register. */
export function acknowledged(history: PlainHistory, register: RegisterName): PlainWrite[] {
  return history.writes.filter((write) => write.register === register && write.outcome === 'ok')
}

/**
 * Writes that a reading may show, the initial value among them: of A and I, those that began
 * before it ended. What is refused later is still under way at that moment (`now`).
 */
export function candidates(
  history: PlainHistory,
  reading: Pick<PlainReading, 'register' | 'value' | 'end'>,
  when: 'now' | 'afterwards',
): PlainWrite[] {
  const fitting = history.writes.filter(
    (write) =>
      write.register === reading.register &&
      write.value === reading.value &&
      write.inv < reading.end &&
      (write.outcome !== 'fail' || (when === 'now' && write.answeredAt > reading.end)),
  )
  return reading.value === null ? [initial, ...fitting] : fitting
}

/** Deletes of a user that may have taken effect before a moment. */
export function deletesBefore(
  history: PlainHistory,
  user: string,
  end: number,
  when: 'now' | 'afterwards',
): PlainWrite[] {
  const reading = { register: `${user}/existence`, value: null, end }
  return candidates(history, reading, when).filter((write) => write !== initial)
}

/** Nothing follows from an initial value of a user who may have been deleted. */
export function saysNothing(history: PlainHistory, reading: PlainReading): boolean {
  return (
    reading.value === null &&
    reading.kind !== 'existence' &&
    deletesBefore(history, parseRegister(reading.register).user, reading.end, 'now').length > 0
  )
}

/** Disturbances of replication as [start, end]. */
export function disturbances(history: PlainHistory): readonly (readonly [number, number])[] {
  const { lines, faults } = history
  return faults
    .filter((line) => line.phase === 'apply')
    .filter((line) => line.effects.some((entry) => entry.effect !== 'clients-disturbed'))
    .map((apply) => {
      const healed = faults.find(
        (line) => line.fault === apply.fault && line.phase === 'heal-verified',
      )
      const settled = lines.find(
        (line) =>
          line.type === 'mark' && line.name === 'settled' && line.at > (healed?.at ?? Infinity),
      )
      return [apply.at, settled?.at ?? Infinity] as const
    })
}

/** Start, end and answer of the disaster. */
export interface PlainDisaster {
  readonly start: number
  readonly end: number
  readonly cutoverAt: number
  readonly region: string
}

/** The first switch of the route, and the disaster that it answers. */
export function plainDisaster(history: PlainHistory): {
  readonly disaster: PlainDisaster | undefined
  readonly cutover: { readonly at: number; readonly region: string } | undefined
} {
  const { lines, faults } = history
  let cutover: { at: number; region: string } | undefined
  for (const line of lines) {
    if (line.type !== 'route') continue
    const before = routeAt(lines, line.at - 1)
    if (before === line.region) continue
    cutover ??= { at: line.at, region: line.region }
    const phaseAt = (fault: string, phase: string): number =>
      faults.find((entry) => entry.fault === fault && entry.phase === phase)?.at ?? Infinity
    const inForce = faults.find(
      (apply) =>
        apply.phase === 'apply' &&
        apply.effects.some(
          (entry) => entry.effect === 'region-unavailable' && entry.region === before,
        ) &&
        phaseAt(apply.fault, 'verified') < line.at &&
        phaseAt(apply.fault, 'heal') > line.at,
    )
    if (inForce === undefined) continue
    const answer = { at: line.at, region: line.region }
    const end = phaseAt(inForce.fault, 'verified')
    const disaster = { start: inForce.at, end, cutoverAt: line.at, region: line.region }
    return { disaster, cutover: answer }
  }
  return { disaster: undefined, cutover }
}

/** By the declared lag before any disturbance, or by agreement, a write was everywhere. */
export function arrivedBy(
  history: PlainHistory,
  end: number,
  { inv, answeredAt }: { readonly inv: number; readonly answeredAt: number },
): boolean {
  const begun = disturbances(history).map(([start]) => start)
  const settled = history.lines.findLast(
    (line) => line.type === 'mark' && line.name === 'settled' && line.at < answeredAt,
  )
  const restarted = history.lines.some(
    (line) =>
      line.type === 'mark' &&
      line.name === 'settle-start' &&
      line.at > (settled?.at ?? Infinity) &&
      line.at < answeredAt,
  )
  const settledAt = restarted ? Infinity : (settled?.at ?? Infinity)
  return end + 100_000 < Math.min(inv, ...begun) || (settledAt < inv && end < settledAt)
}
