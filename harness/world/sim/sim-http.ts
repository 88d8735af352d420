import {
  type HttpClient,
  HttpError,
  type HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '../../http/http.ts'
import { DeadlineError } from '../../kernel/clock.ts'
import type { Instant } from '../../kernel/time.ts'
import type { RegionInstance } from '../../target/region.ts'
import type { Owner } from './owner.ts'
import type { Scheduler } from './scheduler.ts'
import type { LinkConnection, SimLink } from './sim-link.ts'
import { hashBytes, hashText } from './trace.ts'

/** A Region that answers requests: one life of it, from ready to its end. */
export interface Serving {
  readonly owner: Owner
  readonly instance: RegionInstance
  /** The Region's own wall clock, for the `Date` header. */
  readonly wallNow: () => Instant
}

export interface SimHttpOptions {
  readonly scheduler: Scheduler
  readonly link: SimLink
  /** Who serves at this moment; undefined while the Region is stopped or starting. */
  readonly serving: () => Serving | undefined
  /**
   * `link`: a proxy accepts, so a request to a stopped Region may have been sent and is reset.
   * `region`: the Region's own port refuses, so it was not.
   */
  readonly acceptedBy: 'link' | 'region'
}

/**
 * HTTP straight to a Region's `handle`: request and response cross a link as one message each, by
 * reference. Every exchange is a connection of its own.
 */
export function simHttpClient(options: SimHttpOptions): HttpClient {
  const { scheduler } = options
  return {
    send: (request, signal) => {
      scheduler.inside('http.send')
      return new Promise((resolve, reject) => {
        const exchange = new Exchange(options, request, signal, resolve, reject)
        if (signal?.aborted) exchange.abort('no')
        else exchange.begin()
      })
    },
  }
}

class Exchange {
  readonly #options: SimHttpOptions
  readonly #request: HttpRequest
  readonly #signal: AbortSignal | undefined
  readonly #resolve: (response: HttpResponse) => void
  readonly #reject: (error: HttpError) => void
  #settled = false
  #connection: LinkConnection | undefined

  constructor(
    options: SimHttpOptions,
    request: HttpRequest,
    signal: AbortSignal | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: HttpError) => void,
  ) {
    this.#options = options
    this.#request = request
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(): void {
    const { scheduler, link, serving, acceptedBy } = this.#options
    const { method, path, headers, body } = this.#request
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
    const sender = serving()
    if (link.refusing || (sender === undefined && acceptedBy === 'region')) {
      scheduler.after(link.latencyMicros, `${link.name} refused`, () => this.#fail('no', 'refused'))
      return
    }
    const connection = link.open(() => {
      scheduler.after(0, `${link.name} reset`, () => this.#fail('maybe', 'reset'))
    })
    this.#connection = connection
    const content = hashBytes(body, hashHeaders(headers))
    const bytes = path.length + headerBytes(headers) + body.length
    const deliver = (): void => this.#arrive(sender)
    connection.upstream.send(`${method} ${path}`, content, deliver, 'data', bytes)
  }

  abort(sent: 'no' | 'maybe'): void {
    const deadline = this.#signal?.reason instanceof DeadlineError
    this.#fail(sent, deadline ? 'deadline' : 'aborted', this.#signal?.reason)
  }

  readonly #onAbort = (): void => this.abort('maybe')

  /** @param expected - Who served when the request left: a connection does not outlive a crash. */
  #arrive(expected: Serving | undefined): void {
    const serving = this.#options.serving()
    if (serving === undefined || serving !== expected) {
      this.#lose()
      return
    }
    serving.owner.atDeath.add(this.#lose)
    serving.owner.enter(() => {
      void handle(serving.instance, this.#request).then((response) =>
        this.#respond(serving, response),
      )
    })
  }

  #respond(serving: Serving, answer: HttpResponse): void {
    if (!serving.owner.alive) return
    serving.owner.atDeath.delete(this.#lose)
    const response = withDate(answer, serving)
    const content = hashBytes(response.body, hashHeaders(response.headers))
    const bytes = headerBytes(response.headers) + response.body.length
    this.#downstream(
      `answer ${response.status}`,
      content,
      () => {
        if (this.#settle()) this.#resolve(response)
      },
      'data',
      bytes,
    )
  }

  /** Nobody is there any more to answer: the client's connection is reset. */
  readonly #lose = (): void => {
    this.#downstream('reset', 0, () => this.#fail('maybe', 'reset'), 'end')
  }

  #downstream(
    what: string,
    content: number,
    deliver: () => void,
    kind: 'data' | 'end',
    bytes = 0,
  ): void {
    const connection = this.#connection
    const arrive = (): void => {
      if (connection !== undefined) this.#options.link.forget(connection)
      deliver()
    }
    connection?.downstream.send(what, content, arrive, kind, bytes)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    return true
  }

  #fail(sent: 'no' | 'maybe', failure: HttpFailure, cause?: unknown): void {
    if (!this.#settle()) return
    const { method, path } = this.#request
    const when = sent === 'no' ? 'before it was sent' : 'after it may have been sent'
    this.#reject(new HttpError(`${method} ${path}: ${failure} ${when}`, { sent, failure, cause }))
  }
}

const internalError: HttpResponse = { status: 500, headers: {}, body: new Uint8Array(0) }

/** A handler that throws is answered for by its server. */
async function handle(instance: RegionInstance, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await instance.handle(request)
  } catch {
    return internalError
  }
}

/** RFC 9110 section 6.6.1: an origin server with a clock sends a Date; here its server does. */
function withDate(response: HttpResponse, serving: Serving): HttpResponse {
  if (response.headers.date !== undefined) return response
  const date = new Date(serving.wallNow() / 1_000).toUTCString()
  return { status: response.status, headers: { date, ...response.headers }, body: response.body }
}

function hashHeaders(headers: Readonly<Record<string, string>>): number {
  let hash = 0x811c9dc5
  for (const name in headers) hash = hashText(headers[name] as string, hashText(name, hash))
  return hash
}

/** What a request or status line and the ends of lines come to. */
const lineBytes = 32

function headerBytes(headers: Readonly<Record<string, string>>): number {
  let bytes = lineBytes
  for (const name in headers) bytes += name.length + (headers[name] as string).length + 4
  return bytes
}
