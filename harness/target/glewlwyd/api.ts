import type { HttpClient, HttpResponse } from '../../http/http.ts'

/** One request to Glewlwyd's API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** `name=value` of a session. */
  readonly cookie?: string
  /** Sent as JSON. */
  readonly body?: unknown
}

/**
 * Sends it, once.
 *
 * @throws HttpError if no answer came.
 */
export function sendApi(
  http: HttpClient,
  { method, path, cookie, body }: ApiRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (cookie !== undefined) headers.cookie = cookie
  if (body !== undefined) headers['content-type'] = 'application/json'
  const bytes = body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body))
  return http.send({ method, path, headers, body: bytes }, signal)
}

/** The session that an answer begins: `name=value`; undefined where it begins none. */
export function sessionOf({ headers }: HttpResponse): string | undefined {
  return headers['set-cookie']?.split(';', 1)[0]
}
