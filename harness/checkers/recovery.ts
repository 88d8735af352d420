import type { EventLine, HeaderLine, InvokeLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import { type Micros, toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { isFailure, type Outage, OutageFold } from './fold/outage.ts'
import { ProbeSeries, runOf, type Service, steadyOf } from './fold/probe-series.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { afterOutage, clientsOf, noOutage, whatIsMissed } from './fold/wording.ts'

const name = 'recovery'

/** So many populations are told apart; further ones are counted together. */
const populationsMax = 32
const others = 'others'

/** What the probes of one kind of clients came to. */
interface Population {
  readonly name: string
  readonly series: ProbeSeries
  /** Regions that it sent probes to. */
  readonly regions: Set<RegionName>
  lastFailed: InvokeLine | undefined
  probes: number
  notServed: number
}

/** Recovery of one population, as far as its probes tell. */
interface Recovered {
  readonly population: Population
  readonly millis: Figure
  /** Refused by design for a part of the time: nobody can recover from that. */
  readonly gated: boolean
}

/**
 * How long each kind of clients was without service. A population is whoever its recovery probes
 * say that they are. Its time runs from the outage, or in a grey failure from the first failure
 * that a user could see, to the first of twenty successes in a row. What a Region refuses by design
 * is neither a failure nor a success: it is counted apart and proves no recovery.
 */
export const recovery: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Measures for each kind of clients the time from an outage, or from the first failure of a grey one, to the first of twenty successes in a row, and whether anybody failed over.',
  patterns: [
    'recovery.<population>.millis',
    'recovery.<population>.millisP99',
    'recovery.<population>.notServed',
  ],
  begin: (header: HeaderLine): CheckerRun => new RecoveryRun(foldOf(header, name)),
}

class RecoveryRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #outages: OutageFold
  readonly #findings = new Findings(name)
  readonly #populations = new Map<string, Population>()
  readonly #regions: readonly RegionName[]
  /** Where clients were routed to, by the moments at which that changed. */
  readonly #routes: { readonly at: Micros; readonly region: RegionName }[] = []
  /** Which Region a router led to, by the moments at which that changed. */
  readonly #served: { readonly at: Micros; readonly region: RegionName }[] = []
  #probes = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, lines: ['fault', 'route'], purposes: ['recovery-probe'] }
    this.#outages = new OutageFold(fold)
    this.#regions = fold.header.regions.map((region) => region.name)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'fault') this.#outages.onFault(line)
    if (line.type === 'route') this.#routes.push({ at: line.at, region: line.region })
    const { attempt } = fold
    if (attempt?.invoke.purpose === 'recovery-probe') this.#take(attempt)
  }

  #take(attempt: Attempt): void {
    const { invoke, completion, end } = attempt
    this.#outages.onProbe(attempt)
    const isGated = completion.type !== 'ok' && !isFailure(attempt)
    const { servedBy } = completion
    this.#note(invoke, completion.type === 'ok' ? end : Infinity, isGated, servedBy)
    if (servedBy === undefined || servedBy === this.#served.at(-1)?.region) return
    this.#served.push({ at: completion.at, region: servedBy })
  }

  #note(
    invoke: InvokeLine,
    end: Micros,
    isGated: boolean,
    region: RegionName = invoke.region,
  ): void {
    this.#probes += 1
    const population = this.#population(invoke.population ?? 'unnamed')
    population.regions.add(region)
    population.probes += 1
    if (isGated) population.notServed += 1
    else if (end === Infinity && invoke.at >= (population.lastFailed?.at ?? 0)) {
      population.lastFailed = invoke
    }
    if (!this.#outages.attempted) return
    population.series.add(invoke.at, isGated ? Number.NaN : end, this.#regions, region)
  }

  #population(title: string): Population {
    const known = this.#populations.get(title)
    if (known !== undefined) return known
    const key = this.#populations.size < populationsMax ? title : others
    const population = this.#populations.get(key) ?? {
      name: key,
      series: new ProbeSeries(),
      regions: new Set(),
      lastFailed: undefined,
      probes: 0,
      notServed: 0,
    }
    this.#populations.set(key, population)
    return population
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.purpose !== 'recovery-probe') continue
      this.#outages.onUnanswered(invoke)
      this.#note(invoke, Infinity, false)
    }
    const { outage } = this.#outages
    const populations = [...this.#populations.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return resultOf(name, fold, {
      figures:
        outage === undefined
          ? [...nothingMeasured(this.#probes), ...populations.map(notServedFigure)]
          : this.#figures(outage, populations),
      findings: this.#findings,
      evidence: { recoveryProbes: this.#probes, populations: populations.length },
    })
  }

  #figures(outage: Outage, populations: readonly Population[]): Figure[] {
    const recovered = populations.map((population) => this.#recovered(population, outage))
    return [
      this.#worst(outage, recovered),
      this.#neverFailedOver(outage, populations),
      this.#switchFigure(outage, populations),
      ...recovered.flatMap(({ population, millis, gated }) => [
        millis,
        this.#steady(population, outage, gated),
        notServedFigure(population),
      ]),
    ]
  }

  #recovered(population: Population, outage: Outage): Recovered {
    const results = population.series.since(outage.start)
    const service = runOf(results, outage)
    const shown = service.back?.inv ?? Infinity
    const gated = population.series.gatedBetween(outage.start, shown)
    const title = `${population.name}.millis`
    const millis = this.#timeFigure(title, outage, service, gated)
    if (!gated && service.lastFailed !== undefined) this.#report(title, millis, population, outage)
    return { population, millis, gated }
  }

  #steady(population: Population, outage: Outage, gated: boolean): Figure {
    const service = steadyOf(population.series.since(outage.start), outage)
    const title = `${population.name}.millisP99`
    const figure = this.#timeFigure(title, outage, service, gated)
    const failed = population.lastFailed
    if (gated || failed === undefined || service.lastFailed === undefined) return figure
    const until = figure.high === Infinity ? 'at no time' : `not before ${figure.high} ms`
    this.#add(
      'unsteady',
      title,
      failed,
      `${clientsOf(population.name)} had 99 % of their requests answered ${until} ${afterOutage(outage)}`,
    )
    return figure
  }

  #timeFigure(title: string, outage: Outage, service: Service, gated: boolean): Figure {
    const { lastFailed, back, seen } = service
    const unclear = gated
      ? 'some of it was refused by design: it is not served until failback'
      : back === undefined && !service.down
        ? 'the probes ended before twenty successes in a row could be seen'
        : undefined
    return {
      name: title,
      low: lastFailed === undefined ? 0 : toMillis(Math.max(0, lastFailed - outage.end)),
      high: back === undefined ? Infinity : toMillis(back.end - outage.start),
      samples: seen,
      inconclusive: unclear,
      timed: { from: outage.start, to: back?.end ?? Infinity },
    }
  }

  /** The population that waited longest, of those that a Region did not refuse by design. */
  #worst(outage: Outage, recovered: readonly Recovered[]): Figure {
    const served = recovered.filter(({ gated, millis }) => !gated && millis.samples > 0)
    const figures = served.map(({ millis }) => millis)
    const worst = served.reduce<Recovered | undefined>(longer, undefined)
    if (worst === undefined) {
      return {
        ...nothing,
        name: 'worstMillis',
        inconclusive: 'no recovery probe was sent after it',
      }
    }
    const high = Math.max(...figures.map((figure) => figure.high))
    const figure = {
      name: 'worstMillis',
      low: Math.max(...figures.map(({ low }) => low)),
      high,
      samples: figures.reduce((sum, { samples }) => sum + samples, 0),
      inconclusive: figures.find(({ inconclusive }) => inconclusive !== undefined)?.inconclusive,
      timed: { from: outage.start, to: high === Infinity ? high : outage.start + high * 1_000 },
    }
    if (figure.low > 0) this.#report('worstMillis', worst.millis, worst.population, outage)
    return figure
  }

  #neverFailedOver(outage: Outage, populations: readonly Population[]): Figure {
    const switched = [...this.#routes, ...this.#served].some(
      ({ at, region }) => at >= outage.start && region !== outage.region,
    )
    const failed = populations
      .map((population) => population.lastFailed)
      .filter((invoke) => invoke !== undefined && invoke.at >= outage.start)
      .sort((a, b) => (a?.at ?? 0) - (b?.at ?? 0))[0]
    if (!switched && failed !== undefined) {
      const waited = toMillis(failed.at - outage.start)
      this.#add(
        'never-failed-over',
        'neverFailedOver',
        failed,
        `clients were left with ${outage.region}: user ${failed.user} was without ${whatIsMissed(failed)} ${waited} ms ${afterOutage(outage)}`,
      )
    }
    const value = switched ? 0 : 1
    return { name: 'neverFailedOver', low: value, high: value, samples: 1 }
  }

  /** The first success in another Region, of clients that had used the one that was taken away. */
  #switchFigure(outage: Outage, populations: readonly Population[]): Figure {
    const followers = populations.filter(({ regions }) => regions.has(outage.region))
    const home = this.#regions.indexOf(outage.region)
    const sent = followers.flatMap(({ series }) => series.atRegions(outage.start))
    const elsewhere = sent.filter(({ region, end }) => region !== home && end < Infinity)
    const first = elsewhere.reduce((low, { inv }) => Math.min(low, inv), Infinity)
    const last = sent.reduce((high, { inv }) => Math.max(high, inv), outage.start)
    const high = elsewhere.reduce((soonest, { end }) => Math.min(soonest, end), Infinity)
    return {
      name: 'switchMillis',
      low: toMillis(Math.max(0, Math.min(first, last) - outage.end)),
      high: high === Infinity ? high : toMillis(high - outage.start),
      samples: sent.length,
      inconclusive: sent.length === 0 ? 'no probe was sent to a Region after it' : undefined,
      timed: { from: outage.start, to: high },
    }
  }

  #report(
    measurement: string,
    figure: Figure,
    { name: title, lastFailed }: Population,
    outage: Outage,
  ): void {
    if (lastFailed === undefined) return
    const { low, high, inconclusive } = figure
    if (high === Infinity && inconclusive !== undefined) return
    const what = whatIsMissed(lastFailed)
    const [kind, sentence] =
      high === Infinity
        ? (['not-recovered', `were still without ${what} ${low} ms`] as const)
        : (['outage', `were without ${what} for ${low} to ${high} ms`] as const)
    this.#add(
      kind,
      measurement,
      lastFailed,
      `${clientsOf(title)} ${sentence} ${afterOutage(outage)}`,
    )
  }

  #add(
    kind: string,
    measurement: string,
    { user, region, at, operation }: InvokeLine,
    message: string,
  ): void {
    this.#findings.add({
      kind,
      measurement: `${name}.${measurement}`,
      user,
      region,
      at,
      operation,
      message,
    })
  }
}

const nothing = { low: 0, high: Infinity, samples: 0 } as const

function nothingMeasured(probes: number): Figure[] {
  const inconclusive = probes === 0 ? 'no recovery probe was sent' : noOutage
  return ['worstMillis', 'neverFailedOver', 'switchMillis'].map((title) => ({
    ...nothing,
    name: title,
    inconclusive,
  }))
}

function notServedFigure({ name: title, notServed, probes: samples }: Population): Figure {
  return { name: `${title}.notServed`, low: notServed, high: notServed, samples, grows: true }
}

function longer(worst: Recovered | undefined, one: Recovered): Recovered {
  if (worst === undefined) return one
  const { low, high } = one.millis
  const isLonger =
    high > worst.millis.high || (high === worst.millis.high && low > worst.millis.low)
  return isLonger ? one : worst
}
