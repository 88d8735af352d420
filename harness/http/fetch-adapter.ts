import { InvariantError } from '../kernel/errors.ts'
import type { HttpClient } from './http.ts'

/** Statuses whose answers carry no body (Fetch Standard, "null body status"). */
const bodilessStatuses: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

/**
 * A `fetch` over an {@link HttpClient}, for SDKs that take one. The origin of a URL is ignored:
 * every
 * request goes to the client's endpoint. Redirects are not followed. A failed exchange rejects with
 * the client's own error.
 *
 * @example
 * ```ts
 * const fetch = fetchOver(region.http)
 * const answer = await fetch('https://any.host/health')
 * ```
 */
export function fetchOver(client: HttpClient): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new InvariantError(`fetch of a ${url.protocol} URL; expected http: or https:`)
    }
    const answer = await client.send(
      {
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: Object.fromEntries(request.headers),
        body: new Uint8Array(await request.arrayBuffer()),
      },
      request.signal,
    )
    const body = bodilessStatuses.has(answer.status) ? null : new Uint8Array(answer.body)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}
