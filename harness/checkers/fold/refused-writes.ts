import type { RegionName } from '../../history/operation.ts'
import { IntegerColumn } from './columns.ts'
import type { Sure } from './counts.ts'
import type { Attempt, HistoryFold } from './history-fold.ts'
import { OperationColumn } from './operation-column.ts'
import type { OpenWrite, Register } from './register.ts'
import { type LoggedRequest, RequestLog } from './request-log.ts'

const sureties: readonly Sure[] = ['no', 'perhaps', 'certainly']

/** Writes that were refused, by register and value: of equal ones the first. */
export class RefusedWrites {
  readonly #fold: HistoryFold
  readonly #log: RequestLog
  /** Id of the register, plus one, where the value is the operation's id. */
  readonly #register = new IntegerColumn()
  readonly #shown = new IntegerColumn()
  /** Places, plus one: of the first write by operation, where the value is the operation's id. */
  readonly #own = new OperationColumn()
  /** Of other values, by register and key. */
  readonly #other = new Map<string, number>()
  readonly #watched = new Set<number>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#log = new RequestLog(fold)
  }

  get count(): number {
    return this.#log.length
  }

  /** True if some write of the register was refused. */
  watches({ id }: Register): boolean {
    return this.#watched.has(id)
  }

  add({ invoke, inv, end }: Attempt, node: RegionName, { register, key }: OpenWrite): void {
    this.#watched.add(register.id)
    if (this.find(register, key) >= 0) return
    const { user, operation } = invoke
    const place = this.#log.length
    this.#log.push({ at: inv, user, operation, region: node }, end)
    if (key !== operation) {
      this.#other.set(`${register.id} ${key}`, place)
      return
    }
    this.#register.set(place, register.id + 1)
    const number = this.#log.keyAt(place)
    if (this.#own.at(number) === 0) this.#own.set(number, place + 1)
  }

  /** The place of the refused write of a value; −1 if there is none. */
  find({ id }: Register, key: string): number {
    const number = this.#fold.registers.knownKey(key)
    const first = number === undefined ? -1 : this.#own.at(number) - 1
    for (let place = first; place >= 0 && place < this.#log.length; place += 1) {
      if (this.#log.keyAt(place) !== number) break
      if (this.#register.at(place) === id + 1) return place
    }
    return this.#other.size === 0 ? -1 : (this.#other.get(`${id} ${key}`) ?? -1)
  }

  at(place: number): LoggedRequest {
    return this.#log.at(place)
  }

  /** How sure it is that its value was read. */
  shown(place: number): Sure {
    return sureties[this.#shown.at(place)] ?? 'no'
  }

  show(place: number, sure: Sure): void {
    this.#shown.set(place, sureties.indexOf(sure))
  }
}
