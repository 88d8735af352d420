import { NondeterminismError } from '../../kernel/errors.ts'
import { outsideRun, runState } from './run-state.ts'

/** Frames that the stack of an escape keeps: enough to get through a library to its caller. */
const stackFramesMax = 50

type AnyFunction = (...values: never[]) => unknown

/** An error whose stack starts at the caller of `below`. Its text is rendered when first read. */
export function escapeError(message: string, hint: string, below: AnyFunction) {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = stackFramesMax
  const error = new NondeterminismError(message, { hint })
  Error.captureStackTrace(error, below)
  Error.stackTraceLimit = limit
  return error
}

/**
 * Records an escape with the run that is on and throws it. Recording comes first because a
 * library may swallow what is thrown.
 *
 * @throws NondeterminismError always.
 */
export function raiseEscape(what: string, hint: string, below: AnyFunction): never {
  const error = escapeError(`${what} inside a run in virtual time`, hint, below)
  // Rendering may read source maps from disk: that is not the run's doing.
  outsideRun(() => error.stack)
  runState.run?.fail(error)
  throw error
}
