import { HistoryBrokenError, HistoryUnreadableError } from '../kernel/errors.ts'
import { blockBytesMax, blockLineStart } from './block-encoder.ts'
import { blockDigest, emptyDigest } from './digest.ts'
import { HistoryRules } from './history-rules.ts'
import {
  type BlockLine,
  type EventLine,
  type HeaderLine,
  historyFormat,
  type Line,
} from './line.ts'
import { shapeProblem } from './line-shape.ts'

/** Where a history stops short of its end, and how. */
export interface TornTail {
  /** The first line of the file that is not covered by a seal, or the last line; from 1. */
  readonly line: number
  readonly reason: string
}

/** What is known once the last byte was read. */
export interface HistorySummary {
  readonly header: HeaderLine
  /** Lines without the seals of blocks, the header among them. */
  readonly lines: number
  readonly blocks: number
  /** The digest of the last seal: it stands for all bytes before it. Empty if there is none. */
  readonly digest: string
  readonly torn?: TornTail
}

/** Takes the lines in order. The header comes first; `index` counts lines without seals, from 0. */
export interface HistoryVisitor {
  header?(header: HeaderLine): void
  line(line: EventLine, index: number): void
}

const newline = 10
const sealStart = Buffer.from(`\n${blockLineStart}`)
/** No line is longer; a file without a newline in so many bytes is no history. */
const lineBytesMax = 16_777_216

/**
 * Reads a history from chunks of bytes. A block is handed on only after its seal was verified, so
 * nobody sees a line that was tampered with; the unsealed tail comes last.
 */
export class HistoryParser {
  readonly #name: string
  readonly #visitor: HistoryVisitor
  readonly #rules = new HistoryRules()
  #rest: Buffer = Buffer.alloc(0)
  #searched = 0
  #fileLine = 1
  #lines = 0
  #blocks = 0
  #digest = emptyDigest
  #header: HeaderLine | undefined
  #ended = false

  /** @param name - The file, for messages. */
  constructor(name: string, visitor: HistoryVisitor) {
    this.#name = name
    this.#visitor = visitor
  }

  /**
   * @throws HistoryBrokenError if the bytes are not those that were sealed.
   * @throws HistoryUnreadableError if they are no history of this format.
   */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    this.#readHeader()
    let start = 0
    // A seal that has begun but does not end in this chunk is searched for again.
    let begun = -1
    for (;;) {
      const seal = this.#rest.indexOf(sealStart, Math.max(start, this.#searched))
      const end = seal < 0 ? -1 : this.#rest.indexOf(newline, seal + 1)
      if (end < 0) {
        begun = seal
        break
      }
      this.#readBlock(this.#rest.subarray(start, seal + 1), this.#rest.subarray(seal + 1, end))
      start = end + 1
      this.#searched = start
    }
    // A copy: the caller may use the memory of the chunk again.
    this.#rest = Buffer.from(this.#rest.subarray(start))
    this.#searched = begun < 0 ? Math.max(0, this.#rest.length - sealStart.length) : begun - start
    this.#assertBounded()
  }

  finish(): HistorySummary {
    const tail = this.#rest
    if (this.#header === undefined) throw this.#unreadable(1, 'a whole header line is missing')
    const whole = tail.lastIndexOf(newline) + 1
    const tailLine = this.#fileLine
    if (whole > 0) this.#readLines(tail.subarray(0, whole))
    const torn = this.#torn(tailLine, whole, tail.length)
    return {
      header: this.#header,
      lines: this.#lines,
      blocks: this.#blocks,
      digest: this.#digest,
      ...(torn === undefined ? {} : { torn }),
    }
  }

  #torn(tailLine: number, whole: number, length: number): TornTail | undefined {
    if (length > whole) {
      return { line: this.#fileLine, reason: 'the last line is cut off' }
    }
    if (whole > 0) return { line: tailLine, reason: 'the lines from here on are not sealed' }
    return this.#ended ? undefined : { line: this.#fileLine - 1, reason: 'there is no end line' }
  }

  #readHeader(): void {
    if (this.#header !== undefined) return
    const end = this.#rest.indexOf(newline)
    if (end < 0) {
      if (this.#rest.length > lineBytesMax) throw this.#unreadable(1, 'no header line')
      return
    }
    const value = parseJson(this.#rest.toString('utf8', 0, end))
    this.#assertFormat(value)
    const problem = shapeProblem(value)
    const line = value as Line
    if (problem !== undefined || line.type !== 'header') {
      throw this.#unreadable(1, 'this is no header; a history begins with one')
    }
    this.#header = line
    this.#visitor.header?.(line)
  }

  /** Looked at before the shape of the header: another format may have another one. */
  #assertFormat(value: unknown): void {
    const { type, format } = (value ?? {}) as Partial<Line> & { readonly format?: unknown }
    if (type !== 'header' || typeof format !== 'number' || format === historyFormat) return
    const age = format > historyFormat ? 'a newer' : 'an older'
    const message = `format ${format}; this version reads format ${historyFormat}`
    throw new HistoryUnreadableError(`${this.#name}: line 1: ${message}`, {
      hint: `${age} version of interregnum wrote it: check it with that one`,
    })
  }

  #readBlock(content: Buffer, sealText: Buffer): void {
    const expected = this.#blocks + 1
    const sealLine = this.#fileLine + countLines(content)
    const seal = parseJson(sealText.toString('utf8')) as Partial<BlockLine> | undefined
    const problem = this.#sealProblem(seal, expected, content, sealLine - this.#fileLine)
    if (problem !== undefined) throw this.#broken(sealLine, problem)
    this.#digest = seal?.digest ?? ''
    this.#blocks = expected
    this.#readLines(content)
    this.#fileLine += 1
  }

  #sealProblem(
    seal: Partial<BlockLine> | undefined,
    expected: number,
    content: Buffer,
    lines: number,
  ): string | undefined {
    if (seal?.type !== 'block') return `the seal of block ${expected} is no JSON`
    if (seal.block !== expected) {
      return `block ${seal.block} stands where block ${expected} belongs`
    }
    if (seal.digest !== blockDigest(this.#digest, content)) {
      return `block ${expected} (lines ${this.#fileLine} to ${this.#fileLine + lines - 1}) is not what was sealed`
    }
    return seal.lines === lines
      ? undefined
      : `block ${expected} holds ${lines} lines; its seal says ${seal.lines}`
  }

  /** All lines of a block are parsed in one call: three times as fast as one by one. */
  #readLines(content: Buffer): void {
    const text = content.toString('utf8', 0, content.length - 1)
    const values = parseJson(`[${text.replaceAll('\n', ',')}]`)
    const expected = countLines(content)
    if (Array.isArray(values) && values.length === expected) {
      for (const value of values) this.#take(value)
      return
    }
    for (const line of text.split('\n')) {
      const value = parseJson(line)
      if (value === undefined) throw this.#unreadable(this.#fileLine, 'no JSON')
      this.#take(value)
    }
  }

  #take(value: unknown): void {
    if (isSeal(value)) throw this.#broken(this.#fileLine, this.#strayText(value))
    const problem = shapeProblem(value) ?? this.#rules.violation(value as Line)
    if (problem !== undefined) throw this.#unreadable(this.#fileLine, problem)
    const line = value as Line
    const index = this.#lines
    this.#lines += 1
    this.#fileLine += 1
    if (line.type === 'header') return
    if (line.type === 'end') this.#ended = true
    this.#visitor.line(line, index)
  }

  #strayText({ block, digest }: Partial<BlockLine>): string {
    const next = this.#blocks + 1
    return digest === this.#digest && this.#blocks > 0
      ? `the seal of block ${block} stands twice; the lines of block ${next} were expected`
      : `a seal of block ${block} without lines before it; those of block ${next} were expected`
  }

  /** Seals that were taken out must not make a long history look like a torn one. */
  #assertBounded(): void {
    if (this.#rest.length <= blockBytesMax) return
    const first = this.#rest.indexOf(newline)
    if (first < 0) {
      if (this.#rest.length <= lineBytesMax) return
      throw this.#unreadable(this.#fileLine, `a line of more than ${lineBytesMax} bytes`)
    }
    const whole = this.#rest.lastIndexOf(newline)
    if (whole > first && whole > blockBytesMax) {
      throw this.#broken(this.#fileLine, `block ${this.#blocks + 1} has no seal`)
    }
  }

  #broken(line: number, problem: string): HistoryBrokenError {
    return new HistoryBrokenError(`${this.#name}: line ${line}: ${problem}`, {
      hint: 'the file was changed after it was written: check the original, or run it again',
    })
  }

  #unreadable(line: number, problem: string): HistoryUnreadableError {
    return new HistoryUnreadableError(`${this.#name}: line ${line}: ${problem}`, {
      hint: 'expected a history.ndjson that interregnum wrote',
    })
  }
}

function isSeal(value: unknown): value is Partial<BlockLine> {
  return (value as Partial<BlockLine> | null | undefined)?.type === 'block'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function countLines(content: Buffer): number {
  let count = 0
  for (let at = content.indexOf(newline); at >= 0; at = content.indexOf(newline, at + 1)) {
    count += 1
  }
  return count
}
