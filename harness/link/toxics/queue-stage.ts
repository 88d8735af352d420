import type { Micros } from '../../kernel/time.ts'
import { byteLength, type StreamItem, type ToxicStage } from './toxic.ts'

/** An item that waits. */
export interface Waiting {
  readonly item: StreamItem
  readonly arrivedAt: Micros
  /** Counts the items of this stage from 0. */
  readonly ordinal: number
}

/** Items before which the front of the array is cut off. */
const compactFrom = 1_024

/** A stage that delays: a queue whose head leaves when it is due. Removal passes everything on. */
export abstract class QueueStage implements ToxicStage {
  heldBytes = 0
  #waiting: Waiting[] = []
  #head = 0
  #ordinal = 0

  /** When the head of the queue may leave; `Infinity` for never. */
  protected abstract headDueAt(head: Waiting): Micros

  /** Bytes from which the sender is slowed down. */
  protected abstract capacityBytes(): number

  /** Called when an item leaves in due course. */
  protected onLeave(_left: Waiting, _now: Micros): void {}

  accepts(): boolean {
    return this.heldBytes < this.capacityBytes()
  }

  push(item: StreamItem, now: Micros): void {
    this.#waiting.push({ item, arrivedAt: now, ordinal: this.#ordinal })
    this.#ordinal += 1
    this.heldBytes += byteLength(item)
  }

  pull(now: Micros, room: boolean): StreamItem | undefined {
    const head = this.#waiting[this.#head]
    if (head === undefined) return undefined
    if (head.item.kind === 'data' && !room) return undefined
    if (this.headDueAt(head) > now) return undefined
    this.#head += 1
    if (this.#head === this.#waiting.length || this.#head >= compactFrom) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
    this.heldBytes -= byteLength(head.item)
    this.onLeave(head, now)
    return head.item
  }

  dueAt(): Micros | undefined {
    const head = this.#waiting[this.#head]
    if (head === undefined) return undefined
    const due = this.headDueAt(head)
    return Number.isFinite(due) ? due : undefined
  }

  remove(): readonly StreamItem[] {
    const items = this.#waiting.slice(this.#head).map((waiting) => waiting.item)
    this.#waiting = []
    this.#head = 0
    this.heldBytes = 0
    return items
  }
}
