import type { EventLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'

/** A switch of the clients' route from one Region to another. */
export interface Flip {
  readonly at: Micros
  readonly to: RegionName
}

/** The switches of a history, as they come. */
export class Flips {
  readonly #all: Flip[] = []

  /** Returns the flip that the line is, if it is one. */
  step(line: EventLine): Flip | undefined {
    if (line.type !== 'route' || line.previous === null || line.previous === line.region) {
      return undefined
    }
    const flip = { at: line.at, to: line.region }
    this.#all.push(flip)
    return flip
  }

  get last(): Flip | undefined {
    return this.#all.at(-1)
  }

  get count(): number {
    return this.#all.length
  }

  /** True if a flip came between the two moments. */
  between(from: Micros, to: Micros): boolean {
    for (let index = this.#all.length - 1; index >= 0; index -= 1) {
      const at = this.#all[index]?.at ?? 0
      if (at <= from) return false
      if (at < to) return true
    }
    return false
  }
}
