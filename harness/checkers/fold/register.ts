import type {
  DataClass,
  RegisterKind,
  RegisterName,
  RegisterValue,
} from '../../history/operation.ts'
import type { Position, Span } from './position.ts'

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
  readonly id: number
  readonly name: string
  /** But for those that are put away. */
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
  /** The key that was asked for last, and where it stands; undefined since anything changed. */
  askedKey: string
  asked: Position | undefined
  /** Its place among those that an answer showed; −1 if none did. */
  place: number
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
export const absentKey = ''

/** No write is under way. */
export const nothingOpen: readonly OpenWrite[] = []

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

/** A register that nobody has written or read. */
export function newRegister(
  id: number,
  name: RegisterName,
  kind: RegisterKind,
  detail: string | undefined,
  user: UserRegisters,
): Register {
  return {
    id,
    name,
    kind,
    detail,
    user,
    newest: -1,
    open: nothingOpen,
    askedKey: absentKey,
    asked: undefined,
    place: -1,
    loneKey: undefined,
    loneWrite: -1,
    shared: undefined,
  }
}
