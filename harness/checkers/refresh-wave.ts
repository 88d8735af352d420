import type { EventLine, HeaderLine } from '../history/line.ts'
import { toMillis } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { foldOf, type HistoryFold } from './fold/history-fold.ts'
import { type Outage, OutageFold } from './fold/outage.ts'
import { type LoggedRequest, RequestLog } from './fold/request-log.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { sessionFunctions } from './fold/session-uses.ts'
import { afterOutage, noOutage } from './fold/wording.ts'

const name = 'refresh-wave'

/** When one user had a refreshed session, as an interval; ∞ where that was never seen. */
interface Wait {
  low: number
  high: number
  last: LoggedRequest
}

/**
 * How long it takes until everybody has fresh tokens after an outage. Counted are users with a
 * session from before it who tried to refresh since; who was signed out by somebody is left out.
 */
export const refreshWave: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Measures the time from an outage until the last user who tried has a refreshed session, and counts refreshes that were throttled.',
  begin: (header: HeaderLine): CheckerRun => new RefreshWaveRun(foldOf(header, name)),
}

class RefreshWaveRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #outages: OutageFold
  readonly #findings = new Findings(name)
  /** Refreshes since a fault that may be the outage. */
  readonly #tries: RequestLog
  /** Of each try: when its session began, and whether it was throttled. */
  readonly #began: number[] = []
  readonly #throttled: boolean[] = []
  readonly #signedOut = new Set<string>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = {
      fold,
      lines: ['fault'],
      purposes: ['recovery-probe'],
      functions: sessionFunctions,
    }
    this.#outages = new OutageFold(fold)
    this.#tries = new RequestLog(fold)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'fault') this.#outages.onFault(line)
    const { attempt } = fold
    if (attempt === undefined) return
    if (attempt.invoke.purpose === 'recovery-probe') this.#outages.onProbe(attempt)
    if (!this.#outages.attempted) return
    const use = fold.sessionUse
    if (use === undefined || !use.redeems) return
    if (use.outcome === 'ended-by-change') this.#signedOut.add(attempt.invoke.user)
    this.#tries.push(attempt.invoke, use.outcome === 'went-on' ? attempt.end : Infinity)
    this.#began.push(fold.minted.at(use.token.first).end)
    this.#throttled.push(use.outcome === 'throttled')
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      if (invoke.purpose === 'recovery-probe') this.#outages.onUnanswered(invoke)
    }
    const { outage } = this.#outages
    const figures = outage === undefined ? [] : this.#figures(outage)
    const unseen =
      outage === undefined ? noOutage : 'no session from before the outage was refreshed since'
    const nothing = { low: 0, high: Infinity, samples: 0, inconclusive: unseen }
    return resultOf(name, fold, {
      figures:
        figures.length > 0
          ? figures
          : ['millis', 'throttled'].map((title) => ({ ...nothing, name: title })),
      findings: this.#findings,
      evidence: { refreshes: this.#tries.length, signedOut: this.#signedOut.size },
    })
  }

  #figures(outage: Outage): Figure[] {
    const waits = new Map<string, Wait>()
    let throttled = 0
    let samples = 0
    for (let index = 0; index < this.#tries.length; index += 1) {
      const one = this.#tries.at(index)
      if (one.inv < outage.start || (this.#began[index] ?? Infinity) >= outage.start) continue
      samples += 1
      if (this.#throttled[index]) throttled += 1
      const wait = waits.get(one.user)
      if (wait === undefined) waits.set(one.user, { low: one.inv, high: one.end, last: one })
      else widen(wait, one)
    }
    for (const [user, { high }] of waits) {
      if (high === Infinity && this.#signedOut.has(user)) waits.delete(user)
    }
    if (waits.size === 0) return []
    const all = [...waits.values()]
    const low = toMillis(Math.max(0, Math.max(...all.map((wait) => wait.low)) - outage.end))
    const high = toMillis(Math.max(...all.map((wait) => wait.high)) - outage.start)
    this.#report(outage, all, low, high)
    const timed = { from: outage.start, to: outage.start + high * 1_000 }
    return [
      { name: 'millis', low, high, samples: waits.size, timed },
      { name: 'throttled', low: throttled, high: throttled, samples, grows: true },
    ]
  }

  #report(outage: Outage, waits: readonly Wait[], low: number, high: number): void {
    if (low === 0) return
    const { last } = waits.reduce((a, b) =>
      b.high > a.high || (b.high === a.high && b.low > a.low) ? b : a,
    )
    const sentence =
      high === Infinity
        ? `still had no refreshed session ${low} ms`
        : `had a refreshed session ${low} to ${high} ms`
    this.#findings.add({
      kind: high === Infinity ? 'never-refreshed' : 'refreshed-late',
      measurement: `${name}.millis`,
      user: last.user,
      region: last.region,
      at: last.inv,
      operation: last.operation,
      message: `user ${last.user} ${sentence} ${afterOutage(outage)}, the last of ${waits.length}`,
    })
  }
}

/** The first success counts; without one, the last try. */
function widen(wait: Wait, one: LoggedRequest): void {
  if (one.end === Infinity) {
    if (wait.high === Infinity && one.inv >= wait.low) {
      wait.low = one.inv
      wait.last = one
    }
    return
  }
  if (wait.high === Infinity || one.inv < wait.low) {
    wait.low = one.inv
    wait.last = one
  }
  wait.high = Math.min(wait.high, one.end)
}
