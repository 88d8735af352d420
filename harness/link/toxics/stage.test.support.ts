import { keyedRandom } from '../../kernel/random.ts'
import { millis } from '../../kernel/time.ts'
import type { StreamItem, ToxicStage, ToxicType } from './toxic.ts'

/** A toxic stage in virtual time: what goes in, what comes out when. */
export class StageBench {
  readonly stage: ToxicStage
  readonly attributes: Record<string, number>
  /** What left so far: text for bytes, `<kind>` for the rest. */
  readonly left: string[] = []
  #nowMillis = 0

  constructor(type: ToxicType, attributes: Record<string, number> = {}) {
    this.attributes = attributes
    const begun = type.begin?.({
      attribute: (name) => this.attributes[name] ?? 0,
      begunAt: 0,
      draw: (ordinal) => keyedRandom(7).at('toxic', 1, ordinal),
    })
    if (begun === undefined) throw new Error(`${type.type} has no stage`)
    this.stage = begun
  }

  send(text: string): this {
    this.stage.push({ kind: 'data', bytes: Buffer.from(text) }, millis(this.#nowMillis))
    return this.#drain()
  }

  finish(kind: 'end' | 'reset' = 'end'): this {
    this.stage.push({ kind }, millis(this.#nowMillis))
    return this.#drain()
  }

  /** Moves the time forward and takes out what may leave, each item at the time it is due. */
  advance(durationMillis: number): this {
    const end = this.#nowMillis + durationMillis
    for (;;) {
      const due = this.stage.dueAt()
      if (due === undefined || due / 1_000 > end) break
      const before = this.left.length
      this.#nowMillis = Math.max(this.#nowMillis, due / 1_000)
      this.#drain()
      if (this.left.length === before) throw new Error('what is due does not leave')
    }
    this.#nowMillis = end
    return this
  }

  /** What is left behind for the rest of the chain when the toxic is removed. */
  remove(): string[] {
    return this.stage.remove().map(shown)
  }

  #drain(): this {
    for (;;) {
      const item = this.stage.pull(millis(this.#nowMillis), true)
      if (item === undefined) return this
      this.left.push(shown(item))
    }
  }
}

function shown(item: StreamItem): string {
  return item.kind === 'data' ? item.bytes.toString() : `<${item.kind}>`
}
