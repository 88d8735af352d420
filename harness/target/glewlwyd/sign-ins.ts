import type { HttpClient, HttpResponse } from '../../http/http.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import { standardHandlers } from '../oidc/handlers.ts'
import type { OidcAccess, OidcAccount, OidcHandler, OidcHandlers } from '../oidc/options.ts'
import { jsonObject, refused, refusedGrant, textOf } from '../oidc/outcomes.ts'
import { issued, postForm } from '../oidc/token-requests.ts'
import { seen, textArgument } from '../operation-fields.ts'
import { totpCodeAt } from '../totp.ts'
import { wrongCode } from '../wrong-code.ts'
import { refusal } from './administration.ts'
import { sendApi, sessionOf } from './api.ts'
import { appScope, appScopeWithCode } from './user-record.ts'

const authentication = '/api/auth/'

/** The password grant says no more than a status of what is wrong (RFC 6749 section 5.2 does). */
const passwordCodes = { invalid_grant: 'wrong-password' } as const

/**
 * A password grant. Of users who have to show a code it gives a token without the scope of the
 * application (RFC 6749 section 5.1): then a session of the browser begins, results `session`.
 */
const signIn: OidcHandler = async (operation, access, signal) => {
  const label = textArgument(operation, 'password')
  const user = access.credentials(operation.user, label)
  const outcome = await byPassword(operation, user, access, signal)
  return outcome.type === 'ok' ? { ...outcome, ...seen(operation, 'password', label) } : outcome
}

const guessPassword: OidcHandler = (operation, access, signal) => {
  const { username } = access.credentials(operation.user, operation.id)
  const password = access.secrets.wrongPasswordFor(operation.id)
  return byPassword(operation, { username, password }, access, signal)
}

async function byPassword(
  operation: ResolvedOperation,
  user: OidcAccount,
  access: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { endpoints, options } = access
  const rotating = operation.arguments.client === 'rotating' ? options.rotatingClient : undefined
  const client = rotating ?? options.client
  const form = { grant_type: 'password', scope: client.scope, ...user }
  const answer = await postForm(named(access.http), endpoints.token, client, form, signal)
  if (answer.status !== 200) return refusedGrant(answer, passwordCodes)
  const scopes = (textOf(jsonObject(answer), 'scope') ?? '').split(' ')
  const opens = scopes.includes(appScope) || scopes.includes(appScopeWithCode)
  if (opens) return issued(answer, client, access)
  const begun = await sendApi(access.http, asPost(authentication, { ...user }), signal)
  const session = sessionOf(begun)
  if (begun.status !== 200) return refusal(begun)
  return session === undefined
    ? refused('malformed-answer', begun.status)
    : { type: 'ok', results: { session } }
}

const answerTotp: OidcHandler = (operation, access, signal) => {
  const code = totpCodeAt(textArgument(operation, 'totpSecret'), access.wall.now())
  return show(operation, code, access, signal)
}

const replayTotp: OidcHandler = (operation, access, signal) =>
  show(operation, textArgument(operation, 'code'), access, signal)

const guessCode: OidcHandler = (operation, access, signal) => {
  const { totpSecret } = operation.resolved
  const code = wrongCode(access.secrets, operation.id, totpSecret, access.wall.now())
  return show(operation, code, access, signal)
}

/**
 * Shows a code in a session of the browser, agrees to what the application asks for, and comes back
 * with an authorization code: what a browser sends, each request once. Results the tokens.
 */
async function show(
  operation: ResolvedOperation,
  code: string,
  access: OidcAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { http, endpoints, options } = access
  const { client } = options
  const { redirectUri } = client
  invariant(redirectUri !== undefined, 'the application has an address to come back to')
  invariant(endpoints.authorization !== undefined, 'the provider has a sign-in page')
  const cookie = textArgument(operation, 'session')
  const value = { username: operation.user, scheme_type: 'otp', scheme_name: 'otp' }
  const shown = { ...asPost(authentication, { ...value, value: { value: code } }), cookie }
  const told = await sendApi(http, shown, signal)
  if (told.status === 401) return refused('wrong-code', 401)
  if (told.status !== 200) return refusal(told)
  const grant = { path: `/api/auth/grant/${client.id}`, body: { scope: client.scope }, cookie }
  const granted = await sendApi(http, { method: 'PUT', ...grant }, signal)
  if (granted.status !== 200) return refusal(granted)
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.id, redirect_uri: redirectUri },
    ...{ scope: client.scope, state: operation.id, nonce: operation.id, g_continue: '' },
  })
  const path = `${endpoints.authorization}?${query}`
  const led = await sendApi(http, { method: 'GET', path, cookie }, signal)
  const authorizationCode = codeOf(led, redirectUri)
  if (authorizationCode === undefined) {
    return led.status >= 500 ? refusal(led) : refused('challenge-required', led.status)
  }
  const form = { grant_type: 'authorization_code', code: authorizationCode }
  const redeemed = { ...form, redirect_uri: redirectUri }
  const answer = await postForm(named(http), endpoints.token, client, redeemed, signal)
  if (answer.status !== 200) return refusedGrant(answer)
  const outcome = await issued(answer, client, access)
  return outcome.type === 'ok' ? { ...outcome, results: { ...outcome.results, code } } : outcome
}

function codeOf({ headers }: HttpResponse, redirectUri: string): string | undefined {
  const { location = '' } = headers
  if (!location.startsWith(redirectUri)) return undefined
  return new URL(location).searchParams.get('code') ?? undefined
}

function asPost(path: string, body: Readonly<Record<string, unknown>>) {
  return { method: 'POST', path, body } as const
}

/** Glewlwyd refuses a grant with a status and no word: the word is put in. */
function named(http: HttpClient): HttpClient {
  return {
    send: async (request, signal) => {
      const answer = await http.send(request, signal)
      const silent = answer.body.length === 0 && (answer.status === 400 || answer.status === 403)
      return silent ? { ...answer, body: Buffer.from('{"error":"invalid_grant"}') } : answer
    },
  }
}

/** Introspection answers the client alone that a token was given to. */
const useToken: OidcHandler = (operation, access, signal) => {
  const standard = standardHandlers['use-token']
  invariant(standard !== undefined, 'OpenID has use-token')
  const { machine, ...options } = access.options
  const { client, rotatingClient } = options
  const holder = holderOf(textArgument(operation, 'accessToken'))
  const asker = [rotatingClient, machine].find((one) => one?.id === holder) ?? client
  return standard(operation, { ...access, options: { ...options, client: asker } }, signal)
}

/** The claim `client_id` of RFC 9068 section 2.2, unverified. */
function holderOf(token: string): string | undefined {
  const [, payload = ''] = token.split('.')
  const body = Buffer.from(payload, 'base64url')
  return textOf(jsonObject({ status: 200, headers: {}, body }), 'client_id')
}

function namedFor(name: 'refresh' | 'rotate'): OidcHandler {
  const standard = standardHandlers[name]
  invariant(standard !== undefined, `OpenID has ${name}`)
  return (operation, access, signal) =>
    standard(operation, { ...access, http: named(access.http) }, signal)
}

/** What the plugin for OpenID and the scheme of codes do otherwise than the standards say. */
export const signInHandlers: OidcHandlers = {
  'sign-in': signIn,
  'guess-password': guessPassword,
  'answer-totp': answerTotp,
  'replay-totp': replayTotp,
  'guess-code': guessCode,
  'use-token': useToken,
  refresh: namedFor('refresh'),
  rotate: namedFor('rotate'),
}
