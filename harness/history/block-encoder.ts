import { invariant } from '../kernel/invariant.ts'
import { blockDigest, emptyDigest } from './digest.ts'
import { HistoryRules } from './history-rules.ts'
import type { BlockLine, Line } from './line.ts'
import { assertNoSecret } from './redaction.ts'

/** Longest block in bytes of its lines; a single longer line is a block of its own. */
export const blockBytesMax = 65_536

/** How the text of every block line begins; no other line begins like it. */
export const blockLineStart = '{"type":"block"'

/**
 * Turns lines into the bytes of a history. Where a block ends depends on the bytes alone, never
 * on time, so the same lines give the same bytes in memory and on disk.
 */
export class BlockEncoder {
  readonly #rules = new HistoryRules()
  #pending: string[] = []
  #pendingBytes = 0
  #digest = emptyDigest
  #blocks = 0
  readonly #onBlock: ((lines: Buffer) => void) | undefined

  /** @param onBlock - Gets the bytes of the lines of each block, just before its seal. */
  constructor(onBlock?: (lines: Buffer) => void) {
    this.#onBlock = onBlock
  }

  /**
   * The texts that this line adds, each with its newline: itself, after the seal of a block that
   * was full.
   *
   * @throws InvariantError if the line breaks a rule of histories or holds a secret.
   */
  append(line: Line): readonly string[] {
    const broken = this.#rules.violation(line)
    invariant(broken === undefined, `a history must not hold this: ${broken}`)
    const text = JSON.stringify(line)
    assertNoSecret(line, text)
    const whole = `${text}\n`
    const bytes = Buffer.byteLength(whole)
    const full = this.#pendingBytes + bytes > blockBytesMax
    const seal = full ? this.seal() : undefined
    this.#pending.push(whole)
    this.#pendingBytes += bytes
    return seal === undefined ? [whole] : [seal, whole]
  }

  /** The seal over the lines since the one before; undefined if there are none. */
  seal(): string | undefined {
    if (this.#pending.length === 0) return undefined
    this.#blocks += 1
    const lines = Buffer.from(this.#pending.join(''))
    this.#digest = blockDigest(this.#digest, lines)
    this.#onBlock?.(lines)
    const line: BlockLine = {
      type: 'block',
      block: this.#blocks,
      lines: this.#pending.length,
      digest: this.#digest,
    }
    this.#pending = []
    this.#pendingBytes = 0
    return `${JSON.stringify(line)}\n`
  }
}
