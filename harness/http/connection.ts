import type { Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'
import type { Exchange } from './exchange.ts'
import type { HttpFailure } from './http.ts'
import { requestBytes } from './request-bytes.ts'

/** What a connection tells those who keep it. */
export interface ConnectionKeeper {
  readonly host: string
  readonly answerBytesMax: number
  /** It can carry a request, for the first time or again. */
  onFree(connection: Connection): void
  /** It is closed. */
  onGone(connection: Connection): void
}

const failures: Readonly<Record<string, HttpFailure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  CERT_HAS_EXPIRED: 'certificate',
  CERT_NOT_YET_VALID: 'certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
}

/** One connection to the origin: opened for one exchange, carries one at a time. */
export class Connection {
  /** When it became free, by the monotonic clock of the process in milliseconds. */
  freeSince = 0
  readonly #socket: Socket
  readonly #keeper: ConnectionKeeper
  readonly #reader: AnswerReader
  #exchange: Exchange | undefined
  #error: Error | undefined

  /**
   * @param socket - One that is about to connect.
   * @param readyEvent - What it emits when bytes can be written.
   */
  constructor(
    socket: Socket,
    readyEvent: 'connect' | 'secureConnect',
    exchange: Exchange,
    keeper: ConnectionKeeper,
  ) {
    this.#socket = socket
    this.#keeper = keeper
    this.#exchange = exchange
    this.#reader = new AnswerReader(keeper.answerBytesMax)
    socket.once(readyEvent, () => this.#onOpen())
    socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error: Error) => {
      this.#error ??= error
    })
    socket.on('close', () => this.#onClose())
  }

  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable
  }

  /** How long the other side keeps it while it is idle, where it said so. */
  get keptMillis(): number | undefined {
    return this.#reader.keptMillis
  }

  /** Writes the request of an exchange. */
  carry(exchange: Exchange): void {
    let bytes: Buffer
    try {
      bytes = requestBytes(exchange.request, this.#keeper.host)
    } catch (error) {
      exchange.fail('other', error)
      this.#free()
      return
    }
    exchange.carry(this.destroy)
    this.#exchange = exchange
    this.#reader.begin(exchange.request.method)
    this.#socket.ref()
    this.#socket.write(bytes)
  }

  readonly destroy = (): void => {
    this.#socket.destroy()
  }

  /** Ends what it carries as well. */
  abort(): void {
    this.#fail('aborted', new Error('the client was disposed'))
  }

  #onOpen(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (exchange === undefined || exchange.settled) this.#free()
    else this.carry(exchange)
  }

  #onData(bytes: Buffer): void {
    if (this.#exchange === undefined) {
      // Nobody asked: what would come next could be taken for an answer.
      this.#socket.destroy()
      return
    }
    try {
      if (this.#reader.take(bytes)) this.#finish()
    } catch (error) {
      this.#fail('other', error)
    }
  }

  /** What an answer leaves unread, or a server that closes, ends the connection. */
  #finish(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.finish(this.#reader.answer())
    if (this.#reader.reusable && this.usable) this.#free()
    else this.#socket.destroy()
  }

  #onEnd(): void {
    if (this.#exchange !== undefined && this.#reader.end()) this.#finish()
    else this.#fail('closed', undefined)
  }

  #onClose(): void {
    const code = (this.#error as { code?: unknown } | undefined)?.code
    const known = typeof code === 'string' ? (failures[code] ?? 'other') : 'other'
    this.#fail(this.#error === undefined ? 'closed' : known, this.#error)
    this.#keeper.onGone(this)
  }

  #free(): void {
    // What waits for a request must not keep the process alive.
    this.#socket.unref()
    this.#keeper.onFree(this)
  }

  #fail(failure: HttpFailure, cause: unknown): void {
    this.#exchange?.fail(failure, cause)
    this.#exchange = undefined
    this.#socket.destroy()
  }
}
