import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Connection, type ConnectionKeeper } from './connection.ts'
import { Exchange } from './exchange.ts'
import type { HttpClient } from './http.ts'

/** Largest body of an answer, in bytes, unless the options say otherwise. */
export const answerBytesMax = 4_194_304

/** Most connections to one origin at a time, unless the options say otherwise. */
export const connectionsMax = 1_024

/** How long a connection without a request is kept, in milliseconds. */
const idleMillisMax = 4_000

/** So much earlier than the other side does, an idle connection is given up. */
const idleMillisMargin = 2_000

const idleLookMillis = 500

/** When to send a probe over a silent connection, in milliseconds. */
const keepAliveMillis = 60_000

export interface SocketClientOptions {
  /** Largest body of an answer in bytes; a larger one fails the exchange. */
  readonly answerBytesMax?: number
  /** Further requests wait for a connection; waiting ones were not sent. */
  readonly connectionsMax?: number
  /** Of an `https` origin: whom the client trusts, in PEM, and which name it wants to read. */
  readonly tls?: { readonly authority: string; readonly serverName: string }
}

/**
 * HTTP/1.1 to one origin over kept connections. A call is one attempt: nothing is repeated and no
 * timer ends it, only the caller's signal does.
 *
 * `send` rejects with an `HttpError`. Its `sent` is `no` only while the request waited for a
 * connection; from the moment at which it was handed to a socket it is `maybe`, because bytes that
 * the kernel took cannot be called back. A reset is always `maybe`: whoever resets had accepted the
 * connection, and which of the two was quicker must not decide an outcome. Disposal aborts what is
 * under way.
 *
 * @param origin - Scheme, host and port, such as `http://127.0.0.1:8080`.
 */
export function socketHttpClient(
  origin: string,
  options: SocketClientOptions = {},
): HttpClient & AsyncDisposable {
  const connections = new Connections(new URL(origin), options)
  return {
    send: (request, signal) =>
      new Promise((resolve, reject) => {
        const exchange = new Exchange(request, signal, resolve, reject)
        if (!exchange.settled) connections.carry(exchange)
      }),
    [Symbol.asyncDispose]: () => connections.close(),
  }
}

/** The connections to one origin, and who waits for one. */
class Connections implements ConnectionKeeper {
  readonly host: string
  readonly answerBytesMax: number
  readonly #origin: URL
  readonly #tls: SocketClientOptions['tls']
  readonly #connectionsMax: number
  readonly #open = new Set<Connection>()
  /** Without a request; the latest that was used comes last. */
  readonly #free: Connection[] = []
  readonly #waiting: Exchange[] = []
  readonly #closing: (() => void)[] = []
  #serving = false
  #closed = false
  #look: NodeJS.Timeout | undefined

  constructor(origin: URL, options: SocketClientOptions) {
    this.host = origin.host
    this.#origin = origin
    this.#tls = options.tls
    this.answerBytesMax = options.answerBytesMax ?? answerBytesMax
    this.#connectionsMax = options.connectionsMax ?? connectionsMax
  }

  carry(exchange: Exchange): void {
    if (this.#closed) {
      exchange.fail('aborted', new Error('the client was disposed'))
      return
    }
    const isFull = this.#open.size >= this.#connectionsMax
    if (this.#free.length <= this.#waiting.length && !isFull) this.#connect(exchange)
    else {
      this.#waiting.push(exchange)
      this.#serveSoon()
    }
  }

  onFree(connection: Connection): void {
    connection.freeSince = performance.now()
    this.#free.push(connection)
    if (this.#waiting.length > 0) this.#serveSoon()
    this.#look ??= setTimeout(() => this.#closeIdle(), idleLookMillis).unref()
  }

  onGone(connection: Connection): void {
    this.#open.delete(connection)
    const index = this.#free.indexOf(connection)
    if (index >= 0) this.#free.splice(index, 1)
    if (this.#waiting.length > 0) this.#serveSoon()
    if (this.#open.size === 0) for (const resolve of this.#closing.splice(0)) resolve()
  }

  close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#look)
    for (const exchange of this.#waiting.splice(0)) {
      exchange.fail('aborted', new Error('the client was disposed'))
    }
    for (const connection of this.#open) connection.abort()
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#closing.push(resolve))
  }

  /**
   * A whole turn of the event loop later: of a connection that the other side has closed by now,
   * the end was read in it, so that no request is written there.
   */
  #serveSoon(): void {
    if (this.#serving) return
    this.#serving = true
    setImmediate(() => setImmediate(() => this.#serve()))
  }

  #serve(): void {
    this.#serving = false
    let left = 0
    for (const exchange of this.#waiting) {
      if (exchange.settled) continue
      const connection = this.#takeFree()
      if (connection !== undefined) connection.carry(exchange)
      else if (this.#open.size < this.#connectionsMax) this.#connect(exchange)
      else {
        this.#waiting[left] = exchange
        left += 1
      }
    }
    this.#waiting.length = left
  }

  #takeFree(): Connection | undefined {
    for (;;) {
      const connection = this.#free.pop()
      if (connection === undefined || connection.usable) return connection
    }
  }

  #connect(exchange: Exchange): void {
    const { protocol, hostname, port } = this.#origin
    const isTls = protocol === 'https:'
    const to = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isTls ? 443 : 80) : Number(port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMillis,
    }
    const trust = this.#tls && { ca: this.#tls.authority, servername: this.#tls.serverName }
    const socket = isTls
      ? connectTls({ ...to, ALPNProtocols: ['http/1.1'], ...trust })
      : connect(to)
    this.#open.add(new Connection(socket, isTls ? 'secureConnect' : 'connect', exchange, this))
  }

  #closeIdle(): void {
    this.#look = undefined
    const now = performance.now()
    for (const connection of this.#free) {
      const theirs = (connection.keptMillis ?? Number.POSITIVE_INFINITY) - idleMillisMargin
      if (now - connection.freeSince >= Math.min(idleMillisMax, theirs)) connection.destroy()
    }
    if (this.#open.size > 0) {
      this.#look = setTimeout(() => this.#closeIdle(), idleLookMillis).unref()
    }
  }
}
