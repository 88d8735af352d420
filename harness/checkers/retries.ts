import type { EventLine, HeaderLine } from '../history/line.ts'
import { seconds } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { foldOf, type HistoryFold } from './fold/history-fold.ts'
import { OutageFold } from './fold/outage.ts'
import { RequestLog } from './fold/request-log.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { afterOutage, noOutage } from './fold/wording.ts'

const name = 'retries'

const window = seconds(1)

/** The most requests that began within one second. */
interface Peak {
  readonly count: number
  /** Place of the first of them. */
  readonly at: number
}

/**
 * What clients add to an outage by trying again. Counted are the requests of populations, for they
 * alone have a retry policy. Amplification is the most of them that began in one second since the
 * outage, against the most in one second before it.
 */
export const retries: Checker = {
  name,
  requires: ['availability-probes'],
  description:
    'Counts requests for each success of clients that try again, and how many times as many they send in the worst second of an outage as before it.',
  begin: (header: HeaderLine): CheckerRun => new RetriesRun(foldOf(header, name)),
}

class RetriesRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #outages: OutageFold
  readonly #findings = new Findings(name)
  readonly #requests: RequestLog
  #repeated = 0
  #succeeded = 0
  #unknown = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = {
      fold,
      lines: ['fault'],
      sent: ['population'],
      answered: ['population'],
    }
    this.#outages = new OutageFold(fold)
    this.#requests = new RequestLog(fold)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'fault') this.#outages.onFault(line)
    if (line.type === 'invoke') {
      if (line.population === undefined) return
      this.#requests.push(line, Infinity)
      if (line.retryOf !== undefined) this.#repeated += 1
      return
    }
    const { attempt } = fold
    if (attempt?.invoke.population === undefined) return
    if (attempt.invoke.purpose === 'recovery-probe') this.#outages.onProbe(attempt)
    if (attempt.completion.type === 'ok') this.#succeeded += 1
    if (attempt.completion.type === 'info') this.#unknown += 1
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.population === undefined) continue
      this.#unknown += 1
      if (invoke.purpose === 'recovery-probe') this.#outages.onUnanswered(invoke)
    }
    const requests = this.#requests.length
    const perSuccess = {
      name: 'requestsPerSuccess',
      low: ratio(requests, this.#succeeded + this.#unknown),
      high: ratio(requests, this.#succeeded),
      samples: requests,
      inconclusive: requests === 0 ? 'no population sent anything' : undefined,
    }
    return resultOf(name, fold, {
      figures: [perSuccess, this.#amplification()],
      findings: this.#findings,
      evidence: { requests, repeated: this.#repeated, succeeded: this.#succeeded },
    })
  }

  #amplification(): Figure {
    const { outage } = this.#outages
    const nothing = { name: 'amplificationMax', low: 0, high: Infinity, samples: 0 }
    if (outage === undefined) return { ...nothing, inconclusive: noOutage }
    const before = this.#peak(-Infinity, outage.start)
    const since = this.#peak(outage.start, Infinity)
    if (before.count === 0 || since.count === 0) {
      return {
        ...nothing,
        inconclusive: 'clients sent nothing in a whole second before it, or since',
      }
    }
    const value = since.count / before.count
    const { inv: at, user, region, operation } = this.#requests.at(since.at)
    if (value > 1) {
      this.#findings.add({
        kind: 'retry-storm',
        measurement: `${name}.amplificationMax`,
        user,
        region,
        at,
        operation,
        message: `clients sent ${since.count} requests in one second ${afterOutage(outage)}, from that of user ${user} on; before it at most ${before.count}`,
      })
    }
    const timed = { from: outage.start, to: Infinity }
    return { name: 'amplificationMax', low: value, high: value, samples: since.count, timed }
  }

  /** Of the seconds that begin with a request from `from` on and are over by `to`. */
  #peak(from: number, to: number): Peak {
    const { length } = this.#requests
    let peak: Peak = { count: 0, at: 0 }
    let next = 0
    for (let index = 0; index < length; index += 1) {
      const start = this.#requests.invAt(index)
      if (start < from) continue
      if (start + window > to) break
      next = Math.max(next, index)
      while (next < length && this.#requests.invAt(next) < start + window) next += 1
      if (next - index > peak.count) peak = { count: next - index, at: index }
    }
    return peak
  }
}

function ratio(requests: number, successes: number): number {
  if (requests === 0) return 0
  return successes === 0 ? Infinity : requests / successes
}
