import { type BytesSink, bytesSink } from './bytes-sink.ts'
import type { Line } from './line.ts'

/** Bytes of a history, and its lines as they were appended. */
export interface MemorySink extends BytesSink {
  readonly lines: readonly Line[]
}

/** Collects bytes and lines, for tests. */
export function memorySink(): MemorySink {
  const bytes = bytesSink()
  const lines: Line[] = []
  let sealed = false
  const toBytes = (): Uint8Array => {
    sealed = true
    return bytes.toBytes()
  }
  return {
    lines,
    append: (line) => {
      if (sealed) return
      bytes.append(line)
      lines.push(line)
    },
    flush: bytes.flush,
    close: async () => {
      toBytes()
    },
    toBytes,
  }
}
