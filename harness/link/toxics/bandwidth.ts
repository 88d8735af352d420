import type { Micros } from '../../kernel/time.ts'
import { linkLimits } from '../limits.ts'
import {
  byteLength,
  defineToxic,
  type StreamItem,
  type ToxicContext,
  type ToxicStage,
} from './toxic.ts'

/** Bytes leave in pieces of at most this time's worth. */
const pieceMillis = 100

/** Passes at most `rate` kilobytes (1,000 bytes) per second; 0 lets nothing pass. */
export const bandwidthToxic = defineToxic({
  type: 'bandwidth',
  summary: 'Passes at most rate kilobytes per second',
  origin: 'toxiproxy',
  attributes: { rate: { unit: 'KB/s', min: 0, initial: 0 } },
  begin: (context) => new BandwidthStage(context),
})

class BandwidthStage implements ToxicStage {
  heldBytes = 0
  readonly #context: ToxicContext<'rate'>
  #waiting: { item: StreamItem; arrivedAt: Micros }[] = []
  #freeAt: Micros

  constructor(context: ToxicContext<'rate'>) {
    this.#context = context
    this.#freeAt = context.begunAt
  }

  accepts(): boolean {
    const rate = this.#context.attribute('rate')
    return this.heldBytes < Math.max(linkLimits.pacedBytesMin, rate * pieceMillis)
  }

  push(item: StreamItem, now: Micros): void {
    this.#waiting.push({ item, arrivedAt: now })
    this.heldBytes += byteLength(item)
  }

  pull(now: Micros, room: boolean): StreamItem | undefined {
    const head = this.#waiting[0]
    const due = this.dueAt()
    if (head === undefined || due === undefined || due > now) return undefined
    if (head.item.kind !== 'data') {
      this.#waiting.shift()
      return head.item
    }
    if (!room) return undefined
    const bytes = head.item.bytes.subarray(0, this.#pieceLength(head.item.bytes.length))
    const rest = head.item.bytes.subarray(bytes.length)
    if (rest.length === 0) this.#waiting.shift()
    else head.item = { kind: 'data', bytes: rest }
    this.heldBytes -= bytes.length
    // A late timer is made up for, a blocked receiver is not: at most one piece of credit.
    this.#freeAt = Math.max(due, now - pieceMillis * 1_000)
    return { kind: 'data', bytes }
  }

  dueAt(): Micros | undefined {
    const head = this.#waiting[0]
    if (head === undefined) return undefined
    if (head.item.kind !== 'data') return head.arrivedAt
    const rate = this.#context.attribute('rate')
    if (rate === 0) return undefined
    const micros = Math.round((this.#pieceLength(head.item.bytes.length) * 1_000) / rate)
    return Math.max(this.#freeAt, head.arrivedAt) + micros
  }

  remove(): readonly StreamItem[] {
    const items = this.#waiting.map((waiting) => waiting.item)
    this.#waiting = []
    this.heldBytes = 0
    return items
  }

  #pieceLength(available: number): number {
    return Math.min(available, Math.max(1, this.#context.attribute('rate') * pieceMillis))
  }
}
