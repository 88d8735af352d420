import type { Micros } from '../../kernel/time.ts'

/** Something that happens at a point of virtual time. `run` is cleared when it is cancelled. */
export interface SimEvent {
  readonly at: Micros
  readonly sequence: number
  run: (() => void) | undefined
}

/** Cancelled events are swept out of the heap when they are this many and the majority. */
const cancelledSweepMin = 1_024

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}

/** A binary heap of events, ordered by (time, sequence). */
export class EventQueue {
  #heap: SimEvent[] = []
  #cancelled = 0

  /** Events that are still to come. */
  get size(): number {
    return this.#heap.length - this.#cancelled
  }

  push(event: SimEvent): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as SimEvent
      if (!before(event, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = event
  }

  /** The next event, or undefined when none is left. */
  pop(): SimEvent | undefined {
    for (;;) {
      const top = this.#take()
      if (top === undefined || top.run !== undefined) return top
      this.#cancelled -= 1
    }
  }

  /** Takes an event back. False if it ran or was cancelled before. */
  cancel(event: SimEvent): boolean {
    if (event.run === undefined) return false
    event.run = undefined
    this.#cancelled += 1
    if (this.#cancelled >= cancelledSweepMin && this.#cancelled * 2 > this.#heap.length) {
      this.#sweep()
    }
    return true
  }

  #take(): SimEvent | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    heap[0] = last
    this.#sink(0)
    return top
  }

  #sink(start: number): void {
    const heap = this.#heap
    const { length } = heap
    const event = heap[start] as SimEvent
    let index = start
    for (;;) {
      let child = index * 2 + 1
      if (child >= length) break
      const right = child + 1
      if (right < length && before(heap[right] as SimEvent, heap[child] as SimEvent)) child = right
      const below = heap[child] as SimEvent
      if (!before(below, event)) break
      heap[index] = below
      index = child
    }
    heap[index] = event
  }

  #sweep(): void {
    this.#heap = this.#heap.filter((event) => event.run !== undefined)
    this.#cancelled = 0
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index)
  }
}
