import type { Random } from '../kernel/random.ts'
import type { Micros } from '../kernel/time.ts'
import type { LinkConnection, StreamDirection } from './connection.ts'
import type { ToxicType } from './toxics/toxic.ts'

/** The JSON form of a toxic in the HTTP API. */
export interface ToxicBody {
  readonly attributes: Readonly<Record<string, number>>
  readonly name: string
  readonly type: string
  readonly stream: StreamDirection
  readonly toxicity: number
}

/** A toxic that was asked for, checked. */
export interface ToxicRequest {
  readonly type: ToxicType
  readonly name: string
  readonly stream: StreamDirection
  /** Share of the connections that it affects, 0 to 1. */
  readonly toxicity: number
  readonly attributes: Readonly<Record<string, number>>
}

/** A toxic in force on a link. */
export class ActiveToxic {
  readonly name: string
  readonly type: ToxicType
  readonly stream: StreamDirection
  /** Place in the chain: later toxics come behind earlier ones. */
  readonly order: number
  readonly #random: Random
  #toxicity: number
  #attributes: Readonly<Record<string, number>>

  /** @param random - Draws of the link. */
  constructor(request: ToxicRequest, order: number, random: Random) {
    this.name = request.name
    this.type = request.type
    this.stream = request.stream
    this.order = order
    this.#random = random.scope(request.name)
    this.#toxicity = request.toxicity
    this.#attributes = request.attributes
  }

  /** True for a toxic that acts on the link and not on its connections. */
  get cuts(): boolean {
    return this.type.begin === undefined
  }

  describe(): ToxicBody {
    return {
      attributes: this.#attributes,
      name: this.name,
      type: this.type.type,
      stream: this.stream,
      toxicity: this.#toxicity,
    }
  }

  update(change: {
    readonly toxicity: number
    readonly attributes: Readonly<Record<string, number>>
  }): void {
    this.#toxicity = change.toxicity
    this.#attributes = change.attributes
  }

  /** Puts the toxic on a connection, or takes it away where its toxicity no longer reaches it. */
  reconcile(connection: LinkConnection, now: Micros): void {
    const stream = connection.streams[this.stream]
    const wanted = this.#affects(connection)
    if (wanted === stream.has(this.order)) stream.pump()
    else if (!wanted) stream.remove(this.order)
    else {
      const stage = this.type.begin?.({
        attribute: (name) => this.#attributes[name] ?? 0,
        begunAt: now,
        draw: (ordinal) => this.#random.at('toxic', connection.ordinal, ordinal),
      })
      if (stage !== undefined) stream.insert(this.order, stage)
    }
  }

  /** One draw per connection, so that a change of toxicity moves as few as it must. */
  #affects(connection: LinkConnection): boolean {
    if (this.#toxicity >= 1) return true
    return this.#random.at('toxicity', connection.ordinal, 0).fraction() < this.#toxicity
  }
}
