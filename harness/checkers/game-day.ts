import type { EventLine, HeaderLine, InvokeLine, MarkLine } from '../history/line.ts'
import type { MomentName } from '../history/moment.ts'
import { invariant } from '../kernel/invariant.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun, Interval } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import {
  type Canary,
  failuresInARow,
  type Outage,
  outagesMax,
  outagesOf,
  resultsSince,
  withoutLostAccounts,
} from './fold/outages.ts'
import { runOf, type Service, steadyOf } from './fold/probe-series.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'

const name = 'game-day'

/** The population of canaries that are where the application's users are. */
export const clientsPopulation = 'clients'

/** The population of refreshes of sessions from before. */
export const sessionsPopulation = 'sessions'

/**
 * How long people and routing took over a failover that they performed themselves. Nothing was
 * injected: that service went is seen by canaries at the place of the clients, and what people did
 * by their marks.
 */
export const gameDay: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Measures a failover that people perform: from the loss, as canaries saw it, to detection, from there to the decision, the switch and its effect, and from the loss to the first of twenty successes in a row, to 99 % for a minute, and to the first of twenty refreshes of sessions from before. Of several outages each figure is the longest.',
  begin: (header: HeaderLine): CheckerRun => new GameDayRun(foldOf(header, name)),
}

class GameDayRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #canaries: Canary[] = []
  readonly #refreshes: Canary[] = []
  readonly #marks = new Map<MomentName, Interval[]>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['mark'], purposes: ['probe', 'recovery-probe'] }
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'mark') this.#mark(line)
    const { attempt } = fold
    if (attempt !== undefined) this.#take(attempt)
  }

  #mark({ name: kind, moment, at, elapsed = 0 }: MarkLine): void {
    if (kind !== 'moment' || moment === undefined) return
    const marks = this.#marks.get(moment) ?? []
    marks.push({ low: at - elapsed, high: at })
    this.#marks.set(moment, marks)
  }

  #take({ invoke, completion, inv }: Attempt): void {
    // Before a watch begins, canaries are tried until they sign in: failures say nothing yet.
    if (invoke.purpose === 'probe' && completion.type !== 'ok') return
    this.#seriesOf(invoke)?.push({
      ...{ invoke, inv, seen: completion.at, meaning: completion.error?.meaning },
      end: completion.type === 'ok' ? completion.at : Infinity,
    })
  }

  #seriesOf({ population, purpose }: InvokeLine): Canary[] | undefined {
    if (purpose !== 'probe' && purpose !== 'recovery-probe') return undefined
    if (population === clientsPopulation) return this.#canaries
    return population === sessionsPopulation ? this.#refreshes : undefined
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.purpose === 'probe') continue
      const never = { end: Infinity, seen: Infinity, meaning: undefined }
      this.#seriesOf(invoke)?.push({ invoke, inv: invoke.at, ...never })
    }
    const all = this.#canaries.sort((a, b) => a.inv - b.inv)
    const canaries = withoutLostAccounts(all)
    const outages = outagesOf(canaries)
    const lostAccounts = all.length - canaries.length
    const figures =
      outages.length === 0
        ? nothingSeen(canaries, lostAccounts)
        : this.#figures(outages, lostAccounts)
    return resultOf(name, fold, {
      figures,
      findings: this.#findings,
      evidence: {
        canaries: all.length,
        refreshes: this.#refreshes.length,
        outages: outages.length,
        marks: [...this.#marks.values()].reduce((sum, marks) => sum + marks.length, 0),
        throttled: all.filter(({ meaning }) => meaning === 'throttled').length,
        refusedForTheirAccount: lostAccounts,
      },
    })
  }

  #figures(outages: readonly Outage[], lostAccounts: number): Figure[] {
    const each = outages.map((outage, index) => this.#stages(outage, outages[index + 1]?.start))
    const first = each[0] ?? []
    return [
      ...first.map((_, stage) => longest(each.flatMap((figures) => figures[stage] ?? []))),
      this.#notRecovered(outages, lostAccounts),
    ]
  }

  /** What one outage took, from the loss on; marks after the next loss belong to that. */
  #stages(outage: Outage, next: Micros = Infinity): readonly Figure[] {
    const { start, end, service, results, unsure } = outage
    const steady = steadyOf(results, outage)
    const lost: Interval = { low: start, high: end }
    const within = (moment: MomentName, since: Micros, before = next): Interval | undefined =>
      this.#marks.get(moment)?.find(({ low, high }) => high >= since && low < before)
    const detection = within('detection', start)
    const known = detection?.low ?? start
    const decision = madeBefore(within('decision', known), known, service)
    const since = decision?.low ?? known
    // Clients may have lost service on their way back.
    const flip = within('switch', since) ?? within('failback', since, service.back?.end ?? next)
    const switched = madeBefore(flip, since, service)
    const unsureWhen = unsure === undefined ? {} : { inconclusive: unsure }
    return [
      {
        ...between('detectionMillis', lost, detection, this.#unmarked('detection', start)),
        ...unsureWhen,
      },
      between(
        'decisionMillis',
        detection,
        decision,
        this.#unmarked(detection ? 'decision' : 'detection', start),
      ),
      between(
        'switchMillis',
        decision,
        switched,
        this.#unmarked(decision ? 'switch' : 'decision', start),
      ),
      propagation(switched, outage, this.#unmarked('switch', start)),
      { ...serviceFigure('firstSuccessMillis', outage, service), ...unsureWhen },
      { ...serviceFigure('success99Millis', outage, steady), ...unsureWhen },
      { ...this.#firstRefresh(outage), ...unsureWhen },
    ]
  }

  /** Sessions from before go on, or everybody has to sign in. */
  #firstRefresh(outage: Outage): Figure {
    const title = 'firstRefreshMillis'
    const results = resultsSince(this.#refreshes, outage.start)
    const held = this.#refreshes.some(({ inv, end }) => inv < outage.end && end < Infinity)
    if (!held || results.length === 0) {
      const why = 'no session was refreshed before the loss and after it'
      return { ...nothing, name: title, inconclusive: why }
    }
    return serviceFigure(title, outage, runOf(results, outage))
  }

  /** Why there is no such moment since a loss. */
  #unmarked(moment: MomentName, start: Micros): string {
    const isEarlier = this.#marks.get(moment)?.some(({ high }) => high < start) === true
    return isEarlier
      ? `the moment "${moment}" was marked before the loss only`
      : `nobody marked the moment "${moment}"`
  }

  #notRecovered(outages: readonly Outage[], lostAccounts: number): Figure {
    const last = outages.at(-1)
    const service = last?.service
    const gone = service !== undefined && service.back === undefined && service.down
    const isSure = gone && last?.unsure === undefined
    if (isSure && last !== undefined && service.lastFailed !== undefined) {
      const { user, region, operation } = last.canary.invoke
      const waited = toMillis(Math.max(0, service.lastFailed - last.end))
      this.#findings.add({
        kind: 'not-recovered',
        measurement: `${name}.notRecovered`,
        ...{ user, region, operation, at: last.canary.seen },
        message: `clients could still not sign in ${waited} ms after the loss, when the watch ended`,
      })
    }
    return {
      name: 'notRecovered',
      low: gone ? 1 : 0,
      high: service?.back === undefined ? 1 : 0,
      samples: outages.length,
      inconclusive: this.#unknownEnd(outages, gone, lostAccounts),
    }
  }

  #unknownEnd(outages: readonly Outage[], gone: boolean, lostAccounts: number): string | undefined {
    const last = outages.at(-1)
    if (outages.length === outagesMax) return `there were ${outagesMax} outages or more`
    if (gone) return last?.unsure
    if (last?.service.back === undefined) {
      return 'the watch ended before twenty successes in a row could be seen'
    }
    return lostAccounts === 0
      ? undefined
      : 'a canary was refused for its account to the end: somebody changed it, or the failover lost it'
  }
}

/** Of one stage in several outages: the longest that it can have taken in one of them. */
function longest(figures: readonly Figure[]): Figure {
  const measured = figures.filter(({ samples }) => samples > 0)
  const [first = figures[0]] = measured
  invariant(first !== undefined, 'there is an outage')
  const inconclusive = figures.find((figure) => figure.inconclusive !== undefined)?.inconclusive
  const timed = measured.flatMap((figure) => figure.timed ?? [])
  return {
    name: first.name,
    low: Math.max(...(measured.length === 0 ? figures : measured).map(({ low }) => low)),
    high: Math.max(...(measured.length === 0 ? figures : measured).map(({ high }) => high)),
    samples: measured.reduce((sum, { samples }) => sum + samples, 0),
    inconclusive,
    ...(timed.length === 0
      ? {}
      : {
          timed: {
            from: Math.min(...timed.map(({ from }) => from)),
            to: Math.max(...timed.map(({ to }) => to)),
          },
        }),
  }
}

/**
 * A step that had to be taken before clients were served again, and that was marked only after it:
 * it was taken at some time in between.
 */
function madeBefore(
  mark: Interval | undefined,
  since: Micros,
  { back }: Service,
): Interval | undefined {
  if (mark === undefined || back === undefined || mark.low <= back.end) return mark
  return { low: Math.min(since, back.end), high: back.end }
}

/** From one moment to another, each an interval. */
function between(
  title: string,
  from: Interval | undefined,
  to: Interval | undefined,
  missing: string,
): Figure {
  if (from === undefined || to === undefined) {
    return { ...nothing, name: title, inconclusive: missing }
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
  { results, service: { back, seen } }: Outage,
  missing: string,
): Figure {
  const title = 'propagationMillis'
  if (flip === undefined) return { ...nothing, name: title, inconclusive: missing }
  const failed = results.findLast(
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
  loss: Outage,
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

const nothing = { low: 0, high: Infinity, samples: 0 } as const

function nothingSeen(canaries: readonly Canary[], lostAccounts: number): Figure[] {
  const failed = canaries.filter(({ end }) => end === Infinity).length
  const refused = lostAccounts === 0 ? '' : `; ${lostAccounts} were refused for their account`
  const inconclusive =
    canaries.length === 0
      ? 'no canary was sent'
      : `no outage was seen: ${failed} of ${canaries.length} canaries failed, never ${failuresInARow} in a row${refused}`
  return [
    'detectionMillis',
    'decisionMillis',
    'switchMillis',
    'propagationMillis',
    'firstSuccessMillis',
    'success99Millis',
    'firstRefreshMillis',
    'notRecovered',
  ].map((title) => ({ ...nothing, name: title, inconclusive }))
}
