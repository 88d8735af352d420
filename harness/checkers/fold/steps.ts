import type { Micros } from '../../kernel/time.ts'
import { NumberColumn } from './columns.ts'
import { OperationColumn } from './operation-column.ts'

/** What is known of an operation, one bit each; above them the place of its Region, plus one. */
export const stepFlags = {
  /** It passes a session on. */
  step: 1,
  factor: 2,
  remembered: 4,
  /** It minted an access token, and when that expires is known. */
  minted: 8,
  expires: 16,
} as const

const flagsAll = 31
const regionShift = 5

/**
 * Operations that later ones may present the results of, in columns of numbers, about 20 bytes
 * each; most columns hold the distance to what is near by.
 */
export class Steps {
  readonly #placeOf = new OperationColumn()
  readonly #flags = new NumberColumn()
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #dies = new NumberColumn()
  readonly #root = new NumberColumn()
  /** How far the root of the session is from that of the tokens. */
  readonly #rootShift = new NumberColumn()
  /** How far the first token of the family is. */
  readonly #first = new NumberColumn()
  /** How far the answer is that began the session, plus one; 0 where none did. */
  readonly #begun = new NumberColumn()
  #lastKey = Number.NaN

  /** The place of an operation, by its key; −1 if it has none. */
  indexOf(key: number): number {
    return this.#placeOf.at(key) - 1
  }

  get count(): number {
    return this.#inv.length
  }

  /** The place of an operation that was just answered. */
  ensure(key: number, inv: Micros, end: Micros): number {
    if (key === this.#lastKey) return this.count - 1
    const known = this.indexOf(key)
    if (known >= 0) return known
    this.#lastKey = key
    this.#flags.push(0)
    this.#inv.push(inv)
    this.#end.push(end)
    this.#dies.push(Infinity)
    this.#root.push(key)
    this.#rootShift.push(0)
    this.#first.push(0)
    this.#begun.push(0)
    this.#placeOf.set(key, this.count)
    return this.count - 1
  }

  flags(place: number): number {
    return this.#flags.at(place) & flagsAll
  }

  /** The place of its Region; −1 for another node. */
  region(place: number): number {
    return (this.#flags.at(place) >> regionShift) - 1
  }

  inv(place: number): Micros {
    return this.#inv.at(place)
  }

  end(place: number): Micros {
    return this.#end.at(place)
  }

  /** When its token expires by its own word; ∞ where it does not say. */
  dies(place: number): Micros {
    return this.#dies.at(place)
  }

  /** Key of the operation that its tokens go back to. */
  tokenRoot(place: number): number {
    return this.#root.at(place)
  }

  /** Place of the first token of its family. */
  first(place: number): number {
    return place - this.#first.at(place)
  }

  /** Key of the operation that its session goes back to. */
  sessionRoot(place: number): number {
    return this.#root.at(place) + this.#rootShift.at(place)
  }

  /** Place of the answer that first gave tokens in its session; −1 where that is not known. */
  begunAt(place: number): number {
    const distance = this.#begun.at(place)
    return distance === 0 ? -1 : place - distance + 1
  }

  /** It minted a token. */
  mint(
    place: number,
    token: {
      readonly region: number
      readonly dies: Micros
      readonly expires: boolean
      readonly root: number
      readonly first: number
    },
  ): void {
    const expires = token.expires ? stepFlags.expires : 0
    const flags = this.flags(place) | stepFlags.minted | expires
    this.#flags.set(place, flags | ((token.region + 1) << regionShift))
    this.#dies.set(place, token.dies)
    this.#root.set(place, token.root)
    this.#first.set(place, place - token.first)
  }

  /** It passes a session on. */
  pass(
    place: number,
    session: { readonly root: number; readonly begunAt: number; readonly flags: number },
  ): void {
    this.#flags.set(place, this.#flags.at(place) | stepFlags.step | session.flags)
    this.#rootShift.set(place, session.root - this.#root.at(place))
    this.#begun.set(place, session.begunAt < 0 ? 0 : place - session.begunAt + 1)
  }
}
