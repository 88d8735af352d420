import type { EventLine, HeaderLine, InvokeLine, MarkLine } from '../history/line.ts'
import type { MomentName } from '../history/moment.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun, Interval } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { ProbeSeries, runOf, type Service, steadyOf } from './fold/probe-series.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'

const name = 'game-day'

/** The population of canaries that are where the application's users are. */
export const clientsPopulation = 'clients'

/** An outage begins with so many failures in a row: one alone is weather. */
const failuresInARow = 3

/** One canary: `end` is ∞ where it failed, `seen` is when that was known. */
interface Canary {
  readonly invoke: InvokeLine
  readonly inv: Micros
  readonly end: Micros
  readonly seen: Micros
  readonly servedBy: RegionName
}

/** When the service went from clients, as an interval that contains the moment. */
interface Loss {
  readonly start: Micros
  readonly end: Micros
  readonly canary: Canary
  /** Where clients were served until then; undefined where nobody says. */
  readonly home: RegionName | undefined
  /** No canary had succeeded before: nobody knows since when. */
  readonly fromStart: boolean
}

/**
 * How long people and routing took over a failover that they performed themselves. Nothing was
 * injected: that service went is seen by canaries at the place of the clients, and what people did
 * by their marks.
 */
export const gameDay: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Measures a failover that people perform: from the loss, as canaries saw it, to detection, from there to the decision, the switch and its effect, and from the loss to the first of twenty successes in a row and to 99 % for a minute.',
  begin: (header: HeaderLine): CheckerRun => new GameDayRun(foldOf(header, name)),
}

class GameDayRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #canaries: Canary[] = []
  readonly #marks = new Map<MomentName, Interval[]>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['mark'], purposes: ['recovery-probe'] }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'mark') this.#mark(line)
    const { attempt } = fold
    if (attempt?.invoke.purpose === 'recovery-probe') this.#take(attempt)
  }

  #mark({ name: kind, moment, at, elapsed = 0 }: MarkLine): void {
    if (kind !== 'moment' || moment === undefined) return
    const marks = this.#marks.get(moment) ?? []
    marks.push({ low: at - elapsed, high: at })
    this.#marks.set(moment, marks)
  }

  #take({ invoke, completion, inv }: Attempt): void {
    if (invoke.population !== clientsPopulation) return
    const isOk = completion.type === 'ok'
    const end = isOk ? completion.at : Infinity
    const servedBy = completion.servedBy ?? invoke.region
    this.#canaries.push({ invoke, inv, end, seen: completion.at, servedBy })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.population !== clientsPopulation) continue
      const never = { end: Infinity, seen: Infinity }
      this.#canaries.push({ invoke, inv: invoke.at, servedBy: invoke.region, ...never })
    }
    const canaries = this.#canaries.sort((a, b) => a.inv - b.inv)
    const loss = lossOf(canaries)
    const figures = loss === undefined ? nothingSeen(canaries.length) : this.#figures(loss)
    return resultOf(name, fold, {
      figures,
      findings: this.#findings,
      evidence: {
        canaries: canaries.length,
        marks: [...this.#marks.values()].reduce((sum, marks) => sum + marks.length, 0),
      },
    })
  }

  #figures(loss: Loss): Figure[] {
    const since = this.#canaries.filter(({ inv }) => inv >= loss.start)
    const results = seriesOf(since).since(loss.start)
    const first = runOf(results, loss)
    const steady = steadyOf(results, loss)
    const lost: Interval = { low: loss.start, high: loss.end }
    const detection = this.#markAfter('detection', loss.start)
    const decision = this.#markAfter('decision', detection?.low ?? loss.start)
    const flip = this.#markAfter('switch', decision?.low ?? detection?.low ?? loss.start)
    return [
      { ...between('detectionMillis', lost, detection, 'detection'), ...unsure(loss) },
      between('decisionMillis', detection, decision, detection ? 'decision' : 'detection'),
      between('switchMillis', decision, flip, decision ? 'switch' : 'decision'),
      propagation(flip, since, first),
      { ...serviceFigure('firstSuccessMillis', loss, first), ...unsure(loss) },
      { ...serviceFigure('success99Millis', loss, steady), ...unsure(loss) },
      this.#notRecovered(loss, first),
    ]
  }

  /** The first mark of that moment that may have been made since. */
  #markAfter(moment: MomentName, since: Micros): Interval | undefined {
    return this.#marks.get(moment)?.find(({ high }) => high >= since)
  }

  #notRecovered(loss: Loss, { back, down, lastFailed }: Service): Figure {
    const gone = back === undefined && down
    if (gone && lastFailed !== undefined) {
      const { user, region, operation } = loss.canary.invoke
      const waited = toMillis(Math.max(0, lastFailed - loss.end))
      this.#findings.add({
        kind: 'not-recovered',
        measurement: `${name}.notRecovered`,
        ...{ user, region, operation, at: loss.canary.seen },
        message: `clients could still not sign in ${waited} ms after the loss, when the watch ended`,
      })
    }
    return {
      name: 'notRecovered',
      low: gone ? 1 : 0,
      high: back === undefined ? 1 : 0,
      samples: 1,
      inconclusive:
        back === undefined && !gone
          ? 'the watch ended before twenty successes in a row could be seen'
          : undefined,
    }
  }
}

/** The first run of failures; what one Region alone answers says nothing of clients. */
function lossOf(canaries: readonly Canary[]): Loss | undefined {
  let row = 0
  for (const [index, canary] of canaries.entries()) {
    row = canary.end === Infinity ? row + 1 : 0
    if (row < failuresInARow) continue
    const from = index - failuresInARow + 1
    const first = canaries[from]
    if (first === undefined) return undefined
    const before = canaries.slice(0, from).findLast(({ end }) => end < Infinity)
    return {
      start: before?.inv ?? first.inv,
      // A request that was sent later and failed earlier tells as much.
      end: Math.min(...canaries.slice(from, index + 1).map(({ seen }) => seen)),
      canary: first,
      home: before?.servedBy,
      fromStart: before === undefined,
    }
  }
  return undefined
}

function seriesOf(canaries: readonly Canary[]): ProbeSeries {
  const series = new ProbeSeries()
  for (const { inv, end } of canaries) series.add(inv, end, [], '')
  return series
}

/** From one moment to another, each an interval. */
function between(
  title: string,
  from: Interval | undefined,
  to: Interval | undefined,
  missing: MomentName,
): Figure {
  if (from === undefined || to === undefined) {
    return { ...nothing, name: title, inconclusive: `nobody marked the moment "${missing}"` }
  }
  return {
    name: title,
    low: toMillis(Math.max(0, to.low - from.high)),
    high: toMillis(Math.max(0, to.high - from.low)),
    samples: 1,
    timed: { from: from.low, to: to.high },
  }
}

/** From the switch to the first request after it that clients had answered for good. */
function propagation(
  flip: Interval | undefined,
  canaries: readonly Canary[],
  { back, seen }: Service,
): Figure {
  const title = 'propagationMillis'
  if (flip === undefined) {
    return { ...nothing, name: title, inconclusive: 'nobody marked the moment "switch"' }
  }
  const failed = canaries.findLast(
    ({ inv, end }) => end === Infinity && (back === undefined || inv < back.inv),
  )
  return {
    name: title,
    low: toMillis(Math.max(0, (failed?.inv ?? 0) - flip.high)),
    high: back === undefined ? Infinity : toMillis(Math.max(0, back.end - flip.low)),
    samples: seen,
    inconclusive:
      back === undefined ? 'clients were not seen served again for twenty requests' : undefined,
    timed: { from: flip.low, to: back?.end ?? Infinity },
  }
}

function serviceFigure(
  title: string,
  loss: Loss,
  { lastFailed, back, seen, down }: Service,
): Figure {
  return {
    name: title,
    low: lastFailed === undefined ? 0 : toMillis(Math.max(0, lastFailed - loss.end)),
    high: back === undefined ? Infinity : toMillis(back.end - loss.start),
    samples: seen,
    inconclusive:
      back === undefined && !down ? 'the watch ended before enough successes were seen' : undefined,
    timed: { from: loss.start, to: back?.end ?? Infinity },
  }
}

/** What is counted from a loss whose beginning nobody saw. */
function unsure({ fromStart }: Loss): { readonly inconclusive?: string } {
  if (!fromStart) return {}
  return { inconclusive: 'clients were not served when the watch began' }
}

const nothing = { low: 0, high: Infinity, samples: 0 } as const

function nothingSeen(canaries: number): Figure[] {
  const inconclusive =
    canaries === 0
      ? 'no canary was sent'
      : `no outage was seen: never did ${failuresInARow} canaries in a row fail`
  return [
    'detectionMillis',
    'decisionMillis',
    'switchMillis',
    'propagationMillis',
    'firstSuccessMillis',
    'success99Millis',
    'notRecovered',
  ].map((title) => ({ ...nothing, name: title, inconclusive }))
}
