import type { HttpClient } from '../../http/http.ts'

/** The same way, to a Region that has to believe it is called by another name. */
export function withHost(http: HttpClient, host: string | undefined): HttpClient {
  if (host === undefined) return http
  return {
    send: (request, signal) =>
      http.send({ ...request, headers: { ...request.headers, host } }, signal),
  }
}
