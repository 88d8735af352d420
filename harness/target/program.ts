import type { Readable, Writable } from 'node:stream'

/** A program of the user's that runs beside the stack; it stands in the ledger. */
export interface RunningProgram {
  readonly pid: number
  readonly input: Writable
  readonly output: Readable
  /** Resolves with a phrase such as `exit code 1` or `SIGKILL` when it is gone. */
  readonly exited: Promise<string>
  /** The end of what it wrote to standard error; complete once it is gone. */
  lastWords(): Promise<string>
  /** Ends it at once, and whatever it started; resolves when it is gone. */
  kill(): Promise<void>
}

/**
 * Starts a program, not through a shell.
 *
 * @param command - The program and its arguments.
 * @param owner - For the ledger and for messages, such as `driver acme`.
 * @throws WorldError if the operating system starts none.
 */
export type StartProgram = (command: readonly string[], owner: string) => Promise<RunningProgram>

/** A process of the world that ended, and nobody had asked for it. */
export interface Casualty {
  /** What it was, such as `Region us-east-1` or `link proxy`. */
  readonly name: string
  readonly pid: number
  /** `SIGKILL`, `exit code 1`, or the rule that it broke. */
  readonly how: string
  /** Present where it was ended because it broke a rule: it did not die by itself. */
  readonly by?: 'harness'
}

/** What a target needs that performs its operations by a program; absent in virtual time. */
export interface ProgramPorts {
  readonly startProgram?: StartProgram
  /** The program ended, and nobody had asked for it: from now on nothing can be learnt. */
  readonly onProgramEnd?: (casualty: Casualty, lastWords: Promise<string>) => Promise<void>
}
