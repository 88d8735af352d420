import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import { QueueStage } from './queue-stage.ts'
import { byteLength, defineToxic, type StreamItem, type ToxicContext } from './toxic.ts'

/** Passes `bytes` bytes and then closes the connection; the rest is swallowed. */
export const limitDataToxic = defineToxic({
  type: 'limit_data',
  summary: 'Closes the connection after a number of bytes',
  origin: 'toxiproxy',
  attributes: { bytes: { unit: 'bytes', min: 0, initial: 0 } },
  begin: (context) => new LimitDataStage(context),
})

class LimitDataStage extends QueueStage {
  readonly #context: ToxicContext<'bytes'>
  #taken = 0
  #over = false

  constructor(context: ToxicContext<'bytes'>) {
    super()
    this.#context = context
  }

  override push(item: StreamItem, now: Micros): void {
    if (this.#over) return
    if (item.kind !== 'data') {
      super.push(item, now)
      return
    }
    const remaining = Math.max(0, this.#context.attribute('bytes') - this.#taken)
    const bytes = item.bytes.subarray(0, remaining)
    this.#taken += bytes.length
    if (bytes.length > 0) super.push({ kind: 'data', bytes }, now)
    if (byteLength(item) < remaining) return
    this.#over = true
    super.push({ kind: 'close' }, now)
  }

  protected override headDueAt(): Micros {
    return 0
  }

  protected override capacityBytes(): number {
    return linkLimits.pacedBytesMin
  }
}
