import { BlockEncoder } from './block-encoder.ts'
import type { Line } from './line.ts'
import type { HistorySink } from './sink.ts'

/** Texts that are kept as such before they become bytes. */
const textsMax = 256

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
  const blocks: Buffer[] = []
  let texts: string[] = []
  let closed: Uint8Array | undefined
  const keep = (): void => {
    blocks.push(Buffer.from(texts.join('')))
    texts = []
  }
  const seal = (): Uint8Array => {
    const last = encoder.seal()
    if (last !== undefined) texts.push(last)
    keep()
    return new Uint8Array(Buffer.concat(blocks))
  }
  return {
    lines,
    append: (line) => {
      if (closed !== undefined) return
      for (const text of encoder.append(line)) texts.push(text)
      if (texts.length >= textsMax) keep()
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
