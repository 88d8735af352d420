import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { HistoryUnreadableError, InterregnumError } from '../kernel/errors.ts'
import { HistoryParser, type HistorySummary, type HistoryVisitor } from './history-parser.ts'
import type { EventLine, HeaderLine } from './line.ts'

/** A path, or the bytes of a file. */
export type HistorySource = string | Uint8Array

const chunkBytes = 1_048_576

/**
 * Reads a history in one pass, synchronously: the fast way. Each block's seal is verified before
 * its lines are handed on.
 *
 * @throws HistoryBrokenError naming file and line if the hash chain does not hold.
 * @throws HistoryUnreadableError naming file and line if it is no history of this format.
 */
export function scanHistory(source: HistorySource, visitor: HistoryVisitor): HistorySummary {
  const parser = new HistoryParser(nameOf(source), visitor)
  if (typeof source !== 'string') {
    for (let start = 0; start < source.length; start += chunkBytes) {
      parser.push(source.subarray(start, start + chunkBytes))
    }
    return parser.finish()
  }
  const file = readable(source, () => openSync(source, 'r'))
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (;;) {
      const length = readable(source, () => readSync(file, chunk, 0, chunkBytes, null))
      if (length === 0) return parser.finish()
      parser.push(chunk.subarray(0, length))
    }
  } finally {
    closeSync(file)
  }
}

/** A whole history in memory. */
export interface LoadedHistory extends Omit<HistorySummary, 'lines'> {
  /** Every line but the header, in order. */
  readonly lines: readonly EventLine[]
}

/** Reads a whole history into memory; for histories that are known to be small. */
export function loadHistory(source: HistorySource): LoadedHistory {
  const lines: EventLine[] = []
  const summary = scanHistory(source, { line: (line) => lines.push(line) })
  return { ...summary, lines }
}

/**
 * Streams a history without holding the event loop: the header first, then every line. The
 * generator returns the summary.
 */
export async function* readHistory(
  source: HistorySource,
): AsyncGenerator<HeaderLine | EventLine, HistorySummary, undefined> {
  let batch: (HeaderLine | EventLine)[] = []
  const parser = new HistoryParser(nameOf(source), {
    header: (header) => batch.push(header),
    line: (line) => batch.push(line),
  })
  for await (const chunk of chunksOf(source)) {
    parser.push(chunk)
    const ready = batch
    batch = []
    yield* ready
  }
  const summary = parser.finish()
  yield* batch
  return summary
}

async function* chunksOf(source: HistorySource): AsyncGenerator<Uint8Array> {
  if (typeof source !== 'string') {
    for (let start = 0; start < source.length; start += chunkBytes) {
      yield source.subarray(start, start + chunkBytes)
    }
    return
  }
  const file = await open(source, 'r').catch((error: unknown) => {
    throw unreadable(source, error)
  })
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes).catch((error: unknown) => {
        throw unreadable(source, error)
      })
      if (bytesRead === 0) return
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** The verified digest of a history: equal digests are equal bytes up to the last seal. */
export function historyDigest(source: HistorySource): string {
  return scanHistory(source, { line: () => {} }).digest
}

function nameOf(source: HistorySource): string {
  return typeof source === 'string' ? source : 'history'
}

function readable<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): InterregnumError {
  if (InterregnumError.is(error)) return error
  const why = error instanceof Error ? error.message : String(error)
  return new HistoryUnreadableError(`${path} cannot be read: ${why}`, {
    cause: error,
    hint: 'expected the path of a history.ndjson',
  })
}
