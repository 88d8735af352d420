import type { HttpResponse } from './http.ts'

/** Largest head of an answer, and largest line of a chunked body, in bytes. */
const lineBytesMax = 16_384

const protocol = 'HTTP/1.'
const notHttp = 'it does not begin as HTTP/1.1 does'
const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/
const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const strayLineEnd = /\0|\r(?!\n)|(?<!\r)\n/
const chunkSize = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/

/** What arrived is no answer of HTTP/1.1, or is larger than it may be. */
export class AnswerError extends Error {}

type State =
  | 'head'
  | 'body'
  | 'until-end'
  | 'chunk-size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'whole'

/**
 * Reads the answers of one connection, one after the other, however the bytes are cut (RFC 9112).
 * What is ambiguous is refused: a folded header, two lengths, a length beside a transfer coding.
 */
export class AnswerReader {
  /** The connection may carry another request after this answer. */
  reusable = true
  /** How long the other side keeps an idle connection, in milliseconds, where it says so. */
  keptMillis: number | undefined
  readonly #bodyBytesMax: number
  #hasNoBody = false
  #state: State = 'head'
  #held: Buffer | undefined
  #status = 0
  #headers: Record<string, string> = {}
  #chunks: Buffer[] = []
  #length = 0
  #trailerBytes = 0
  /** Bytes of the body, or of this chunk of it, that are still to come. */
  #left = 0

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax
  }

  /** Hands over the answer that is whole. */
  answer(): HttpResponse {
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    this.#chunks = []
    return { status: this.#status, headers: this.#headers, body }
  }

  /** A request of this method was sent: the next bytes are its answer. */
  begin(method: string): void {
    this.#hasNoBody = method === 'HEAD'
    this.#state = 'head'
    this.#length = 0
    this.#trailerBytes = 0
  }

  /**
   * Takes what arrived; true as soon as the answer is whole.
   *
   * @throws AnswerError if it is none.
   */
  take(arrived: Buffer): boolean {
    const bytes = this.#held === undefined ? arrived : Buffer.concat([this.#held, arrived])
    this.#held = undefined
    let offset: number | undefined = 0
    while (offset !== undefined && this.#state !== 'whole') offset = this.#step(bytes, offset)
    if (this.#state !== 'whole') return false
    // Nobody asked for what comes behind it.
    if (offset !== undefined && offset < bytes.length) this.reusable = false
    return true
  }

  /** The other side sends nothing more; true if that is what ends the answer. */
  end(): boolean {
    return this.#state === 'until-end'
  }

  /** Reads the next part; answers where it ends, or undefined if bytes are missing. */
  #step(bytes: Buffer, offset: number): number | undefined {
    switch (this.#state) {
      case 'head': {
        const end = bytes.indexOf('\r\n\r\n', offset)
        if (end < 0) {
          const begun = bytes.toString('latin1', offset, offset + protocol.length)
          if (!protocol.startsWith(begun)) throw new AnswerError(notHttp)
          return this.#hold(bytes, offset)
        }
        if (end - offset > lineBytesMax) throw new AnswerError('a head is too long')
        this.#readHead(bytes.toString('latin1', offset, end))
        return end + 4
      }
      case 'chunk-size':
      case 'trailers':
      case 'chunk-end': {
        const end = bytes.indexOf('\r\n', offset)
        if (end < 0) return this.#hold(bytes, offset)
        this.#readLine(bytes.toString('latin1', offset, end))
        return end + 2
      }
      default:
        return this.#takeBody(bytes, offset)
    }
  }

  #hold(bytes: Buffer, offset: number): undefined {
    if (bytes.length - offset > lineBytesMax) throw new AnswerError('a head is too long')
    this.#held = bytes.subarray(offset)
  }

  #takeBody(bytes: Buffer, offset: number): number | undefined {
    const isBounded = this.#state !== 'until-end'
    const end = isBounded ? Math.min(bytes.length, offset + this.#left) : bytes.length
    this.#length += end - offset
    if (this.#length > this.#bodyBytesMax) throw new AnswerError('the body is too large')
    if (end > offset) this.#chunks.push(bytes.subarray(offset, end))
    if (!isBounded) return undefined
    this.#left -= end - offset
    if (this.#left > 0) return undefined
    this.#state = this.#state === 'chunk' ? 'chunk-end' : 'whole'
    return end
  }

  #readLine(line: string): void {
    if (this.#state === 'trailers') {
      // They say nothing that anybody here asks for.
      this.#trailerBytes += line.length
      if (this.#trailerBytes > lineBytesMax) throw new AnswerError('the trailers are too long')
      if (line === '') this.#state = 'whole'
    } else if (this.#state === 'chunk-end') {
      if (line !== '') throw new AnswerError('a chunk is longer than it says')
      this.#state = 'chunk-size'
    } else {
      const [, digits] = chunkSize.exec(line) ?? []
      if (digits === undefined) throw new AnswerError('a chunk has no size')
      this.#left = Number.parseInt(digits, 16)
      this.#state = this.#left === 0 ? 'trailers' : 'chunk'
    }
  }

  #readHead(text: string): void {
    if (strayLineEnd.test(text)) throw new AnswerError('a line of the head has no end')
    const [first = '', ...lines] = text.split('\r\n')
    const [, minor, status] = statusLine.exec(first) ?? []
    if (status === undefined) throw new AnswerError(notHttp)
    this.#status = Number(status)
    this.#headers = headersOf(lines)
    // An interim answer: the real one follows (RFC 9110 section 15.2).
    if (this.#status < 200 && this.#status !== 101) return
    if (this.#status < 200) throw new AnswerError('nobody asked for another protocol')
    this.#keepAlive(minor === '1')
    this.#frame()
  }

  #keepAlive(isPersistent: boolean): void {
    const options = this.#headers.connection?.toLowerCase() ?? ''
    this.reusable = isPersistent ? !options.includes('close') : options.includes('keep-alive')
    const [, seconds] = /timeout=(\d{1,9})/.exec(this.#headers['keep-alive'] ?? '') ?? []
    this.keptMillis = seconds === undefined ? undefined : Number(seconds) * 1_000
  }

  /** How long the body is (RFC 9112 section 6.3). */
  #frame(): void {
    const { 'transfer-encoding': coding, 'content-length': length } = this.#headers
    if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== 'chunked')) {
      throw new AnswerError('nobody can tell how long the body is')
    }
    if (length !== undefined && !/^\d{1,15}$/.test(length)) {
      throw new AnswerError('the length of the body is no number')
    }
    this.#left = Number(length ?? 0)
    if (this.#left > this.#bodyBytesMax && !this.#hasNoBody) {
      throw new AnswerError('the body is too large')
    }
    if (this.#hasNoBody || this.#status === 204 || this.#status === 304) this.#state = 'whole'
    else if (coding !== undefined) this.#state = 'chunk-size'
    else if (length !== undefined) this.#state = this.#left === 0 ? 'whole' : 'body'
    else {
      this.#state = 'until-end'
      this.reusable = false
    }
  }
}

/** Names are lower case; values of one name are joined (RFC 9110 section 5.3). */
function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const given = line.slice(0, Math.max(0, colon))
    if (!fieldName.test(given)) throw new AnswerError('a header has no name')
    const name = given.toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return headers
}
