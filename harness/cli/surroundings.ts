import type { InterregnumError } from '../kernel/errors.ts'
import type { TextStream } from '../report/terminal.ts'

/** The surroundings of a command: streams, environment, the folder it was started in. */
export interface Surroundings {
  /** Documents and lists. */
  readonly stdout: TextStream
  /** Everything that is said to a person while a run works. */
  readonly stderr: TextStream
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
  /** Ends the process at once, with the exit code of the error and its words. */
  readonly end: (error: InterregnumError) => void
}

/** What a command comes to. */
export interface CommandResult {
  /** What `--json` prints. */
  readonly document: unknown
  /** What a person reads on standard output; undefined where all was said already. */
  readonly text?: string
  readonly exitCode: number
}
