import type { RegisterKind } from '../../history/operation.ts'
import { NumberColumn } from './columns.ts'

/** Kinds of which a history holds one for each session, secret or device. */
const coldKinds = ['revoked', 'secret', 'device'] as const

type ColdKind = (typeof coldKinds)[number]

/** A register that is put away. */
export interface ColdRegister {
  readonly id: number
  readonly kind: ColdKind
  /** Key of the operation that its detail is. */
  readonly detail: number
  /** Place of its user. */
  readonly user: number
  /** Index of its last stored write; −1 if there is none. */
  readonly newest: number
}

/** True of a register that may be put away while nothing writes it and nobody has read it. */
export function mayBeCold(kind: RegisterKind): kind is ColdKind {
  return coldKinds.some((cold) => cold === kind)
}

const none: readonly ColdRegister[] = []

/** Registers that nothing is done with, in columns of numbers, about 15 bytes each. */
export class ColdRegisters {
  readonly #id = new NumberColumn()
  readonly #user = new NumberColumn()
  readonly #detail = new NumberColumn()
  /** Index of the last write, plus one. */
  readonly #newest = new NumberColumn()
  /** Place among the kinds, plus one; 0 once it was taken out. */
  readonly #kind = new NumberColumn()
  /** Distance to the one before it of the same user; 0 for the first. */
  readonly #distance = new NumberColumn()
  /** The last one of each user. */
  readonly #lastOf: number[] = []
  readonly #placeOf: Readonly<Record<ColdKind, Map<number, number>>> = {
    revoked: new Map(),
    secret: new Map(),
    device: new Map(),
  }

  /** False if there is one of another user in its place. */
  put({ id, kind, detail, user, newest }: ColdRegister): boolean {
    if (this.#placeOf[kind].has(detail)) return false
    const place = this.#id.length
    this.#id.push(id)
    this.#user.push(user)
    this.#detail.push(detail)
    this.#newest.push(newest + 1)
    this.#kind.push(coldKinds.indexOf(kind) + 1)
    const last = this.#lastOf[user]
    this.#distance.push(last === undefined ? 0 : place - last)
    this.#lastOf[user] = place
    this.#placeOf[kind].set(detail, place)
    return true
  }

  /** Takes one out, if it is here. */
  take(kind: ColdKind, detail: number, user: number): ColdRegister | undefined {
    const cold = this.find(kind, detail, user)
    if (cold === undefined) return undefined
    this.#kind.set(this.#placeOf[kind].get(detail) ?? 0, 0)
    this.#placeOf[kind].delete(detail)
    return cold
  }

  find(kind: ColdKind, detail: number, user: number): ColdRegister | undefined {
    const place = this.#placeOf[kind].get(detail)
    return place === undefined || this.#user.at(place) !== user ? undefined : this.#at(place)
  }

  /** Those of one user, the newest first. */
  of(user: number): readonly ColdRegister[] {
    let place = this.#lastOf[user] ?? -1
    if (place < 0) return none
    const found: ColdRegister[] = []
    while (place >= 0) {
      const cold = this.#at(place)
      if (cold !== undefined) found.push(cold)
      const distance = this.#distance.at(place)
      place = distance === 0 ? -1 : place - distance
    }
    return found
  }

  *all(): Generator<ColdRegister> {
    for (let place = 0; place < this.#id.length; place += 1) {
      const cold = this.#at(place)
      if (cold !== undefined) yield cold
    }
  }

  #at(place: number): ColdRegister | undefined {
    const kind = coldKinds[this.#kind.at(place) - 1]
    if (kind === undefined) return undefined
    return {
      kind,
      id: this.#id.at(place),
      detail: this.#detail.at(place),
      user: this.#user.at(place),
      newest: this.#newest.at(place) - 1,
    }
  }
}
