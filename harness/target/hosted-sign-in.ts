import { createHash } from 'node:crypto'
import type { HttpClient, HttpResponse } from '../http/http.ts'
import { invariant } from '../kernel/invariant.ts'
import { readForm } from './hosted-sign-in-form.ts'

/** The hosted pages of a user pool, over whatever reaches the Region that serves them. */
export interface HostedPages {
  readonly http: HttpClient
  /** The domain of the pages, sent as `Host`: `people.auth.us-east-1.amazoncognito.com`. */
  readonly host: string
}

/** What an application asks for (RFC 6749 section 4.1.1, with PKCE of RFC 7636 if wanted). */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly scope?: string
  readonly state?: string
  readonly nonce?: string
  readonly codeVerifier?: string
  readonly prompt?: string
}

/**
 * A form that waits for its fields. Plain JSON, so that it can be kept between operations; it holds
 * secrets of the sign-in.
 */
export interface SignInPage {
  readonly redirectUri: string
  /** Path and query that the form is sent to. */
  readonly action: string
  /** Fields that are sent as they are. */
  readonly hidden: Readonly<Record<string, string>>
  /** Names of the fields to fill in: `username` and `password`, or `answer` to a challenge. */
  readonly asks: readonly string[]
  /** The cookies that belong to the form. */
  readonly cookie: string
}

/** What one request to the hosted pages comes to. */
export type HostedStep =
  | { readonly kind: 'page'; readonly page: SignInPage }
  /** The redirect to the application, which is not visited. */
  | {
      readonly kind: 'code'
      readonly code: string
      readonly state?: string
      /** The browser session that began: `name=value`, for the next {@link openSignInPage}. */
      readonly cookie?: string
    }
  | {
      readonly kind: 'refused'
      readonly status: number
      /** The error's name, or the `error` of a redirect to the application. */
      readonly error: string
      readonly message?: string
      /** The form once more, where it was shown again. */
      readonly page?: SignInPage
    }

/**
 * Opens the authorization endpoint. One request.
 *
 * @param cookie - A browser session, as {@link submitSignIn} answered it.
 * @throws HttpError if no answer came.
 */
export async function openSignInPage(
  pages: HostedPages,
  request: AuthorizationRequest,
  options: { readonly cookie?: string; readonly signal?: AbortSignal } = {},
): Promise<HostedStep> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
  })
  for (const name of ['scope', 'state', 'nonce', 'prompt'] as const) {
    const value = request[name]
    if (value !== undefined) query.set(name, value)
  }
  if (request.codeVerifier !== undefined) {
    query.set('code_challenge', codeChallengeOf(request.codeVerifier))
    query.set('code_challenge_method', 'S256')
  }
  const { cookie, signal } = options
  const headers = { host: pages.host, ...(cookie === undefined ? {} : { cookie }) }
  const path = `/oauth2/authorize?${query}`
  const answer = await pages.http.send(
    { method: 'GET', path, headers, body: new Uint8Array(0) },
    signal,
  )
  return stepOf(answer, request.redirectUri)
}

/**
 * Sends the form of a page with the fields that it asks for. One request.
 *
 * @throws HttpError if no answer came.
 * @throws InvariantError if a field is given that the page does not ask for.
 */
export async function submitSignIn(
  pages: HostedPages,
  page: SignInPage,
  fields: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<HostedStep> {
  for (const name of Object.keys(fields)) {
    invariant(page.asks.includes(name), `the page does not ask for "${name}"`)
  }
  const headers = {
    host: pages.host,
    cookie: page.cookie,
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = Buffer.from(String(new URLSearchParams({ ...page.hidden, ...fields })))
  const answer = await pages.http.send({ method: 'POST', path: page.action, headers, body }, signal)
  return stepOf(answer, page.redirectUri)
}

/** A client at the token endpoint; with a secret it authenticates by HTTP Basic. */
export interface TokenClient {
  readonly clientId: string
  readonly clientSecret?: string
}

/** What the token endpoint answered: `access_token` and its like, or `error`. */
export interface TokenAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Redeems a code. One request.
 *
 * @throws HttpError if no answer came.
 */
export function redeemCode(
  pages: HostedPages,
  client: TokenClient,
  code: { readonly code: string; readonly redirectUri: string; readonly codeVerifier?: string },
  signal?: AbortSignal,
): Promise<TokenAnswer> {
  const form = {
    grant_type: 'authorization_code',
    code: code.code,
    redirect_uri: code.redirectUri,
    ...(code.codeVerifier === undefined ? {} : { code_verifier: code.codeVerifier }),
  }
  return requestTokens(pages, client, form, signal)
}

/**
 * Sends any grant to the token endpoint, such as `{ grant_type: 'client_credentials' }`. One
 * request.
 *
 * @throws HttpError if no answer came.
 */
export async function requestTokens(
  pages: HostedPages,
  client: TokenClient,
  form: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<TokenAnswer> {
  const { clientId, clientSecret } = client
  const headers = {
    host: pages.host,
    'content-type': 'application/x-www-form-urlencoded',
    ...(clientSecret === undefined ? {} : { authorization: basic(clientId, clientSecret) }),
  }
  const fields = clientSecret === undefined ? { ...form, client_id: clientId } : form
  const body = Buffer.from(String(new URLSearchParams(fields)))
  const path = '/oauth2/token'
  const answer = await pages.http.send({ method: 'POST', path, headers, body }, signal)
  return { status: answer.status, body: jsonObject(answer.body) }
}

/** The S256 challenge of a verifier (RFC 7636 section 4.2). */
export function codeChallengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

function stepOf(answer: HttpResponse, redirectUri: string): HostedStep {
  const { status, headers } = answer
  const { location } = headers
  if (location !== undefined) return redirectStep(status, location, redirectUri, cookieOf(headers))
  const { form, alert } = readForm(Buffer.from(answer.body).toString('utf8'))
  const page: SignInPage | undefined = form && {
    redirectUri,
    action: form.action,
    hidden: form.hidden,
    asks: form.asks,
    cookie: cookieOf(headers) ?? '',
  }
  if (status === 200 && page !== undefined) return { kind: 'page', page }
  return {
    kind: 'refused',
    status,
    error: alert?.type ?? `HTTP ${status}`,
    ...(alert === undefined ? {} : { message: alert.message }),
    ...(page === undefined ? {} : { page }),
  }
}

function redirectStep(
  status: number,
  location: string,
  redirectUri: string,
  cookie: string | undefined,
): HostedStep {
  if (!location.startsWith(redirectUri)) {
    return { kind: 'refused', status, error: 'unexpected_redirect' }
  }
  const parameters = new URLSearchParams(location.slice(location.indexOf('?') + 1))
  const code = parameters.get('code')
  const state = parameters.get('state')
  if (code === null) {
    const message = parameters.get('error_description')
    return {
      kind: 'refused',
      status,
      error: parameters.get('error') ?? 'invalid_response',
      ...(message === null ? {} : { message }),
    }
  }
  return {
    kind: 'code',
    code,
    ...(state === null ? {} : { state }),
    ...(cookie === undefined ? {} : { cookie }),
  }
}

/** Name and value of the cookie that an answer sets. */
function cookieOf(headers: HttpResponse['headers']): string | undefined {
  return headers['set-cookie']?.split(';', 1)[0]
}

function basic(id: string, secret: string): string {
  const encoded = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return `Basic ${Buffer.from(encoded).toString('base64')}`
}

function jsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
