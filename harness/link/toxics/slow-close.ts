import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import { QueueStage, type Waiting } from './queue-stage.ts'
import { defineToxic, type ToxicContext } from './toxic.ts'

/** Passes bytes at once and the end of the connection `delay` milliseconds late. */
export const slowCloseToxic = defineToxic({
  type: 'slow_close',
  summary: 'Delays the end of a connection',
  origin: 'toxiproxy',
  attributes: { delay: { unit: 'ms', min: 0, initial: 0 } },
  begin: (context) => new SlowCloseStage(context),
})

class SlowCloseStage extends QueueStage {
  readonly #context: ToxicContext<'delay'>

  constructor(context: ToxicContext<'delay'>) {
    super()
    this.#context = context
  }

  protected override headDueAt(head: Waiting): Micros {
    if (head.item.kind === 'data') return head.arrivedAt
    return head.arrivedAt + this.#context.attribute('delay') * 1_000
  }

  protected override capacityBytes(): number {
    return linkLimits.pacedBytesMin
  }
}
