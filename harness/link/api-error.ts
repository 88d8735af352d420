import { LinkError } from '../kernel/errors.ts'

/** A request that the HTTP API refuses; the body is `{"error": message, "status": status}`. */
export class LinkApiError extends LinkError {
  readonly status: number

  constructor(message: string, status: number, details: { cause?: unknown } = {}) {
    super(message, details)
    this.status = status
  }
}

/** The body could not be understood; the message names the field. */
export function badRequest(detail: string): LinkApiError {
  return new LinkApiError(`bad request body: ${detail}`, 400)
}

export function missingField(name: string): LinkApiError {
  return new LinkApiError(`missing required field: ${name}`, 400)
}

export function proxyNotFound(): LinkApiError {
  return new LinkApiError('proxy not found', 404)
}

export function toxicNotFound(): LinkApiError {
  return new LinkApiError('toxic not found', 404)
}
