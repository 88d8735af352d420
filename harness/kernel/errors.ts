/** Every code that an error of this project can carry. */
export type InterregnumErrorCode =
  | 'ERR_INTERREGNUM'
  | 'ERR_INVARIANT'
  | 'ERR_USAGE'
  | 'ERR_INTERRUPTED'
  | 'ERR_DEADLINE'
  | 'ERR_HTTP'
  | 'ERR_HISTORY_BROKEN'
  | 'ERR_HISTORY_UNREADABLE'
  | 'ERR_NONDETERMINISM'
  | 'ERR_WORLD'
  | 'ERR_REGION_NOT_READY'
  | 'ERR_PORT_IN_USE'
  | 'ERR_STORAGE'
  | 'ERR_FAULT'
  | 'ERR_SCENARIO'
  | 'ERR_LIMIT'
  | 'ERR_LINK'

const brand: unique symbol = Symbol.for('interregnum.error') as never

/** Exit codes of the command line; the first wins in the order 70, 64, 3, 130, 1, 2, 0. */
export const exitCodes = {
  pass: 0,
  fail: 1,
  inconclusive: 2,
  leftover: 3,
  usage: 64,
  internal: 70,
  interrupted: 130,
} as const

/** What a person needs beside the message. */
export interface ErrorDetails {
  readonly cause?: unknown
  /** What to do about it, one sentence. Printed after `Hint:`. */
  readonly hint?: string
}

/**
 * The base of every error that the harness throws. What a tested system answers is data, never an
 * error of this kind. Message grammar: what happened; what was expected.
 */
export class InterregnumError extends Error {
  static code: InterregnumErrorCode = 'ERR_INTERREGNUM'
  code: InterregnumErrorCode = 'ERR_INTERREGNUM'
  /** The exit code that the command line ends with when nobody handles this error. */
  readonly exitCode: number = exitCodes.internal
  readonly hint: string | undefined
  readonly [brand] = true

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.hint = details.hint
  }

  /** True for errors of this project, also across duplicated copies of the library. */
  static is(value: unknown): value is InterregnumError {
    return typeof value === 'object' && value !== null && brand in value
  }
}

/** Makes an error without a stack: where many are made and nobody asks where, that costs most. */
export function withoutStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** Something that the code holds to be always true was not: a defect of the harness. */
export class InvariantError extends InterregnumError {
  static override code = 'ERR_INVARIANT' as const
  override code = 'ERR_INVARIANT' as const
}

/** Wrong flags, wrong files, wrong names: exit code 64. */
export class UsageError extends InterregnumError {
  static override code = 'ERR_USAGE' as InterregnumErrorCode
  override code: InterregnumErrorCode = 'ERR_USAGE'
  override readonly exitCode = exitCodes.usage
}

/** Work was given up because somebody asked for it. */
export class InterruptedError extends InterregnumError {
  static override code: InterregnumErrorCode = 'ERR_INTERRUPTED'
  override code: InterregnumErrorCode = 'ERR_INTERRUPTED'
  override readonly exitCode = exitCodes.interrupted
}

/** A stored history whose hash chain does not hold. */
export class HistoryBrokenError extends UsageError {
  static override code = 'ERR_HISTORY_BROKEN' as const
  override code = 'ERR_HISTORY_BROKEN' as const
}

/** A file that is no history, or one of a format that this version does not read. */
export class HistoryUnreadableError extends UsageError {
  static override code = 'ERR_HISTORY_UNREADABLE' as const
  override code = 'ERR_HISTORY_UNREADABLE' as const
}

/** Code in a sim run reached for something that virtual time does not control. */
export class NondeterminismError extends InterregnumError {
  static override code = 'ERR_NONDETERMINISM' as const
  override code = 'ERR_NONDETERMINISM' as const
}

/** A world could not do its work. */
export class WorldError extends InterregnumError {
  static override code: InterregnumErrorCode = 'ERR_WORLD'
  override code: InterregnumErrorCode = 'ERR_WORLD'
}

/** A Region did not say in time that it is ready. */
export class RegionNotReadyError extends WorldError {
  static override code = 'ERR_REGION_NOT_READY' as const
  override code = 'ERR_REGION_NOT_READY' as const
}

/** A port that was asked for is taken. */
export class PortInUseError extends WorldError {
  static override code = 'ERR_PORT_IN_USE' as const
  override code = 'ERR_PORT_IN_USE' as const
}

/** The disk under the reports or the state directory is full, read-only or gone. */
export class StorageError extends InterregnumError {
  static override code = 'ERR_STORAGE' as const
  override code = 'ERR_STORAGE' as const
}

/** A fault could not be built, applied or healed. */
export class FaultError extends InterregnumError {
  static override code = 'ERR_FAULT' as const
  override code = 'ERR_FAULT' as const
}

/** A scenario's script broke. */
export class ScenarioError extends InterregnumError {
  static override code = 'ERR_SCENARIO' as const
  override code = 'ERR_SCENARIO' as const
}

/** A named limit was reached. */
export class LimitError extends InterregnumError {
  static override code = 'ERR_LIMIT' as const
  override code = 'ERR_LIMIT' as const
}

/** The link proxy refused or could not do what it was asked. */
export class LinkError extends InterregnumError {
  static override code = 'ERR_LINK' as const
  override code = 'ERR_LINK' as const
}
