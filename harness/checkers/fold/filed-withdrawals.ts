import { NumberColumn } from './columns.ts'
import { type Withdrawal, type WithdrawalKind, withdrawalKinds } from './withdrawal.ts'

/**
 * Kinds that are only met by who presents what was withdrawn, and that nothing gives back but a new
 * account: a session, a secret, a device.
 */
const filedKinds = ['revocation', 'secret', 'device'] as const

export type FiledKind = (typeof filedKinds)[number]

/** True of a change that can wait in the file until somebody presents what it took. */
export function isFiled(kind: WithdrawalKind): kind is FiledKind {
  return filedKinds.some((filed) => filed === kind)
}

type Flags = Pick<Withdrawal, 'withoutPrimary' | 'clear'>

interface Made extends Pick<Withdrawal, 'operation' | 'inv' | 'end' | 'order'> {
  /** Place of the user and of the Region. */
  readonly user: number
  readonly region: number
}

/** A change as it is filed. */
export interface FiledWithdrawal extends Made, Flags {
  readonly kind: FiledKind
  /** Key of the operation that began the session, or that names the secret or device. */
  readonly label: number
}

const clearBit = 1
const withoutPrimaryBit = 2
const regionStep = 4 * withdrawalKinds.length

/**
 * Changes that nobody has met yet, in columns of numbers, about 25 bytes each: there can be one for
 * every session of a history.
 */
export class FiledWithdrawals {
  readonly #user = new NumberColumn()
  readonly #operation = new NumberColumn()
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #order = new NumberColumn()
  /** Region, kind and flags. */
  readonly #meta = new NumberColumn()
  /** Place of the one before it of the same kind and label, plus one. */
  readonly #previous = new NumberColumn()
  /** Place of the newest by label, plus one. */
  readonly #newest: Readonly<Record<FiledKind, Map<number, number>>> = {
    revocation: new Map(),
    secret: new Map(),
    device: new Map(),
  }

  file(
    kind: FiledKind,
    label: number,
    { user, operation, inv, end, order, region }: Made,
    { clear, withoutPrimary }: Flags,
  ): void {
    this.#user.push(user)
    this.#operation.push(operation)
    this.#inv.push(inv)
    this.#end.push(end)
    this.#order.push(order)
    const flags = (clear ? clearBit : 0) | (withoutPrimary ? withoutPrimaryBit : 0)
    this.#meta.push(region * regionStep + withdrawalKinds.indexOf(kind) * 4 + flags)
    this.#previous.push(this.#newest[kind].get(label) ?? 0)
    this.#newest[kind].set(label, this.#meta.length)
  }

  /** Takes out those of one user that withdrew this. */
  take(kind: FiledKind, label: number, user: number): readonly FiledWithdrawal[] {
    const newest = this.#newest[kind].get(label)
    if (newest === undefined) return []
    const found: FiledWithdrawal[] = []
    let kept = 0
    for (let place = newest - 1; place >= 0; ) {
      const previous = this.#previous.at(place)
      if (this.#user.at(place) === user) found.push(this.#at(place, kind, label))
      else {
        this.#previous.set(place, kept)
        kept = place + 1
      }
      place = previous - 1
    }
    if (kept > 0) this.#newest[kind].set(label, kept)
    else this.#newest[kind].delete(label)
    return found.reverse()
  }

  #at(place: number, kind: FiledKind, label: number): FiledWithdrawal {
    const meta = this.#meta.at(place)
    return {
      kind,
      label,
      user: this.#user.at(place),
      region: Math.floor(meta / regionStep),
      operation: this.#operation.at(place),
      inv: this.#inv.at(place),
      end: this.#end.at(place),
      order: this.#order.at(place),
      clear: (meta & clearBit) !== 0,
      withoutPrimary: (meta & withoutPrimaryBit) !== 0,
    }
  }
}
