import type { Micros } from '../../kernel/time.ts'
import { defineToxic, type StreamItem, type ToxicStage } from './toxic.ts'

/**
 * Swallows everything, the end and the reset of a connection included; both ends stay open. What a
 * connection lost is gone, so when the toxic is removed those that lost something are reset; a
 * connection that was silent all the time goes on.
 */
export const blackHoleToxic = defineToxic({
  type: 'black_hole',
  summary: 'Swallows bytes while connections stay open',
  origin: 'interregnum',
  attributes: {},
  begin: () => new BlackHoleStage(),
})

class BlackHoleStage implements ToxicStage {
  readonly heldBytes = 0
  #lost = false

  accepts(): boolean {
    return true
  }

  push(_item: StreamItem): void {
    this.#lost = true
  }

  pull(): StreamItem | undefined {
    return undefined
  }

  dueAt(): Micros | undefined {
    return undefined
  }

  remove(): readonly StreamItem[] {
    return this.#lost ? [{ kind: 'abort' }] : []
  }
}
