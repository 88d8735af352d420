import { BlockEncoder } from './block-encoder.ts'
import type { Line } from './line.ts'
import type { HistorySink } from './sink.ts'

/** A sink that does no input or output. */
export interface MemorySink extends HistorySink {
  readonly lines: readonly Line[]
  /** The bytes of the file that the same lines would have become, sealed to the end. */
  toBytes(): Uint8Array
}

/**
 * Collects lines in memory, for runs in virtual time and for tests. After `close` or `toBytes`
 * the history is sealed and takes no further line.
 */
export function memorySink(): MemorySink {
  const encoder = new BlockEncoder()
  const lines: Line[] = []
  const chunks: Buffer[] = []
  let closed: Uint8Array | undefined
  const seal = (): Uint8Array => {
    const last = encoder.seal()
    if (last !== undefined) chunks.push(last)
    return new Uint8Array(Buffer.concat(chunks))
  }
  return {
    lines,
    append: (line) => {
      if (closed !== undefined) return
      chunks.push(...encoder.append(line))
      lines.push(line)
    },
    flush: async () => {},
    close: async () => {
      closed ??= seal()
    },
    toBytes: () => {
      closed ??= seal()
      return closed
    },
  }
}
