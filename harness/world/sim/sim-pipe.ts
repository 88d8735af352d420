import { LimitError } from '../../kernel/errors.ts'
import type { Micros } from '../../kernel/time.ts'
import type { SimEvent } from './event-queue.ts'
import type { Scheduler } from './scheduler.ts'

/** Parcels that one direction of one connection can hold. */
const parcelsMax = 1_000_000

/** What one direction of a link does to everything that passes it. */
export interface Lane {
  holds: number
  blackHoles: number
  /** Pipes whose head waits for the last hold to be lifted, in the order of arrival. */
  blocked: Pipe[]
  /** How long a parcel that leaves now travels. */
  delay(content: number): Micros
  /** How long the connection is busy with a parcel of so many bytes. */
  pace(bytes: number, content: number): Micros
  /** How much later the end of a connection arrives. */
  readonly closeDelay: Micros
  /** After how many bytes a connection ends; another object counts anew. */
  readonly limit: { readonly bytes: number } | undefined
  /** How long after bytes that are swallowed a connection is reset. */
  readonly resetAfter: Micros | undefined
}

/**
 * `control`: opens or refuses a connection; it has no bytes that could be kept or lost. `end`: the
 * last that a sender says.
 */
type ParcelKind = 'data' | 'end' | 'control'

interface Parcel {
  readyAt: Micros
  readonly kind: ParcelKind
  readonly bytes: number
  readonly deliver: () => void
}

/** One direction of one connection: ordered, never overtaking itself. */
export class Pipe {
  /** A black hole took something that was to pass here. */
  swallowed = false
  readonly #scheduler: Scheduler
  readonly #lane: Lane
  readonly #label: string
  readonly #onBreak: () => void
  #parcels: Parcel[] = []
  #lastReadyAt: Micros = 0
  /** Until when the connection is busy with what was sent before. */
  #freeAt: Micros = 0
  #moving = false
  #closed = false
  #event: SimEvent | undefined
  #limit: { readonly bytes: number } | undefined
  #counted = 0
  #breaking = false

  /** @param onBreak - Called when the link itself ends the connection. */
  constructor(scheduler: Scheduler, lane: Lane, label: string, onBreak: () => void) {
    this.#scheduler = scheduler
    this.#lane = lane
    this.#label = label
    this.#onBreak = onBreak
  }

  /**
   * Sends a parcel off.
   *
   * @param content - Hash of what it carries, for the trace and the draw of its travel time.
   * @param bytes - How many; 0 for what has none.
   */
  send(
    what: string,
    content: number,
    deliver: () => void,
    kind: ParcelKind = 'data',
    bytes = 0,
  ): void {
    if (this.#closed) return
    const label = `${this.#label} ${what}#${content}`
    if (kind !== 'control' && this.#swallows()) {
      this.#scheduler.trace.note(label)
      this.swallowed = true
      return
    }
    const { now } = this.#scheduler
    const pace = this.#lane.pace(bytes, content)
    if (pace > 0) this.#freeAt = Math.max(this.#freeAt, now) + pace
    const closeDelay = kind === 'end' ? this.#lane.closeDelay : 0
    const arrival = Math.max(now, this.#freeAt) + this.#lane.delay(content) + closeDelay
    const readyAt = Math.max(arrival, this.#lastReadyAt)
    this.#lastReadyAt = readyAt
    if (this.#parcels.length >= parcelsMax) {
      throw new LimitError(`"${this.#label}" holds ${parcelsMax} parcels`)
    }
    this.#parcels.push({ readyAt, kind, bytes, deliver })
    if (this.#moving) this.#scheduler.trace.note(label)
    else this.#move(readyAt, label)
  }

  /** Goes on after the last hold was lifted. */
  release(): void {
    this.#move(this.#scheduler.now, `${this.#label} released`)
  }

  /** What kept parcels back is over: they arrive now, in their order. */
  hurry(): void {
    const { now } = this.#scheduler
    this.#freeAt = now
    this.#lastReadyAt = Math.min(this.#lastReadyAt, now)
    for (const parcel of this.#parcels) parcel.readyAt = Math.min(parcel.readyAt, now)
    if (this.#event === undefined) return
    this.#scheduler.cancel(this.#event)
    this.#move(now, `${this.#label} hurried`)
  }

  /** Discards everything that is under way; nothing passes any more. */
  discard(): void {
    this.#closed = true
    this.#parcels = []
  }

  #move(at: Micros, label: string): void {
    this.#moving = true
    this.#event = this.#scheduler.at(at, label, () => this.#arrive())
  }

  #swallows(): boolean {
    const { blackHoles, resetAfter } = this.#lane
    if (resetAfter !== undefined && !this.#breaking) {
      this.#breaking = true
      this.#scheduler.after(resetAfter, `${this.#label} reset`, () => {
        if (!this.#closed) this.#onBreak()
      })
    }
    return blackHoles > 0 || this.#breaking
  }

  /** Counts bytes against a limit: whether they may pass, and whether they were the last. */
  #count(bytes: number): 'passes' | 'last' | 'over' {
    const { limit } = this.#lane
    if (limit !== this.#limit) {
      this.#limit = limit
      this.#counted = 0
    }
    if (limit === undefined || bytes === 0) return 'passes'
    this.#counted += bytes
    if (this.#counted < limit.bytes) return 'passes'
    return this.#counted === limit.bytes ? 'last' : 'over'
  }

  #arrive(): void {
    this.#event = undefined
    const head = this.#parcels[0]
    if (head === undefined) return
    const disturbable = head.kind !== 'control'
    if (disturbable && this.#lane.holds > 0) {
      this.#lane.blocked.push(this)
      return
    }
    this.#parcels.shift()
    const next = this.#parcels[0]
    if (next === undefined) this.#moving = false
    else this.#move(Math.max(next.readyAt, this.#scheduler.now), this.#label)
    if (disturbable && this.#lane.blackHoles > 0) {
      this.swallowed = true
      return
    }
    const counted = this.#count(head.bytes)
    if (counted !== 'over') head.deliver()
    if (counted !== 'passes' && !this.#closed) this.#onBreak()
  }
}
