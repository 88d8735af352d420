import type { Micros } from '../kernel/time.ts'
import type { HeldBytes } from './held-bytes.ts'
import { linkLimits } from './limits.ts'
import type { StreamItem, ToxicStage } from './toxics/toxic.ts'

/** Where a stream leads. */
export interface StreamSink {
  /** True while the receiver does not take more; `pump` must be called when that ends. */
  readonly full: boolean
  write(bytes: Buffer): void
  finish(kind: 'end' | 'reset' | 'close' | 'abort'): void
}

/** Where a stream comes from; it can be slowed down. */
export interface StreamSource {
  pause(): void
  resume(): void
}

/** What a stream needs. `now` is a monotonic clock. */
export interface StreamPorts {
  readonly sink: StreamSink
  readonly source: StreamSource
  readonly now: () => Micros
  readonly held: HeldBytes
}

interface PlacedStage {
  readonly order: number
  readonly stage: ToxicStage
}

/**
 * One direction of one connection: a chain of toxics between a source and a sink.
 *
 * Every change is made in one synchronous step, so that no byte is ever between two toxics: what is
 * added takes what comes from then on, what is removed hands on what it holds to its successor,
 * behind what that holds already. Nothing waits for anybody, so nothing can hang.
 */
export class ToxicStream {
  readonly #ports: StreamPorts
  #stages: PlacedStage[] = []
  #timer: NodeJS.Timeout | undefined
  #timerAt: Micros = Number.POSITIVE_INFINITY
  #paused = false
  /** `discarding`: nobody receives any more, but the sender may go on. */
  #state: 'open' | 'discarding' | 'closed' = 'open'
  #held = 0

  constructor(ports: StreamPorts) {
    this.#ports = ports
  }

  /** Bytes that the toxics of this stream hold. */
  get heldBytes(): number {
    return this.#held
  }

  /** Takes the next item from the source. */
  push(item: StreamItem): void {
    if (this.#state !== 'open') return
    const first = this.#stages[0]
    if (first === undefined) {
      this.#deliver(item)
      if (this.#ports.sink.full) this.#pause()
      return
    }
    first.stage.push(item, this.#ports.now())
    this.pump()
  }

  /** Places a toxic by its order among those that are there. */
  insert(order: number, stage: ToxicStage): void {
    if (this.#state !== 'open') return
    const index = this.#stages.findIndex((placed) => placed.order > order)
    this.#stages.splice(index < 0 ? this.#stages.length : index, 0, { order, stage })
    this.pump()
  }

  /** Takes a toxic out; what it holds goes on in order. False: it was not there. */
  remove(order: number): boolean {
    const index = this.#stages.findIndex((placed) => placed.order === order)
    const removed = this.#stages[index]
    if (removed === undefined) return false
    this.#stages.splice(index, 1)
    const next = this.#stages[index]
    for (const item of removed.stage.remove()) {
      if (this.#state !== 'open') break
      // An abort does not queue: it ends the connection whatever other toxics hold.
      if (next === undefined || item.kind === 'abort') this.#deliver(item)
      else next.stage.push(item, this.#ports.now())
    }
    this.pump()
    return true
  }

  has(order: number): boolean {
    return this.#stages.some((placed) => placed.order === order)
  }

  /** Moves every item that may move. Called after each change, by timers and by the sink. */
  pump(): void {
    if (this.#state !== 'open') return
    // One instant for moving and for scheduling: nothing may become due between the two.
    const now = this.#ports.now()
    while (this.#move(now)) if (this.#state !== 'open') return
    this.#account()
    this.#steer()
    this.#schedule(now)
  }

  /** The receiver is gone: drops what is held and what still comes, so that the sender may end. */
  discard(): void {
    if (this.#state !== 'open') return
    this.#end('discarding')
    this.#resume()
  }

  /** Drops what is held and stops for good. */
  close(): void {
    if (this.#state !== 'closed') this.#end('closed')
  }

  /** One sweep from the end of the chain; true if an item moved. */
  #move(now: Micros): boolean {
    let moved = false
    for (let index = this.#stages.length - 1; index >= 0; index -= 1) {
      const stage = this.#stages[index]?.stage
      if (stage === undefined) continue
      const next = this.#stages[index + 1]?.stage
      for (;;) {
        const item = stage.pull(now, next === undefined ? !this.#ports.sink.full : next.accepts())
        if (item === undefined) break
        moved = true
        if (next === undefined) this.#deliver(item)
        else next.push(item, now)
        if (this.#state !== 'open') return true
      }
    }
    return moved
  }

  #deliver(item: StreamItem): void {
    if (item.kind === 'data') this.#ports.sink.write(item.bytes)
    else this.#ports.sink.finish(item.kind)
  }

  #account(): void {
    let held = 0
    for (const { stage } of this.#stages) held += stage.heldBytes
    this.#ports.held.add(held - this.#held)
    this.#held = held
  }

  #steer(): void {
    const first = this.#stages[0]?.stage
    const open =
      first === undefined
        ? !this.#ports.sink.full
        : first.accepts() && !(this.#held > 0 && this.#ports.held.exhausted)
    if (open) this.#resume()
    else this.#pause()
  }

  #schedule(now: Micros): void {
    if (this.#stages.length === 0) {
      this.#clearTimer()
      return
    }
    let wakeAt = Number.POSITIVE_INFINITY
    if (this.#paused && this.#ports.held.exhausted) {
      wakeAt = now + linkLimits.heldBytesRetryMillis * 1_000
    }
    for (const { stage } of this.#stages) {
      const due = stage.dueAt()
      // What is due already waits for room, and whoever makes room pumps.
      if (due !== undefined && due > now) wakeAt = Math.min(wakeAt, due)
    }
    // A timer that fires too early pumps once for nothing and sleeps again.
    if (wakeAt === Number.POSITIVE_INFINITY || this.#timerAt <= wakeAt) return
    this.#clearTimer()
    this.#timerAt = wakeAt
    const waitMillis = Math.min(Math.ceil((wakeAt - now) / 1_000), linkLimits.timerMillisMax)
    this.#timer = setTimeout(() => {
      this.#clearTimer()
      this.pump()
    }, waitMillis)
  }

  #clearTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#ports.source.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#ports.source.resume()
  }

  #end(state: 'discarding' | 'closed'): void {
    this.#state = state
    this.#clearTimer()
    this.#stages = []
    this.#ports.held.add(-this.#held)
    this.#held = 0
  }
}
