import { DeadlineError } from '../kernel/clock.ts'
import { HttpError, type HttpFailure, type HttpRequest, type HttpResponse } from './http.ts'

/** One request and what became of it: settles the caller's promise once. */
export class Exchange {
  settled = false
  readonly request: HttpRequest
  /** Gives up the connection that carries it; set just before the first byte is written. */
  #abandon: (() => void) | undefined
  readonly #signal: AbortSignal | undefined
  readonly #resolve: (response: HttpResponse) => void
  readonly #reject: (error: HttpError) => void

  constructor(
    request: HttpRequest,
    signal: AbortSignal | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: HttpError) => void,
  ) {
    this.request = request
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort)
  }

  /** From now on bytes of it may be under way. */
  carry(abandon: () => void): void {
    this.#abandon = abandon
  }

  finish(response: HttpResponse): void {
    if (this.#settle()) this.#resolve(response)
  }

  fail(failure: HttpFailure, cause: unknown): void {
    if (!this.#settle()) return
    const sent = this.#abandon === undefined && failure !== 'reset' ? 'no' : 'maybe'
    const when = sent === 'no' ? 'before it was sent' : 'after it may have been sent'
    const { method, path } = this.request
    this.#reject(
      new HttpError(`${method} ${path} failed ${when}: ${failure}`, { sent, failure, cause }),
    )
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason
    this.fail(reason instanceof DeadlineError ? 'deadline' : 'aborted', reason)
    this.#abandon?.()
  }

  #settle(): boolean {
    if (this.settled) return false
    this.settled = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    return true
  }
}
