import type { Micros } from '../kernel/time.ts'

/** Steps of a doubling: neighbouring steps differ by 9 %. */
const stepsPerOctave = 8

/** Answer times, counted in steps of equal ratio: bounded, and two of them can be joined. */
export class LatencyTally {
  readonly #steps = new Map<number, number>()
  #count = 0
  #max: Micros = 0

  get count(): number {
    return this.#count
  }

  /** The longest, exactly. */
  get max(): Micros {
    return this.#max
  }

  add(micros: Micros): void {
    const step = Math.round(Math.log2(Math.max(1, micros)) * stepsPerOctave)
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1)
    this.#count += 1
    this.#max = Math.max(this.#max, micros)
  }

  join(other: LatencyTally): void {
    for (const [step, count] of other.#steps) {
      this.#steps.set(step, (this.#steps.get(step) ?? 0) + count)
    }
    this.#count += other.#count
    this.#max = Math.max(this.#max, other.#max)
  }

  /** The quantile within 5 %, in microseconds; undefined where nothing was counted. */
  quantile(share: number): Micros | undefined {
    let left = Math.ceil(this.#count * share)
    for (const step of [...this.#steps.keys()].sort((a, b) => a - b)) {
      left -= this.#steps.get(step) ?? 0
      if (left <= 0) return Math.min(this.#max, 2 ** (step / stepsPerOctave))
    }
    return undefined
  }
}
