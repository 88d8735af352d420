import { operationNumber } from '../../history/history-rules.ts'
import type { InvokeLine } from '../../history/line.ts'
import {
  classOf,
  dataClasses,
  type OperationId,
  parseRegister,
  type RegisterKind,
  type RegisterName,
  type RegisterValue,
  type RegisterWrite,
  registerName,
} from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { type ColdRegister, ColdRegisters, mayBeCold } from './cold-registers.ts'
import { NumberColumn } from './columns.ts'
import { initialPosition, merge, type Position, type Span, widen } from './position.ts'
import {
  absentKey,
  newRegister,
  nothingOpen,
  type OpenWrite,
  type Register,
  type UserRegisters,
  valueKey,
  type Write,
} from './register.ts'

/**
 * Every write of a history by register: A = acknowledged, I = unknown. Writes are kept in columns
 * of numbers, about 20 bytes each, because a history can hold millions.
 */
export class RegisterHistory {
  /** How many registers there are. */
  count = 0
  #shown = 0
  readonly #cold = new ColdRegisters()
  readonly #owners: UserRegisters[] = []
  readonly #byName = new Map<RegisterName, Register>()
  readonly #users = new Map<string, UserRegisters>()
  readonly #inv = new NumberColumn()
  readonly #end = new NumberColumn()
  readonly #operation = new NumberColumn()
  readonly #previous = new NumberColumn()
  /** Class of data, and above its three bits the index of a shared value. */
  readonly #meta = new NumberColumn()
  /** The greatest key of an operation that wrote, and how far a later one was below it at most. */
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
    const [first] = line.writes
    // A list that grows from nothing takes room for many.
    if (first !== undefined && line.writes.length === 1) return [this.#open(line, operation, first)]
    return line.writes.map((write) => this.#open(line, operation, write))
  }

  #open(line: InvokeLine, operation: number, write: RegisterWrite): OpenWrite {
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
    register.asked = undefined
    return entry
  }

  /** @param end - ∞ where it is unknown; undefined where it was refused. */
  complete(writes: readonly OpenWrite[], end: Micros | undefined): void {
    for (const write of writes) {
      const { register } = write
      register.open =
        register.open.length === 1 ? nothingOpen : register.open.filter((one) => one !== write)
      register.asked = undefined
      if (end !== undefined) this.#store(write, end)
      if (register.open.length === 0 && register.place < 0) this.#putAway(register)
    }
  }

  /** The register of this name, which an answer shows. */
  show(name: RegisterName): Register {
    const register = this.ensure(name)
    if (register.place >= 0) return register
    register.place = this.#shown
    this.#shown += 1
    return register
  }

  /** A register of this kind and detail, if there is one. It may be a copy: compare its id. */
  find(userName: string, kind: RegisterKind, detail: string): Register | undefined {
    const user = this.#users.get(userName)
    const found = user?.registers.find((one) => one.kind === kind && one.detail === detail)
    const number = operationNumber(detail)
    if (found !== undefined || user === undefined || number < 0 || !mayBeCold(kind)) return found
    const cold = this.#cold.find(kind, number, user.id)
    return cold && this.#thaw(cold)
  }

  /** True if some family of the user may have been revoked whose name passes the test. */
  mayBeRevoked(user: UserRegisters, test: (operation: OperationId) => boolean): boolean {
    for (const { kind, detail, newest, open } of user.registers) {
      if (kind !== 'revoked' || detail === undefined) continue
      if ((newest >= 0 || open.length > 0) && test(detail)) return true
    }
    for (const { kind, detail, newest } of this.#cold.of(user.id)) {
      if (kind === 'revoked' && newest >= 0 && test(this.operationId(detail))) return true
    }
    return false
  }

  /** All registers in the order of their ids. */
  *each(): Generator<Register> {
    const kept: Register[] = []
    for (const register of this.#byName.values()) kept[register.id] = register
    const cold: ColdRegister[] = []
    for (const one of this.#cold.all()) cold[one.id] = one
    for (let id = 0; id < this.count; id += 1) {
      const put = cold[id]
      const register = kept[id] ?? (put && this.#thaw(put))
      if (register !== undefined) yield register
    }
  }

  /** There can be one for every session of a history, and most are never heard of again. */
  #putAway(register: Register): void {
    const { id, name, kind, user, newest } = register
    const detail = operationNumber(register.detail ?? '')
    if (!mayBeCold(kind) || detail < 0) return
    if (!this.#cold.put({ id, kind, detail, user: user.id, newest })) return
    this.#byName.delete(name)
    user.registers.splice(user.registers.indexOf(register), 1)
  }

  #thaw({ id, kind, detail, user, newest }: ColdRegister): Register | undefined {
    const owner = this.#owners[user]
    if (owner === undefined) return undefined
    const text = this.operationId(detail)
    const register = newRegister(id, registerName(owner.name, kind, text), kind, text, owner)
    register.newest = newest
    for (const { key, operation, index } of this.writesOf(register)) {
      if (this.knownKey(key) !== operation) this.#share(register, key, index)
    }
    return register
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
    if (register.asked !== undefined && register.askedKey === key) return register.asked
    const position = this.#positionOf(register, key)
    register.askedKey = key
    register.asked = position
    return position
  }

  #positionOf(register: Register, key: string): Position | undefined {
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
    const isOwn = this.knownKey(key) === operation
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
    const owner = this.#ownerOf(user)
    const register = this.#takeOut(owner, kind, detail) ?? this.#begin(name, kind, detail, owner)
    owner.registers.push(register)
    if (kind === 'existence') owner.existence = register
    this.#byName.set(name, register)
    return register
  }

  #takeOut(owner: UserRegisters, kind: RegisterKind, detail = ''): Register | undefined {
    const number = mayBeCold(kind) ? operationNumber(detail) : -1
    const cold = number >= 0 && mayBeCold(kind) && this.#cold.take(kind, number, owner.id)
    return cold ? this.#thaw(cold) : undefined
  }

  #begin(
    name: RegisterName,
    kind: RegisterKind,
    detail: string | undefined,
    owner: UserRegisters,
  ): Register {
    this.count += 1
    return newRegister(this.count - 1, name, kind, detail, owner)
  }

  #ownerOf(name: string): UserRegisters {
    const known = this.#users.get(name)
    if (known !== undefined) return known
    const owner = { id: this.#owners.length, name, registers: [], existence: undefined }
    this.#owners.push(owner)
    this.#users.set(name, owner)
    return owner
  }
}
