import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import { QueueStage, type Waiting } from './queue-stage.ts'
import { defineToxic, type ToxicContext } from './toxic.ts'

/** Delays bytes by `latency` ± `jitter` milliseconds from their arrival; order is kept. */
export const latencyToxic = defineToxic({
  type: 'latency',
  summary: 'Delays bytes by latency ± jitter',
  origin: 'toxiproxy',
  attributes: {
    latency: { unit: 'ms', min: 0, initial: 0 },
    jitter: { unit: 'ms', min: 0, initial: 0 },
  },
  begin: (context) => new LatencyStage(context),
})

class LatencyStage extends QueueStage {
  readonly #context: ToxicContext<'latency' | 'jitter'>

  constructor(context: ToxicContext<'latency' | 'jitter'>) {
    super()
    this.#context = context
  }

  protected override headDueAt(head: Waiting): Micros {
    // The end follows the last byte without a delay of its own; slow_close exists for that.
    if (head.item.kind !== 'data') return head.arrivedAt
    const jitter = this.#context.attribute('jitter')
    const offset = jitter === 0 ? 0 : (2 * this.#context.draw(head.ordinal).fraction() - 1) * jitter
    const delayMillis = Math.max(0, this.#context.attribute('latency') + offset)
    return head.arrivedAt + Math.round(delayMillis * 1_000)
  }

  protected override capacityBytes(): number {
    return linkLimits.holdBytesMax
  }
}
