import { createHash, type Hash } from 'node:crypto'
import { LimitError, type NondeterminismError } from '../../kernel/errors.ts'
import { escapeError } from './escape.ts'
import { outsideRun } from './run-state.ts'

/** Entries that are collected before the digest takes them in. */
const collectedMax = 1_024

/** Entries that a recording keeps at most. */
const recordedEntriesMax = 20_000_000

/** Every entry of one run, in order, to hold another run of the same seed against. */
export interface TraceRecord {
  readonly entries: readonly string[]
}

/** What a run does with its trace beside the digest. */
export type TraceMode =
  | { readonly mode: 'record' }
  | { readonly mode: 'compare'; readonly against: TraceRecord }

/**
 * The running digest over every event, draw and message of a run. An entry is written where the
 * event is scheduled or the message sent, not where it happens, so that the stack of the first
 * entry that differs between two runs names the code that made the difference.
 */
export class Trace {
  entries = 0
  readonly #hash: Hash = createHash('sha256')
  readonly #recorded: string[] | undefined
  readonly #expected: readonly string[] | undefined
  readonly #onDivergence: (error: NondeterminismError) => void
  #collected: string[] = []
  #diverged = false

  constructor(mode: TraceMode | undefined, onDivergence: (error: NondeterminismError) => void) {
    this.#recorded = mode?.mode === 'record' ? [] : undefined
    this.#expected = mode?.mode === 'compare' ? mode.against.entries : undefined
    this.#onDivergence = onDivergence
  }

  /** Folds one entry in. Entries hold no newline. */
  note(entry: string): void {
    this.#collected.push(entry)
    if (this.#collected.length >= collectedMax) this.#flush()
    if (this.#expected !== undefined) this.#compare(entry, this.#expected)
    if (this.#recorded !== undefined) this.#record(entry, this.#recorded)
    this.entries += 1
  }

  /** Hexadecimal SHA-256 over all entries so far. */
  digest(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  /** What was recorded; undefined unless the mode asked for it. */
  get record(): TraceRecord | undefined {
    return this.#recorded === undefined ? undefined : { entries: this.#recorded }
  }

  /** Holds the end of the run against the end of the recording. */
  finish(): void {
    const missing = this.#expected?.[this.entries]
    if (missing !== undefined) this.#diverge(missing, 'the end of the run')
  }

  /** Joined and encoded first: a hash takes bytes four times as fast as a text in pieces. */
  #flush(): void {
    if (this.#collected.length === 0) return
    this.#hash.update(Buffer.from(`${this.#collected.join('\n')}\n`))
    this.#collected = []
  }

  #record(entry: string, into: string[]): void {
    if (into.length >= recordedEntriesMax) {
      throw new LimitError(`a recorded trace holds at most ${recordedEntriesMax} entries`)
    }
    into.push(entry)
  }

  #compare(entry: string, expected: readonly string[]): void {
    const first = expected[this.entries]
    if (first !== entry) this.#diverge(first ?? 'the end of the run', entry)
  }

  #diverge(first: string, second: string): void {
    if (this.#diverged) return
    this.#diverged = true
    const error = escapeError(
      `two runs of the same seed differ at trace entry ${this.entries}: first "${printable(first)}", then "${printable(second)}"`,
      'Look in the stack for state that outlives a run, such as a module-level counter or cache.',
      this.note,
    )
    outsideRun(() => error.stack)
    this.#onDivergence(error)
  }
}

function printable(entry: string): string {
  return entry.replaceAll('\u0000', '/')
}

/** A cheap 32-bit hash of bytes, to stand for a message in the trace (FNV-1a). */
export function hashBytes(bytes: Uint8Array, start = 0x811c9dc5): number {
  let hash = start
  const { length } = bytes
  for (let index = 0; index < length; index += 1) {
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193)
  }
  return hash >>> 0
}

/** The same over the code units of a text. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start
  const { length } = text
  for (let index = 0; index < length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
