import { BlockEncoder } from './block-encoder.ts'
import type { HistorySink } from './sink.ts'

/** A sink that does no input or output. */
export interface BytesSink extends HistorySink {
  /** The bytes of the file that the same lines would have become, sealed to the end. */
  toBytes(): Uint8Array
}

/**
 * Collects the bytes of a history in memory, for runs in virtual time. After `close` or `toBytes`
 * the history is sealed and takes no further line.
 */
export function bytesSink(): BytesSink {
  const parts: Buffer[] = []
  const encoder = new BlockEncoder((block) => parts.push(block))
  let closed: Uint8Array | undefined
  const toBytes = (): Uint8Array => {
    if (closed !== undefined) return closed
    const last = encoder.seal()
    if (last !== undefined) parts.push(Buffer.from(last))
    closed = new Uint8Array(Buffer.concat(parts))
    return closed
  }
  return {
    append: (line) => {
      if (closed !== undefined) return
      const [first, second] = encoder.append(line)
      // Two texts: the first is the seal of the block before.
      if (first !== undefined && second !== undefined) parts.push(Buffer.from(first))
    },
    flush: async () => {},
    close: async () => {
      toBytes()
    },
    toBytes,
  }
}
