import { createHash } from 'node:crypto'
import { invariant } from '../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import { seen, textArgument } from '../operation-fields.ts'
import { RegionBrowser, SignInRefused } from './browser.ts'
import type { OidcAccess, OidcClient, OidcHandler, OidcHandlers } from './options.ts'
import { jsonObject, refused, refusedGrant } from './outcomes.ts'
import { plainSignIn } from './plain-sign-in.ts'
import { issued, postForm } from './token-requests.ts'

/** What a password grant says of a password: there is no other grant to be wrong. */
const passwordCodes = { invalid_grant: 'wrong-password' } as const

/**
 * A sign-in by name and password. By an authorization code it is what one browser sends: each
 * request once, and the first that is refused or lost ends it. Results the tokens.
 */
const signIn: OidcHandler = async (operation, access, signal) => {
  const label = textArgument(operation, 'password')
  const { username, password } = access.credentials(operation.user, label)
  const client = clientFor(operation, access)
  const outcome = await signInWith(client, operation, { username, password }, access, signal)
  if (outcome.type !== 'ok' && outcome.error?.code !== 'challenge-required') return outcome
  return { ...outcome, ...seen(operation, 'password', label) }
}

/** A sign-in with a password that never was the user's. */
const guessPassword: OidcHandler = (operation, access, signal) => {
  const { username } = access.credentials(operation.user, operation.id)
  const password = access.secrets.wrongPasswordFor(operation.id)
  return signInWith(access.options.client, operation, { username, password }, access, signal)
}

async function signInWith(
  client: OidcClient,
  operation: ResolvedOperation,
  user: { readonly username: string; readonly password: string },
  access: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  if (access.options.signIn === 'code') return byCode(client, operation, user, access, signal)
  const form = { grant_type: 'password', scope: client.scope, ...user }
  const { http, endpoints } = access
  const answer = await postForm(http, endpoints.token, client, form, signal)
  if (answer.status !== 200) return refusedGrant(answer, passwordCodes)
  return issued(answer, client, access)
}

/** An authorization code with PKCE (RFC 6749 section 4.1, RFC 7636). */
async function byCode(
  client: OidcClient,
  { id }: ResolvedOperation,
  user: { readonly username: string; readonly password: string },
  access: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { http, endpoints, options, secrets } = access
  const { redirectUri } = client
  invariant(redirectUri !== undefined, `client ${client.id} has no redirect URI`)
  invariant(endpoints.authorization !== undefined, `${options.name} has no sign-in page`)
  const verifier = Buffer.from(secrets.bytesFor(`${id}/verifier`, 32)).toString('base64url')
  const state = Buffer.from(secrets.bytesFor(`${id}/state`, 16)).toString('base64url')
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.id, redirect_uri: redirectUri },
    ...{ scope: client.scope, state, nonce: state, code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    // Without it OpenID Connect Core 1.0 section 11 gives no refresh token.
    ...(client.scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
  })
  const browser = new RegionBrowser({ http, redirectUri, origins: access.origins, signal })
  try {
    await browser.open(joined(endpoints.authorization, query))
    const script = options.signInScript ?? plainSignIn
    if (browser.returned === undefined) await script(browser, user)
  } catch (error) {
    if (error instanceof SignInRefused) return refused(error.code, error.status)
    throw error
  }
  const { returned } = browser
  const code = returned?.get('code')
  if (returned === undefined) return refused('sign-in-page-unknown')
  if (returned.get('state') !== state) return refused('malformed-answer')
  if (code === null || code === undefined) return refused(returned.get('error') ?? 'refused')
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  const redeemed = { ...form, code_verifier: verifier }
  const answer = await postForm(http, endpoints.token, client, redeemed, signal)
  return answer.status === 200 ? issued(answer, client, access) : refusedGrant(answer)
}

/**
 * A refresh. A refusal shows that nobody keeps access by this token: whether it was revoked, ended
 * or never heard of is not told apart by the standard.
 */
const refresh: OidcHandler = async (operation, access, signal) => {
  const refreshToken = textArgument(operation, 'refreshToken')
  const client = access.clientOf(refreshToken)
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const { http, endpoints } = access
  const answer = await postForm(http, endpoints.token, client, form, signal)
  if (answer.status !== 200) {
    const outcome = refusedGrant(answer)
    const isOver = outcome.error?.code === 'invalid_grant'
    return isOver ? { ...outcome, ...seen(operation, 'revoked', 'revoked') } : outcome
  }
  return { ...(await issued(answer, client, access)), ...seen(operation, 'revoked', null) }
}

/** RFC 7009: a token that is unknown is answered as one that was revoked. */
const revoke: OidcHandler = async (operation, access, signal) => {
  const token = textArgument(operation, 'refreshToken')
  const { http, endpoints } = access
  invariant(endpoints.revocation !== undefined, `${access.options.name} has no revocation endpoint`)
  const form = { token, token_type_hint: 'refresh_token' }
  const answer = await postForm(http, endpoints.revocation, access.clientOf(token), form, signal)
  return answer.status === 200 ? { type: 'ok' } : refusedGrant(answer)
}

/** Presents an access token. The token is looked at once more, whatever came back. */
const useToken: OidcHandler = async (operation, access, signal) => {
  const token = textArgument(operation, 'accessToken')
  const tokens = [await access.observe(token, 'access')]
  const { present } = access.options
  const presented = present === 'introspection' ? introspected : userinfo
  return { ...(await presented(token, operation, access, signal)), tokens }
}

async function userinfo(
  token: string,
  operation: ResolvedOperation,
  { http, endpoints, options }: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  invariant(endpoints.userinfo !== undefined, `${options.name} has no userinfo endpoint`)
  const headers = { accept: 'application/json', authorization: `Bearer ${token}` }
  const request = { method: 'GET', path: endpoints.userinfo, headers, body: new Uint8Array(0) }
  const answer = await http.send(request, signal)
  const { status } = answer
  if (status === 200) return { type: 'ok', ...seen(operation, 'revoked', null) }
  if (status === 429) return refused('throttled', status)
  const named = /\berror="?([a-z_]+)/.exec(answer.headers['www-authenticate'] ?? '')?.[1]
  const { error } = jsonObject(answer)
  if (status === 401) return refused('invalid_token', status)
  return refused(named ?? (typeof error === 'string' ? error : 'not-the-api'), status)
}

async function introspected(
  token: string,
  operation: ResolvedOperation,
  { http, endpoints, options }: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  invariant(endpoints.introspection !== undefined, `${options.name} does not introspect`)
  const form = { token, token_type_hint: 'access_token' }
  const asker = options.machine ?? options.client
  const answer = await postForm(http, endpoints.introspection, asker, form, signal)
  if (answer.status !== 200) return refusedGrant(answer)
  const { active } = jsonObject(answer)
  if (typeof active !== 'boolean') return refused('malformed-answer', answer.status)
  if (!active) return refused('token-inactive', answer.status)
  return { type: 'ok', ...seen(operation, 'revoked', null) }
}

/** Client credentials (RFC 6749 section 4.4). */
const machineSignIn: OidcHandler = async (_operation, access, signal) => {
  const { http, endpoints, options } = access
  const { machine } = options
  invariant(machine !== undefined, `${options.name} has no machine client`)
  const scope = machine.scope === '' ? {} : { scope: machine.scope }
  const form = { grant_type: 'client_credentials', ...scope }
  const answer = await postForm(http, endpoints.token, machine, form, signal)
  return answer.status === 200 ? issued(answer, machine, access) : refusedGrant(answer)
}

/** What the standards carry; a target's own handlers come first. */
export const standardHandlers: OidcHandlers = {
  'sign-in': signIn,
  'guess-password': guessPassword,
  refresh,
  rotate: refresh,
  revoke,
  'use-token': useToken,
  'machine-sign-in': machineSignIn,
}

function clientFor(operation: ResolvedOperation, { options }: OidcAccess): OidcClient {
  const rotating = operation.arguments.client === 'rotating'
  return (rotating ? options.rotatingClient : undefined) ?? options.client
}

function joined(path: string, query: URLSearchParams): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}
