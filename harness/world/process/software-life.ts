import type { Readable, Writable } from 'node:stream'
import type { ProcessIdentity } from '../../ledger/process-identity.ts'
import type { RegionState } from '../../target/contract.ts'

/** One life of a Region's software, from its start to its end, wherever it runs. */
export interface SoftwareLife {
  /** Where it is a process of this machine. */
  readonly identity?: ProcessIdentity
  /** The world's side of the control channel: what is written here reaches the Region. */
  readonly input: Writable
  /** What the Region says on the control channel. */
  readonly output: Readable
  /** Resolves with a phrase such as `exit code 1` or `SIGKILL` when it is gone. */
  readonly exited: Promise<string>
  readonly gone: boolean
  /** The end of what it wrote to standard error; complete once it is gone. */
  lastWords(): Promise<string>
  /** As the operating system or the engine shows it. */
  observe(): Promise<RegionState>
  /** Stops it where it is; false if it is gone. `observe` tells when it stands still. */
  pause(): Promise<boolean>
  /** The end of a pause; false if it is gone. */
  resume(): Promise<boolean>
  /** From now on its end is no casualty: it is being asked to go. */
  dismiss(): void
  /** Ends it at once, also where it is paused; resolves when it is gone. */
  kill(): Promise<void>
  /** Begins with {@link kill}, and resolves as soon as it is seen to run nothing any more. */
  halt?(): Promise<void>
}
