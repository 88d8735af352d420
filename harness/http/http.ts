import { InterregnumError } from '../kernel/errors.ts'

/** One request as a plain record. Header names are lower case. */
export interface HttpRequest {
  readonly method: string
  /** Path with query, starting with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Exactly one attempt per call, to one endpoint. Deadlines come from the signal alone. */
export interface HttpClient {
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>
}

/** How an exchange failed below HTTP. */
export type HttpFailure =
  | 'refused'
  | 'reset'
  | 'closed'
  | 'deadline'
  | 'aborted'
  /** The certificate of the other end is expired, names another host or is not trusted. */
  | 'certificate'
  | 'other'

/** No answer came. `sent: 'no'` only if no byte of the request left. */
export class HttpError extends InterregnumError {
  static override code = 'ERR_HTTP' as const
  override code = 'ERR_HTTP' as const
  readonly sent: 'no' | 'maybe'
  readonly failure: HttpFailure

  constructor(
    message: string,
    details: { sent: 'no' | 'maybe'; failure: HttpFailure; cause?: unknown },
  ) {
    super(message, details)
    this.sent = details.sent
    this.failure = details.failure
  }
}
