import { setMaxListeners } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { exitCodes, InterregnumError, InterruptedError } from '../kernel/errors.ts'
import { toJson } from '../report/json.ts'

/** What ends a command from outside its own code. */
export interface LastResort {
  /** Aborts at the first signal, and at the first error that nobody handled. */
  readonly signal: AbortSignal
  /** The command has come to its end: from now on the process may go. */
  settled(): void
  /** Ends the process at once, for a main thread that does not yield; the reaper cleans up. */
  end(error: InterregnumError): void
}

// A run in virtual time may be on when the process ends: its traps must not spring here.
const writeNow = writeSync
const closeNow = closeSync
const openNow = openSync

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Whatever ends this process, it cleans up, says so, and never ends with the code of a pass or a
 * fail that nobody judged. The first signal asks the run to clean up; the second ends it, and its
 * reaper cleans up. An error that nobody handled, such as a promise of a scenario that was not
 * awaited, ends the run like a signal, with 70. Code of a user may also end the process, or wait
 * for what never comes: that is 70 too.
 */
export function lastResort(json: boolean): LastResort {
  const interrupt = new AbortController()
  // All that a run waits for listens to it: many are no leak.
  setMaxListeners(0, interrupt.signal)
  let settled = false
  let deaf: Error | undefined
  let fatal: InterregnumError | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) {
      settled = true
      process.exit(exitCodes.interrupted)
    }
    interrupt.abort(new InterruptedError(`interrupted by ${signal}; cleaned up`))
  }
  for (const signal of signals) process.on(signal, onSignal)
  const onUnhandled = (error: unknown): void => {
    if (!interrupt.signal.aborted) interrupt.abort(unhandled(error))
  }
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onUnhandled)
  // Who reads along may leave: that is no error of ours, and says nothing about the verdict.
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') deaf ??= error
  })
  process.on('exit', () => {
    if (!settled) process.exitCode = complain(fatal ?? interrupt.signal.reason, json)
    else if (deaf !== undefined) {
      say(2, `interregnum: the result could not be written: ${deaf.message}\n`)
      process.exitCode = exitCodes.internal
    }
  })
  return {
    signal: interrupt.signal,
    settled: () => {
      settled = true
    },
    end: (error) => {
      fatal = error
      // The watchdog's session is still open: Node would say that it waits for a debugger.
      process.once('exit', muteStderr)
      process.exit()
    },
  }
}

function unhandled(error: unknown): InterregnumError {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new InterregnumError(`nobody handled an error: ${what}`, {
    hint: 'await every promise of your scenario; if no line of yours is named, please report it',
  })
}

const endedEarly = new InterregnumError(
  'the process ended before its command did; a result was expected',
  { hint: 'look for process.exit() and for a promise that never settles in your own files' },
)

/** Nothing asynchronous can be done any more. */
function complain(reason: unknown, json: boolean): number {
  const error = InterregnumError.is(reason) ? reason : endedEarly
  const { code, message, hint } = error
  const isInterrupt = error.exitCode === exitCodes.interrupted
  const exitCode = isInterrupt ? exitCodes.interrupted : exitCodes.internal
  say(2, `interregnum: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`)
  if (json) say(1, toJson({ error: { code, message, hint, exitCode } }))
  return exitCode
}

function say(stream: 1 | 2, text: string): void {
  try {
    writeNow(stream, text)
  } catch {
    // Nobody listens.
  }
}

/** Standard error goes nowhere from here on. */
function muteStderr(): void {
  try {
    closeNow(2)
    openNow('/dev/null', 'w')
  } catch {
    // There is none.
  }
}
