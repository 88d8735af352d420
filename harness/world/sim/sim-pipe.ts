import { LimitError } from '../../kernel/errors.ts'
import type { Micros } from '../../kernel/time.ts'
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
}

/** `control`: opens or refuses a connection. It has no bytes that could be kept or lost. */
type ParcelKind = 'data' | 'control'

interface Parcel {
  readonly readyAt: Micros
  readonly kind: ParcelKind
  readonly deliver: () => void
}

/** One direction of one connection: ordered, never overtaking itself. */
export class Pipe {
  /** A black hole took something that was to pass here. */
  swallowed = false
  readonly #scheduler: Scheduler
  readonly #lane: Lane
  readonly #label: string
  #parcels: Parcel[] = []
  #lastReadyAt: Micros = 0
  #moving = false
  #closed = false

  constructor(scheduler: Scheduler, lane: Lane, label: string) {
    this.#scheduler = scheduler
    this.#lane = lane
    this.#label = label
  }

  /**
   * Sends a parcel off.
   *
   * @param content - Hash of what it carries, for the trace and the draw of its travel time.
   */
  send(what: string, content: number, deliver: () => void, kind: ParcelKind = 'data'): void {
    if (this.#closed) return
    const label = `${this.#label} ${what}#${content}`
    if (kind === 'data' && this.#lane.blackHoles > 0) {
      this.#scheduler.trace.note(label)
      this.swallowed = true
      return
    }
    const arrival = this.#scheduler.now + this.#lane.delay(content)
    const readyAt = Math.max(arrival, this.#lastReadyAt)
    this.#lastReadyAt = readyAt
    if (this.#parcels.length >= parcelsMax) {
      throw new LimitError(`"${this.#label}" holds ${parcelsMax} parcels`)
    }
    this.#parcels.push({ readyAt, kind, deliver })
    if (this.#moving) this.#scheduler.trace.note(label)
    else this.#move(readyAt, label)
  }

  /** Goes on after the last hold was lifted. */
  release(): void {
    this.#move(this.#scheduler.now, `${this.#label} released`)
  }

  /** Discards everything that is under way; nothing passes any more. */
  discard(): void {
    this.#closed = true
    this.#parcels = []
  }

  #move(at: Micros, label: string): void {
    this.#moving = true
    this.#scheduler.at(at, label, () => this.#arrive())
  }

  #arrive(): void {
    const head = this.#parcels[0]
    if (head === undefined) return
    const disturbable = head.kind === 'data'
    if (disturbable && this.#lane.holds > 0) {
      this.#lane.blocked.push(this)
      return
    }
    this.#parcels.shift()
    const next = this.#parcels[0]
    if (next === undefined) this.#moving = false
    else this.#move(Math.max(next.readyAt, this.#scheduler.now), this.#label)
    if (disturbable && this.#lane.blackHoles > 0) this.swallowed = true
    else head.deliver()
  }
}
