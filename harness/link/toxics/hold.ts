import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import { QueueStage } from './queue-stage.ts'
import { defineToxic } from './toxic.ts'

/**
 * Keeps everything, the end of the connection included, in order until it is removed; then all of
 * it leaves at once. A `cut` meanwhile discards what is held. Beyond `linkLimits.holdBytesMax` the
 * sender is slowed down, nothing is dropped.
 */
export const holdToxic = defineToxic({
  type: 'hold',
  summary: 'Keeps bytes in order until it is removed',
  origin: 'interregnum',
  attributes: {},
  begin: () => new HoldStage(),
})

class HoldStage extends QueueStage {
  protected override headDueAt(): Micros {
    return Number.POSITIVE_INFINITY
  }

  protected override capacityBytes(): number {
    return linkLimits.holdBytesMax
  }
}
