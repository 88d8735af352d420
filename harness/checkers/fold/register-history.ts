import { operationNumber } from '../../history/history-rules.ts'
import type { InvokeLine } from '../../history/line.ts'
import {
  classOf,
  type DataClass,
  dataClasses,
  type OperationId,
  parseRegister,
  type RegisterKind,
  type RegisterName,
  type RegisterValue,
} from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { NumberColumn } from './columns.ts'
import { initialPosition, merge, type Position, type Span, widen } from './position.ts'

/** A write that is under way: it may take effect from `inv` on. */
export interface OpenWrite extends Span {
  readonly register: Register
  readonly key: string
  readonly dataClass: DataClass
  /** It takes access away from somebody. */
  readonly takes: boolean
}

/** The registers of one user. */
export interface UserRegisters {
  readonly name: string
  readonly registers: Register[]
  existence: Register | undefined
}

/** One replicated fact and the writes to it. */
export interface Register {
  readonly id: number
  readonly name: RegisterName
  readonly kind: RegisterKind
  readonly detail: string | undefined
  readonly user: UserRegisters
  /** Index of the last stored write; −1 if there is none. */
  newest: number
  open: readonly OpenWrite[]
  /** The value that is not the id of its operation, and its write, while there is only one. */
  loneKey: string | undefined
  loneWrite: number
  /** Writes of values that are not the id of their operation, by value, where there are more. */
  shared: Map<string, Position> | undefined
}

/** A write of the sets A (`end` is finite) and I (`end` = ∞). */
export interface Write extends Span {
  readonly index: number
  readonly key: string
  readonly dataClass: DataClass
}

/** `null` as a key: nobody wrote it, or it is absent. A deleted user reads as absent. */
const absentKey = ''

const nothingOpen: readonly OpenWrite[] = []

/** Written by what takes something away: a read shows nothing. */
const absentValues: Readonly<Partial<Record<RegisterKind, RegisterValue>>> = {
  existence: 'deleted',
  group: 'removed',
  secret: 'deleted',
  device: 'forgotten',
}

/** Values that read alike have one key. */
export function valueKey(kind: RegisterKind, value: RegisterValue): string {
  return value === null || absentValues[kind] === value ? absentKey : value
}

/**
 * Every write of a history by register: A = acknowledged, I = unknown. Writes are kept in columns
 * of numbers, about 20 bytes each, because a history can hold millions.
 */
export class RegisterHistory {
  readonly all: Register[] = []
  readonly #byName = new Map<RegisterName, Register>()
  readonly #users = new Map<string, UserRegisters>()
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #operation = new NumberColumn()
  readonly #previous = new NumberColumn()
  /** Class of data, and above its three bits the index of a shared value. */
  readonly #meta = new NumberColumn()
  /** The greatest key of an operation whose writes are stored, and how far a later one was below. */
  #greatest = 0
  #disorder = 0
  readonly #names: OperationId[] = []
  readonly #namedKeys = new Map<OperationId, number>()
  readonly #sharedValues: string[] = ['']
  readonly #sharedIndex = new Map<string, number>()

  user(name: string): UserRegisters | undefined {
    return this.#users.get(name)
  }

  /** A number for an operation; {@link operationId} turns it back. */
  operationKey(operation: OperationId): number {
    const number = operationNumber(operation)
    if (number >= 0) return number
    const known = this.#namedKeys.get(operation)
    if (known !== undefined) return known
    this.#names.push(operation)
    const key = -1 - this.#names.length
    this.#namedKeys.set(operation, key)
    return key
  }

  /** The same of a text that need not be an operation's; undefined if it is none that is known. */
  knownKey(operation: string): number | undefined {
    const number = operationNumber(operation)
    return number >= 0 ? number : this.#namedKeys.get(operation)
  }

  operationId(key: number): OperationId {
    return key >= 0 ? `op${key}` : (this.#names[-key - 2] ?? '')
  }

  /** The writes of an operation that was sent; none for one that writes nothing. */
  invoke(line: InvokeLine): readonly OpenWrite[] {
    if (line.writes === undefined || line.writes.length === 0) return nothingOpen
    const operation = this.operationKey(line.operation)
    const open: OpenWrite[] = []
    for (const write of line.writes) {
      const register = this.ensure(write.register)
      const dataClass = classOf(register.kind, write.value, line.function)
      const entry: OpenWrite = {
        operation,
        inv: line.at,
        end: Infinity,
        register,
        key: valueKey(register.kind, write.value),
        dataClass,
        takes: dataClass === 'deauthorisation',
      }
      register.open = register.open.length === 0 ? [entry] : [...register.open, entry]
      open.push(entry)
    }
    return open
  }

  /** @param end - ∞ where it is unknown; undefined where it was refused. */
  complete(writes: readonly OpenWrite[], end: Micros | undefined): void {
    for (const write of writes) {
      const { register } = write
      register.open =
        register.open.length === 1 ? nothingOpen : register.open.filter((one) => one !== write)
      if (end !== undefined) this.#store(write, end)
    }
  }

  /** The operations under way that write a value which no answered operation wrote. */
  onlyUnderWay(register: Register, value: RegisterValue): readonly OperationId[] {
    const key = valueKey(register.kind, value)
    if (key === absentKey || this.isShared(register, key)) return []
    if (this.#ownWrite(register, key) >= 0) return []
    const open = register.open.filter((write) => write.key === key)
    return open.map((write) => this.operationId(write.operation))
  }

  /** Where a value stands, by the writes known so far. Undefined: nobody wrote it. */
  position(register: Register, value: RegisterValue): Position | undefined {
    const key = valueKey(register.kind, value)
    let position = key === absentKey ? initialPosition : undefined
    const shared = this.sharedPosition(register, key)
    if (shared !== undefined) position = position === undefined ? shared : merge(position, shared)
    let isUnderWay = false
    for (const write of register.open) {
      if (write.key !== key) continue
      position = widen(position, write)
      isUnderWay ||= this.operationId(write.operation) === key
    }
    const own = key === absentKey || isUnderWay ? -1 : this.#ownWrite(register, key)
    if (own < 0) return position
    return widen(position, this.#span(own))
  }

  /** True if some stored write has this value, which is not the id of its operation. */
  isShared({ loneKey, shared }: Register, key: string): boolean {
    return loneKey === key || shared?.has(key) === true
  }

  /** Where such a value stands by the stored writes alone. */
  sharedPosition({ loneKey, loneWrite, shared }: Register, key: string): Position | undefined {
    return loneKey === key ? widen(undefined, this.#span(loneWrite)) : shared?.get(key)
  }

  /** True if some delete of the user is acknowledged, unknown or under way. */
  mayBeDeleted(user: UserRegisters): boolean {
    const { existence } = user
    if (existence === undefined) return false
    if (this.isShared(existence, absentKey)) return true
    return existence.open.some((write) => write.key === absentKey)
  }

  /** The writes of a register in the order of their answers. */
  writesOf(register: Register): Write[] {
    const writes: Write[] = []
    for (let index = register.newest; index >= 0; index = this.#previous.at(index) - 1) {
      writes.push(this.#write(index))
    }
    return writes.reverse()
  }

  /** Acknowledged writes of the register with `end` ≥ `since`, newest first. */
  *acknowledgedSince(register: Register, since: Micros): Generator<Write> {
    for (let index = register.newest; index >= 0; index = this.#previous.at(index) - 1) {
      if (this.#end.at(index) < since) return
      if (this.#end.at(index) !== Infinity) yield this.#write(index)
    }
  }

  /** The stored write of the operation that the key names, of its own id. */
  #ownWrite(register: Register, key: string): number {
    const named = this.knownKey(key)
    if (named === undefined) return -1
    for (let index = register.newest; index >= 0; index = this.#previous.at(index) - 1) {
      const operation = this.#operation.at(index)
      if (operation === named && this.#meta.at(index) >>> 3 === 0) return index
      // Whatever was stored before it has a key of at most so much more.
      if (operation >= 0 && named >= 0 && operation + this.#disorder < named) return -1
    }
    return -1
  }

  #span(index: number): Span {
    return {
      operation: this.#operation.at(index),
      inv: this.#inv.at(index),
      end: this.#end.at(index),
    }
  }

  #write(index: number): Write {
    const meta = this.#meta.at(index)
    const shared = meta >>> 3
    const operation = this.#operation.at(index)
    return {
      operation,
      inv: this.#inv.at(index),
      end: this.#end.at(index),
      index,
      key: shared === 0 ? this.operationId(operation) : (this.#sharedValues[shared] ?? absentKey),
      dataClass: dataClasses[meta & 7] ?? 'profile',
    }
  }

  #store(write: OpenWrite, end: Micros): void {
    const { register, operation, inv, key } = write
    const index = this.#inv.length
    this.#inv.push(inv)
    this.#end.push(end)
    this.#operation.push(operation)
    this.#previous.push(register.newest + 1)
    if (operation >= 0) {
      this.#disorder = Math.max(this.#disorder, this.#greatest - operation)
      this.#greatest = Math.max(this.#greatest, operation)
    }
    register.newest = index
    const isOwn = key === this.operationId(operation)
    const value = isOwn ? 0 : this.#sharedValue(key)
    this.#meta.push((value << 3) | dataClasses.indexOf(write.dataClass))
    if (!isOwn) this.#share(register, key, index)
  }

  #share(register: Register, key: string, index: number): void {
    const { loneKey, shared } = register
    if (loneKey === undefined && shared === undefined) {
      register.loneKey = key
      register.loneWrite = index
      return
    }
    const all = shared ?? new Map<string, Position>()
    if (loneKey !== undefined) all.set(loneKey, widen(undefined, this.#span(register.loneWrite)))
    all.set(key, widen(all.get(key), this.#span(index)))
    register.loneKey = undefined
    register.shared = all
  }

  #sharedValue(key: string): number {
    const known = this.#sharedIndex.get(key)
    if (known !== undefined) return known
    this.#sharedValues.push(key)
    const index = this.#sharedValues.length - 1
    this.#sharedIndex.set(key, index)
    return index
  }

  /** The register of this name, also where nobody wrote to it. */
  ensure(name: RegisterName): Register {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const { user, kind, detail } = parseRegister(name)
    const owner = this.#users.get(user) ?? { name: user, registers: [], existence: undefined }
    this.#users.set(user, owner)
    const register: Register = {
      id: this.all.length,
      name,
      kind,
      detail,
      user: owner,
      newest: -1,
      open: nothingOpen,
      loneKey: undefined,
      loneWrite: -1,
      shared: undefined,
    }
    owner.registers.push(register)
    if (kind === 'existence') owner.existence = register
    this.all.push(register)
    this.#byName.set(name, register)
    return register
  }
}
