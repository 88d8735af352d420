import { UsageError } from '../kernel/errors.ts'
import { type Micros, millis, seconds, toMillis } from '../kernel/time.ts'

/** A condition under which a watch ends by itself: what it looks at, and for how long it holds. */
export interface StopCondition {
  readonly what: 'errors' | 'throttled' | 'latency'
  /** A share from 0 to 1, or of a latency its duration in microseconds. */
  readonly above: number
  readonly window: Micros
  readonly text: string
}

/** One answer that the conditions look at. */
export interface WatchedAnswer {
  readonly at: Micros
  readonly ok: boolean
  readonly throttled: boolean
  readonly latency: Micros
}

/** Fewer answers say nothing of a share: where canaries are slow, older ones are looked at, too. */
const answersMin = 5

/** Requests that no answer came to within this are over, in milliseconds. */
export const answerMillisMax = 5_000

/** The longest window; older answers are forgotten. */
const windowSecondsMax = 3_600

/** Whoever is throttled takes from others: this one always holds. */
export const throttledAlways = 'throttled > 20% for 30s'

const units = { ms: 0.001, s: 1, min: 60, m: 60 } as const

/**
 * Reads a condition such as `errors > 50% for 30s`, `throttled > 5% for 1min`, `latency > 2s for
 * 30s` (the median).
 *
 * @throws UsageError that says which part is wrong.
 */
export function parseStopCondition(text: string): StopCondition {
  const pattern =
    /^\s*(errors|throttled|latency)\s*>\s*([\d.]+)\s*(%|ms|s)\s+for\s+([\d.]+)\s*(s|min|m)\s*$/
  const [, what, figure, unit, length, lengthUnit] = pattern.exec(text) ?? []
  const isLatency = what === 'latency'
  const windowSeconds = Number(length) * (units[lengthUnit as keyof typeof units] ?? Number.NaN)
  const isWindow = windowSeconds > 0 && windowSeconds <= windowSecondsMax
  // A share of 100 % is never exceeded, nor the time that an answer may take: nobody waits in vain.
  const above = isLatency
    ? seconds(Number(figure) * units[unit as 'ms' | 's'])
    : Number(figure) / 100
  const isFigure = above >= 0 && (isLatency ? above < millis(answerMillisMax) : above < 1)
  if (what === undefined || !isWindow || !isFigure || isLatency === (unit === '%')) {
    throw new UsageError(`"--stop-when" is ${JSON.stringify(text.slice(0, 200))}`, {
      hint: `such as "errors > 50% for 30s", "throttled > 5% for 1min" or "latency > 2s for 30s"; a share is below 100 %, a latency below ${answerMillisMax / 1_000} s, after which a request is over`,
    })
  }
  return {
    what: what as StopCondition['what'],
    above,
    window: seconds(windowSeconds),
    text: text.trim(),
  }
}

/** Holds answers against conditions. */
export class StopWatch {
  readonly #conditions: readonly StopCondition[]
  readonly #since: Micros
  #answers: WatchedAnswer[] = []

  constructor(conditions: readonly StopCondition[], since: Micros) {
    this.#conditions = conditions
    this.#since = since
  }

  take(answer: WatchedAnswer): void {
    this.#answers.push(answer)
    const oldest = answer.at - Math.max(0, ...this.#conditions.map(({ window }) => window))
    const kept = this.#answers.length - answersMin
    if ((this.#answers[0]?.at ?? 0) < oldest && kept > 0) {
      this.#answers = this.#answers.filter(({ at }, index) => at >= oldest || index >= kept)
    }
  }

  /** The first condition that held for the whole of its window until now, in words. */
  reached(now: Micros): string | undefined {
    for (const { what, above, window, text } of this.#conditions) {
      if (now - this.#since < window) continue
      const few = this.#answers.length - answersMin
      if (few < 0) continue
      const answers = this.#answers.filter(({ at }, index) => at >= now - window || index >= few)
      const figure = figureOf(what, answers)
      if (figure <= above) continue
      const seen = what === 'latency' ? `${toMillis(figure)} ms` : `${Math.round(figure * 100)} %`
      return `${text} (it was ${seen} of ${answers.length} answers)`
    }
    return undefined
  }
}

function figureOf(what: StopCondition['what'], answers: readonly WatchedAnswer[]): number {
  if (what === 'latency') {
    const sorted = answers.map(({ latency }) => latency).sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? 0
  }
  const counted = answers.filter((one) => (what === 'errors' ? !one.ok : one.throttled))
  return counted.length / answers.length
}
