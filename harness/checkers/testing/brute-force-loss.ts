import {
  type DataClass,
  dataClasses,
  parseRegister,
  type RegisterName,
} from '../../history/operation.ts'
import type { BruteForce } from './brute-force.ts'
import { primary, replica } from './history-builder.ts'
import {
  acknowledged,
  candidates,
  deletesBefore,
  disturbances,
  initial,
  type PlainDisaster,
  type PlainHistory,
  type PlainReading,
  type PlainWrite,
  plainDisaster,
  precedes,
} from './plain-history.ts'

const declaredLag = 100_000

type View =
  | { readonly kind: 'gone' | 'unread' }
  | {
      readonly kind: 'shown'
      readonly fits: readonly PlainWrite[]
      readonly inv: number
      readonly end: number
    }

type Choice = 'plausible' | 'latest'

/** The data-loss checker by enumeration of writes. */
export function bruteForceLoss(history: PlainHistory): BruteForce {
  const findings = new Set<string>()
  const total = { lost: pair(), stranded: pair(), unresolved: pair() }
  const missing: MissingWrite[] = []
  const { disaster, cutover } = plainDisaster(history)
  const cutoverReads = history.lines.filter(
    (line) =>
      line.type === 'invoke' &&
      line.purpose === 'cutover-read' &&
      cutover !== undefined &&
      line.region === cutover.region &&
      line.at >= cutover.at &&
      isOk(history, line.operation),
  )
  const atCutover = (reading: { purpose: string; region: string; inv: number }): boolean =>
    reading.purpose === 'cutover-read' &&
    reading.region === cutover?.region &&
    reading.inv >= (cutover?.at ?? Infinity)
  const lastCutoverEnd = Math.max(
    -Infinity,
    ...cutoverReads.map((line) => answeredAt(history, 'operation' in line ? line.operation : '')),
  )
  for (const write of history.writes.filter((entry) => entry.outcome === 'ok')) {
    const cut =
      cutoverReads.length === 0 ? undefined : view(history, write.register, 'plausible', atCutover)
    const final = (region: string): View =>
      view(
        history,
        write.register,
        'latest',
        (reading) => reading.purpose === 'final-read' && reading.region === region,
      )
    const authority = final(primary)
    const views = [authority, final(replica)]
    const gap = missingIn(history, write, cut, lastCutoverEnd)
    missing.push({ write, ...gap })
    const lost = olderThan(write, authority)
    const certain = views.every((shown) => showsIt(write, shown, 'certainly'))
    const possible =
      [primary, replica].every((region) => isSwept(history, region)) &&
      views.every((shown) => shown.kind === 'unread' || showsIt(write, shown, 'possibly'))
    tally(total.lost, lost.low, lost.high)
    tally(total.stranded, gap.low && certain && !lost.high, gap.high && possible && !lost.low)
    const unresolved = gap.low && !lost.high && !possible
    tally(total.unresolved, unresolved, gap.high && !lost.low && !certain)
    if (lost.low) findings.add(`lost ${write.operation}`)
    else if (gap.low) findings.add(`${unresolved ? 'unresolved' : 'missing'} ${write.operation}`)
  }
  const phantoms = phantomsOf(history, findings)
  const back = resurrectionsOf(history, findings)
  return {
    values: {
      'data-loss.lostOperations': total.lost,
      'data-loss.phantoms': [phantoms, phantoms],
      'data-loss.resurrected': [back, back],
      ...(cutoverReads.length === 0 ? {} : lossValues(missing, total, disaster)),
    },
    findings,
  }
}

interface MissingWrite {
  readonly write: PlainWrite
  readonly low: boolean
  readonly high: boolean
}

/** Counts and seconds of loss, of all data and by class. */
function lossValues(
  missing: readonly MissingWrite[],
  total: { readonly stranded: [number, number]; readonly unresolved: [number, number] },
  disaster: PlainDisaster | undefined,
): Record<string, readonly [number, number]> {
  const values: Record<string, readonly [number, number]> = {
    'data-loss.strandedOperations': total.stranded,
    'data-loss.unresolvedOperations': total.unresolved,
  }
  for (const dataClass of [undefined, ...dataClasses]) {
    const name = dataClass === undefined ? '' : `.${dataClass}`
    const mine = missing.filter(({ write }) => isOf(write, dataClass))
    const low = mine.filter((entry) => entry.low).map(({ write }) => write)
    const high = mine.filter((entry) => entry.high).map(({ write }) => write)
    values[`data-loss.missingOperations${name}`] = [low.length, high.length]
    if (disaster === undefined) continue
    const oldestLow = Math.min(...low.map((write) => write.end))
    const oldestHigh = Math.min(...high.map((write) => write.inv))
    values[`data-loss.observedLossSeconds${name}`] = [
      Math.max(0, (disaster.start - oldestLow) / 1_000_000),
      Math.max(0, (disaster.end - oldestHigh) / 1_000_000),
    ]
  }
  return values
}

function missingIn(
  history: PlainHistory,
  write: PlainWrite,
  shown: View | undefined,
  lastCutoverEnd: number,
): { low: boolean; high: boolean } {
  if (shown === undefined || shown.kind === 'gone') return { low: false, high: false }
  if (shown.kind === 'shown') return olderThan(write, shown)
  return { low: false, high: !replicated(history, write) && write.inv < lastCutoverEnd }
}

/** Replicated by declaration before anything was disturbed. */
function replicated(history: PlainHistory, write: PlainWrite): boolean {
  const first = Math.min(Infinity, ...disturbances(history).map(([start]) => start))
  return write.end + declaredLag < first
}

function view(
  history: PlainHistory,
  register: RegisterName,
  choice: Choice,
  belongs: (reading: { purpose: string; region: string; inv: number }) => boolean,
): View {
  const { user, kind } = parseRegister(register)
  const pick = (name: RegisterName): PlainReading | undefined => {
    const mine = history.readings.filter((entry) => belongs(entry) && entry.register === name)
    return choice === 'plausible' ? mine[0] : mine.at(-1)
  }
  const seen = pick(register)
  const existence = kind === 'existence' ? undefined : pick(`${user}/existence`)
  if (existence?.value === null && (seen === undefined || seen.value === null)) {
    if (deletesBefore(history, user, existence.end, 'afterwards').length > 0) {
      const fits = plausible(history, existence, choice)
      return { kind: fits.includes(initial) && choice === 'plausible' ? 'unread' : 'gone' }
    }
    return { kind: 'shown', fits: [initial], inv: existence.inv, end: existence.end }
  }
  if (seen === undefined) {
    return kind === 'password' ? refusedView(history, user, belongs) : { kind: 'unread' }
  }
  const isGone = deletesBefore(history, user, seen.end, 'afterwards').length > 0
  if (seen.value === null && kind !== 'existence' && isGone) return { kind: 'unread' }
  const fits = plausible(history, seen, choice)
  return fits.length === 0
    ? { kind: 'unread' }
    : { kind: 'shown', fits, inv: seen.inv, end: seen.end }
}

/** The writes that a sweep's reading is taken to show. */
function plausible(history: PlainHistory, seen: PlainReading, choice: Choice): PlainWrite[] {
  const fits = candidates(history, seen, 'afterwards')
  if (choice === 'latest') {
    return [...fits].sort((a, b) => (a.end === b.end ? a.inv - b.inv : a.end - b.end)).slice(-1)
  }
  const settled = acknowledged(history, seen.register).filter((write) => replicated(history, write))
  const left = fits.filter((write) => !settled.some((later) => precedes(write, later)))
  return left.length === 0 ? fits : left
}

/** Every password that may have been set was refused: none of them is there. */
function refusedView(
  history: PlainHistory,
  user: string,
  belongs: (reading: { purpose: string; region: string; inv: number }) => boolean,
): View {
  const refusals = history.lines.flatMap((line) => {
    if (line.type !== 'invoke' || line.function !== 'sign-in' || line.user !== user) return []
    if (!belongs({ purpose: line.purpose, region: line.region, inv: line.at })) return []
    const answer = history.lines.find(
      (entry) => entry.type === 'fail' && entry.operation === line.operation,
    )
    return answer === undefined
      ? []
      : [{ label: line.arguments.password, inv: line.at, end: answer.at }]
  })
  if (refusals.length === 0) return { kind: 'unread' }
  const end = Math.max(...refusals.map((refusal) => refusal.end))
  const possible = history.writes.filter(
    (write) =>
      write.register === `${user}/password` && write.outcome !== 'fail' && write.inv <= end,
  )
  const disables = history.writes.filter(
    (write) =>
      write.register === `${user}/enabled` &&
      write.value === 'disabled' &&
      write.outcome !== 'fail' &&
      write.inv <= end,
  )
  const all = possible.every((write) => refusals.some(({ label }) => label === write.operation))
  const isOut = disables.length > 0 || deletesBefore(history, user, end, 'afterwards').length > 0
  if (possible.length === 0 || !all || isOut) return { kind: 'unread' }
  const inv = Math.min(...refusals.map((refusal) => refusal.inv))
  return { kind: 'shown', fits: [initial], inv, end }
}

function olderThan(write: PlainWrite, shown: View): { low: boolean; high: boolean } {
  if (shown.kind !== 'shown') return { low: false, high: false }
  return {
    low: shown.fits.every((fits) => precedes(fits, write)) && write.end < shown.inv,
    high: !shown.fits.every((fits) => isOrFollows(fits, write)) && write.inv < shown.end,
  }
}

function showsIt(write: PlainWrite, shown: View, how: 'certainly' | 'possibly'): boolean {
  if (shown.kind !== 'shown') return shown.kind === 'gone'
  return how === 'certainly'
    ? shown.fits.every((fits) => isOrFollows(fits, write))
    : !shown.fits.every((fits) => precedes(fits, write))
}

function isOrFollows(fits: PlainWrite, write: PlainWrite): boolean {
  return fits.operation === write.operation || precedes(write, fits)
}

function phantomsOf(history: PlainHistory, findings: Set<string>): number {
  const phantoms = new Map<string, PlainReading>()
  for (const reading of history.readings) {
    const key = `${reading.register} ${reading.value}`
    if (reading.value === null || phantoms.has(key)) continue
    if (candidates(history, reading, 'afterwards').length === 0) phantoms.set(key, reading)
  }
  for (const reading of phantoms.values()) findings.add(`phantom ${reading.operation}`)
  return phantoms.size
}

function resurrectionsOf(history: PlainHistory, findings: Set<string>): number {
  const back = new Set<RegisterName>()
  const existence = history.readings.filter((reading) => reading.kind === 'existence')
  const isExpired = (at: number): boolean =>
    history.lines.some(
      (line) => line.type === 'mark' && line.name === 'settle-expired' && line.at < at,
    )
  for (const reading of existence) {
    if (reading.value === null || back.has(reading.register)) continue
    const fits = candidates(history, reading, 'now')
    const undone = acknowledged(history, reading.register)
      .filter((write) => write.value === null)
      .filter(
        (write) =>
          fits.length > 0 &&
          fits.every((shown) => precedes(shown, write)) &&
          precedes(write, reading) &&
          ((reading.purpose === 'final-read' &&
            (reading.region === primary || !isExpired(reading.end))) ||
            wasSeenGone(history, existence, reading, write)),
      )
      .sort((a, b) => a.end - b.end)[0]
    if (undone === undefined) continue
    back.add(reading.register)
    findings.add(`resurrected ${undone.operation}`)
  }
  return back.size
}

/** Some earlier read of the Region showed the user gone who had been there. */
function wasSeenGone(
  history: PlainHistory,
  existence: readonly PlainReading[],
  reading: PlainReading,
  write: PlainWrite,
): boolean {
  const here = existence.filter(
    (entry) => entry.register === reading.register && entry.region === reading.region,
  )
  return here.some(
    (gone) =>
      gone.value === null &&
      gone.end < reading.inv &&
      write.inv < gone.end &&
      (here.some((there) => there.value !== null && there.end < gone.inv) ||
        (reading.region === primary &&
          acknowledged(history, reading.register).some(
            (creation) => creation.value !== null && creation.end < gone.inv,
          ))),
  )
}

function isOf(write: PlainWrite, dataClass: DataClass | undefined): boolean {
  return dataClass === undefined || write.dataClass === dataClass
}

/** Somebody answered in the final reads of the Region. */
function isSwept({ lines, readings }: PlainHistory, region: string): boolean {
  if (readings.some((entry) => entry.purpose === 'final-read' && entry.region === region)) {
    return true
  }
  const answered = new Set(lines.flatMap((line) => (line.type === 'ok' ? [line.operation] : [])))
  return lines.some(
    (line) =>
      line.type === 'invoke' &&
      line.purpose === 'final-read' &&
      line.region === region &&
      answered.has(line.operation),
  )
}

function isOk(history: PlainHistory, operation: string): boolean {
  return history.lines.some((line) => line.type === 'ok' && line.operation === operation)
}

function answeredAt(history: PlainHistory, operation: string): number {
  const found = history.lines.find((line) => line.type === 'ok' && line.operation === operation)
  return found?.at ?? -Infinity
}

function pair(): [number, number] {
  return [0, 0]
}

function tally(total: [number, number], low: boolean, high: boolean): void {
  if (low) total[0] += 1
  if (high) total[1] += 1
}
