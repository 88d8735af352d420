import type { HttpClient, HttpResponse } from '../../http/http.ts'
import type { Outcome } from '../contract.ts'
import type { TokenUse } from '../token-inspector.ts'
import type { OidcAccess, OidcClient } from './options.ts'
import { jsonObject, refused, textOf } from './outcomes.ts'

const issuedFields: readonly (readonly [use: TokenUse, field: string, result: string])[] = [
  ['id', 'id_token', 'idToken'],
  ['access', 'access_token', 'accessToken'],
  ['refresh', 'refresh_token', 'refreshToken'],
]

/** One form to an endpoint, in the name of a client (RFC 6749 section 2.3.1). */
export async function postForm(
  http: HttpClient,
  path: string,
  client: OidcClient,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { id, secret, authentication = 'basic' } = client
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const fields: Record<string, string> = { ...form }
  if (secret === undefined) fields.client_id = id
  else if (authentication === 'basic') headers.authorization = basic(id, secret)
  else Object.assign(fields, { client_id: id, client_secret: secret })
  const body = Buffer.from(String(new URLSearchParams(fields)))
  return http.send({ method: 'POST', path, headers, body }, signal)
}

/**
 * The tokens of a successful answer of the token endpoint: what is known of them for the history,
 * and themselves as results. A refresh may bring no new refresh token.
 */
export async function issued(
  answer: HttpResponse,
  client: OidcClient,
  access: OidcAccess,
): Promise<Outcome> {
  const body = jsonObject(answer)
  if (textOf(body, 'access_token') === undefined) return refused('malformed-answer', answer.status)
  const present = issuedFields.flatMap(([use, field, name]) => {
    const token = textOf(body, field)
    return token === undefined ? [] : [{ use, name, token }]
  })
  const { expires_in: told } = body
  const lifetime = typeof told === 'number' ? told : undefined
  const refreshToken = textOf(body, 'refresh_token')
  if (refreshToken !== undefined) access.remember(refreshToken, client)
  return {
    type: 'ok',
    tokens: await Promise.all(
      present.map(({ token, use }) => access.observe(token, use, lifetime)),
    ),
    results: Object.fromEntries(present.map(({ name, token }) => [name, token])),
  }
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`
}

/** `application/x-www-form-urlencoded`, as the standard asks for. */
function encoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
