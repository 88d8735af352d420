import type { ConnectionOptions } from 'node:tls'
import { type Dispatcher, Pool } from 'undici'
import { DeadlineError } from '../kernel/clock.ts'
import {
  type HttpClient,
  HttpError,
  type HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from './http.ts'

/** Largest body of an answer, in bytes, unless the options say otherwise. */
export const answerBytesMax = 4_194_304

/** Most connections to one origin at a time, unless the options say otherwise. */
export const connectionsMax = 1_024

/** How long a connection without a request is kept, in milliseconds. */
const idleConnectionMillisMax = 4_000

/** Whom a client trusts, and what it wants to read in a certificate; as `node:tls` has it. */
export type SecureOptions = Pick<ConnectionOptions, 'ca' | 'servername' | 'checkServerIdentity'>

export interface UndiciClientOptions {
  /** Largest body of an answer in bytes; a larger one fails the exchange. */
  readonly answerBytesMax?: number
  /** Further requests wait for a connection; waiting ones were not sent. */
  readonly connectionsMax?: number
  /** Of an `https` origin: whom the client trusts, in PEM, and which name it wants to read. */
  readonly tls?: { readonly authority: string; readonly serverName: string }
  /** The same in the words of Node, where an origin is not reached at its own address. */
  readonly secure?: SecureOptions
  /** Each request goes over a connection of its own. */
  readonly anew?: boolean
}

/**
 * HTTP/1.1 to one origin over kept connections. A call is one attempt: nothing is repeated and no
 * timer of the HTTP library ends it, only the caller's signal does.
 *
 * `send` rejects with an {@link HttpError}. Its `sent` is `no` only while the request waited for a
 * connection; from the moment at which it was handed to a socket it is `maybe`, because bytes that
 * the kernel took cannot be called back. A reset is always `maybe`: whoever resets had accepted the
 * connection, and which of the two was quicker must not decide an outcome. Disposal aborts what is
 * under way.
 *
 * @param origin - Scheme, host and port, such as `http://127.0.0.1:8080`.
 */
export function undiciHttpClient(
  origin: string,
  options: UndiciClientOptions = {},
): HttpClient & AsyncDisposable {
  const pool = new Pool(origin, {
    connections: options.connectionsMax ?? connectionsMax,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: 0,
      ...(options.tls && { ca: options.tls.authority, servername: options.tls.serverName }),
      ...options.secure,
    },
    keepAliveTimeout: idleConnectionMillisMax,
    maxResponseSize: options.answerBytesMax ?? answerBytesMax,
  })
  return {
    send: (request, signal) =>
      new Promise((resolve, reject) => {
        const exchange = new Exchange(request, signal, resolve, reject)
        if (!exchange.settled)
          pool.dispatch({ ...dispatchOptions(request), reset: options.anew === true }, exchange)
      }),
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

function dispatchOptions(request: HttpRequest): Dispatcher.DispatchOptions {
  return {
    method: request.method,
    path: request.path,
    headers: request.headers,
    body: request.body.byteLength === 0 ? null : request.body,
    idempotent: false,
  }
}

/** One exchange: follows it through the dispatcher and settles the caller's promise once. */
class Exchange implements Dispatcher.DispatchHandler {
  settled = false
  private controller: Dispatcher.DispatchController | undefined
  private status = 0
  private headers: Readonly<Record<string, string>> = {}
  private readonly chunks: Buffer[] = []
  private readonly request: HttpRequest
  private readonly signal: AbortSignal | undefined
  private readonly resolve: (response: HttpResponse) => void
  private readonly reject: (error: HttpError) => void

  constructor(
    request: HttpRequest,
    signal: AbortSignal | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: HttpError) => void,
  ) {
    this.request = request
    this.signal = signal
    this.resolve = resolve
    this.reject = reject
    if (signal?.aborted) this.onAbort()
    else signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  private readonly onAbort = (): void => {
    const reason: unknown = this.signal?.reason
    this.fail(reason instanceof DeadlineError ? 'deadline' : 'aborted', reason)
    this.controller?.abort(reason instanceof Error ? reason : new Error('aborted'))
  }

  /** Called just before the first byte is written; a throw here keeps the request unwritten. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) throw new Error('the exchange ended before it was sent')
    if (this.controller !== undefined) {
      this.fail('closed', undefined)
      throw new Error('the dispatcher tried to send one request twice')
    }
    this.controller = controller
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status
    this.headers = joinedHeaders(headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.settle()) return
    const body = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks)
    this.resolve({
      status: this.status,
      headers: this.headers,
      body: body ?? new Uint8Array(0),
    })
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(failureOf(error), error)
  }

  private settle(): boolean {
    if (this.settled) return false
    this.settled = true
    this.signal?.removeEventListener('abort', this.onAbort)
    return true
  }

  private fail(failure: HttpFailure, cause: unknown): void {
    if (!this.settle()) return
    const sent = this.controller === undefined && failure !== 'reset' ? 'no' : 'maybe'
    const when = sent === 'no' ? 'before it was sent' : 'after it may have been sent'
    const { method, path } = this.request
    this.reject(
      new HttpError(`${method} ${path} failed ${when}: ${failure}`, { sent, failure, cause }),
    )
  }
}

const failures: Readonly<Record<string, HttpFailure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_ABORTED: 'aborted',
  CERT_HAS_EXPIRED: 'certificate',
  CERT_NOT_YET_VALID: 'certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
}

function failureOf(error: Error): HttpFailure {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? (failures[code] ?? 'other') : 'other'
}

function joinedHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}
