import type { HttpClient, HttpResponse } from '../../http/http.ts'

/** Where a SCIM 2.0 service is, and who asks. */
export interface ScimService {
  /** Path at which it begins in each Region, such as `/scim/v2`. */
  readonly path: string
  /** Sent as a bearer token. */
  readonly token: string
}

/** One request to a SCIM service (RFC 7644 section 3.1). */
export function scimRequest(
  http: HttpClient,
  { path: root, token }: ScimService,
  method: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const headers: Record<string, string> = {
    accept: 'application/scim+json',
    authorization: `Bearer ${token}`,
  }
  if (body !== undefined) headers['content-type'] = 'application/scim+json'
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body))
  return http.send({ method, path: root + path, headers, body: bytes }, signal)
}
