import type { Draw } from '../../kernel/random.ts'
import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import { QueueStage, type Waiting } from './queue-stage.ts'
import { defineToxic, type StreamItem, type ToxicContext } from './toxic.ts'

type Name = 'average_size' | 'size_variation' | 'delay'

/** Time by which a late slice may be made up for. */
const creditMicrosMax = 100_000

/**
 * Cuts bytes into slices of `average_size` ± `size_variation` and lets them leave `delay`
 * microseconds apart.
 */
export const slicerToxic = defineToxic({
  type: 'slicer',
  summary: 'Cuts bytes into small slices, optionally with a pause between them',
  origin: 'toxiproxy',
  attributes: {
    average_size: { unit: 'bytes', min: 1 },
    size_variation: { unit: 'bytes', min: 0, initial: 0 },
    delay: { unit: 'µs', min: 0, initial: 0 },
  },
  begin: (context) => new SlicerStage(context),
})

class SlicerStage extends QueueStage {
  readonly #context: ToxicContext<Name>
  #freeAt: Micros
  #draws = 0

  constructor(context: ToxicContext<Name>) {
    super()
    this.#context = context
    this.#freeAt = context.begunAt
  }

  override push(item: StreamItem, now: Micros): void {
    if (item.kind !== 'data') {
      super.push(item, now)
      return
    }
    for (const bytes of this.#slice(item.bytes)) super.push({ kind: 'data', bytes }, now)
  }

  protected override headDueAt(head: Waiting): Micros {
    return head.item.kind === 'data' ? Math.max(this.#freeAt, head.arrivedAt) : head.arrivedAt
  }

  protected override capacityBytes(): number {
    return linkLimits.pacedBytesMin
  }

  protected override onLeave(left: Waiting, now: Micros): void {
    if (left.item.kind !== 'data') return
    const due = Math.max(this.headDueAt(left), now - creditMicrosMax)
    this.#freeAt = due + this.#context.attribute('delay')
  }

  #slice(bytes: Buffer, slices: Buffer[] = []): Buffer[] {
    const average = this.#context.attribute('average_size')
    const variation = this.#context.attribute('size_variation')
    if (bytes.length - average <= variation) {
      slices.push(bytes)
      return slices
    }
    const shift = variation === 0 ? 0 : this.#draw().integer(-variation, variation)
    const middle = Math.min(bytes.length - 1, Math.max(1, Math.floor(bytes.length / 2) + shift))
    this.#slice(bytes.subarray(0, middle), slices)
    return this.#slice(bytes.subarray(middle), slices)
  }

  #draw(): Draw {
    this.#draws += 1
    return this.#context.draw(this.#draws)
  }
}
