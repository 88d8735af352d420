import type { Draw } from '../../kernel/random.ts'
import type { Micros } from '../../kernel/time.ts'

/**
 * What travels through one direction of a connection, in order.
 *
 * - `data`: bytes.
 * - `end`: the sender finished (FIN); more bytes may still come the other way.
 * - `reset`: the sender's connection broke (RST), or the upstream could not be reached.
 * - `close`: a toxic ends the connection on both sides after the bytes before it.
 * - `abort`: a toxic resets the connection on both sides at once.
 */
export type StreamItem =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' | 'reset' | 'close' | 'abort' }

/**
 * One toxic on one direction of one connection: a state machine that is told the time and owns no
 * timer. Items must leave in the order in which they came, or be swallowed.
 */
export interface ToxicStage {
  /** Bytes that wait here. */
  readonly heldBytes: number
  /** False slows the sender down; what is pushed all the same must be taken. */
  accepts(): boolean
  push(item: StreamItem, now: Micros): void
  /**
   * The next item that may leave at `now`.
   *
   * @param room - False: what follows is full, so only an item without bytes may leave.
   */
  pull(now: Micros, room: boolean): StreamItem | undefined
  /** When the next item may leave; undefined if that needs more than time. */
  dueAt(): Micros | undefined
  /** The end of this stage under traffic: everything that the rest of the chain must still see. */
  remove(): readonly StreamItem[]
}

/** What a toxic knows of the connection that it meets. */
export interface ToxicContext<Name extends string> {
  /** The current value; it changes when the toxic is updated. */
  attribute(name: Name): number
  /** When the toxic met the connection. */
  readonly begunAt: Micros
  /** Keyed draws: the same seed, toxic, connection and ordinal give the same values. */
  draw(ordinal: number): Draw
}

/** A whole number that a toxic takes. */
export interface AttributeRule {
  readonly unit: string
  readonly min: number
  /** Value where the request names none. Without it the attribute is required. */
  readonly initial?: number
}

/** A kind of toxic. Without `begin` it acts on the whole link and not on single connections. */
export interface ToxicType<Name extends string = string> {
  /** Name in the HTTP API. */
  readonly type: string
  readonly summary: string
  readonly origin: 'toxiproxy' | 'interregnum'
  readonly attributes: Readonly<Record<Name, AttributeRule>>
  begin?(context: ToxicContext<Name>): ToxicStage
}

/** Types a toxic by the names of its attributes. */
export function defineToxic<const Name extends string>(type: ToxicType<Name>): ToxicType<Name> {
  return Object.freeze(type)
}

/** The bytes of an item; 0 for an item without bytes. */
export function byteLength(item: StreamItem): number {
  return item.kind === 'data' ? item.bytes.length : 0
}
