import type { Line } from './line.ts'

/** Where lines go, in order. `append` never throws for a slow disk; `close` reports what failed. */
export interface HistorySink {
  append(line: Line): void
  /** Everything appended so far is readable after a crash of this process. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Delivers each line to several sinks. */
export function composeSinks(...sinks: readonly HistorySink[]): HistorySink {
  return {
    append: (line) => {
      for (const sink of sinks) sink.append(line)
    },
    flush: async () => {
      for (const sink of sinks) await sink.flush()
    },
    close: async () => {
      for (const sink of sinks) await sink.close()
    },
  }
}
