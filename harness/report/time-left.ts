/** A range of time, in milliseconds. */
export interface TimeRange {
  readonly lowMillis: number
  readonly highMillis: number
}

/** So many durations have to be known before they say anything of what was never done. */
const knownMin = 3

/**
 * How long a row of tasks may still take, from those that are done. Tasks of one key take alike:
 * the middle half of their durations, around the median, is the range of the next one. Of a key
 * that was never done, all others speak, if there are enough; if not, nothing is said.
 */
export class TimeLeft {
  readonly #byKey = new Map<string, number[]>()
  readonly #all: number[] = []

  /** Takes the duration of a task that is done. */
  done(key: string, millis: number): void {
    const known = this.#byKey.get(key) ?? []
    this.#byKey.set(key, known)
    known.push(millis)
    this.#all.push(millis)
  }

  /**
   * The range of what is left; undefined while it is unknown.
   *
   * @param keys - Of the tasks that are not done, the one under way first.
   * @param elapsedMillis - How long the first of them has been at work.
   */
  left(keys: readonly string[], elapsedMillis: number): TimeRange | undefined {
    let lowMillis = 0
    let highMillis = 0
    for (const [index, key] of keys.entries()) {
      const range = this.#rangeOf(key)
      if (range === undefined) return undefined
      const spent = index === 0 ? elapsedMillis : 0
      // One that takes longer than those before it leaves nobody knows how much.
      if (spent > range.highMillis) return undefined
      lowMillis += Math.max(0, range.lowMillis - spent)
      highMillis += range.highMillis - spent
    }
    return keys.length === 0 ? undefined : { lowMillis, highMillis }
  }

  #rangeOf(key: string): TimeRange | undefined {
    const own = this.#byKey.get(key)
    if (own === undefined && this.#all.length < knownMin) return undefined
    const sorted = [...(own ?? this.#all)].sort((a, b) => a - b)
    const last = sorted.length - 1
    return {
      lowMillis: sorted[Math.floor(last / 4)] ?? 0,
      highMillis: sorted[Math.ceil((3 * last) / 4)] ?? 0,
    }
  }
}

/** `20–40 s left`, `about 3 min left`: no finer than it can be known, rounded outwards. */
export function timeLeftText({ lowMillis, highMillis }: TimeRange): string {
  if (highMillis < 5_000) return 'a few seconds left'
  const [unit, millis] = highMillis < 90_000 ? ['s', 5_000] : ['min', 60_000]
  const shown = unit === 's' ? 5 : 1
  const low = Math.floor(lowMillis / Number(millis)) * shown
  const high = Math.ceil(highMillis / Number(millis)) * shown
  if (low === 0) return `up to ${high} ${unit} left`
  return low === high ? `about ${high} ${unit} left` : `${low}–${high} ${unit} left`
}
