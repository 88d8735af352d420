import type { AnswerMeaning } from '../../history/line.ts'
import type { HttpResponse } from '../../http/http.ts'
import type { Outcome } from '../contract.ts'
import {
  answerOutcomes,
  type OutcomeDefinition,
  type OutcomeRegistry,
  outcomeRegistry,
  transportOutcomes,
} from '../outcome-registry.ts'

type Meaning = AnswerMeaning | 'none'

interface Answer {
  readonly code: string
  readonly outcome: 'fail' | 'info'
  readonly meaning: Meaning
  readonly doc: string
}

const refusedAs = (code: string, meaning: Meaning, doc: string): Answer => ({
  ...{ code, meaning, doc, outcome: 'fail' },
})

const unknown = (code: string, meaning: Meaning, doc: string): Answer => ({
  ...{ code, meaning, doc, outcome: 'info' },
})

const answers: readonly Answer[] = [
  // RFC 6749 sections 4.1.2.1 and 5.2.
  refusedAs('invalid_request', 'none', 'The request is none of the protocol.'),
  refusedAs('invalid_client', 'wrong-credentials', 'The client is unknown or has another secret.'),
  refusedAs('invalid_grant', 'reauthenticate', 'The code or the refresh token is good no more.'),
  refusedAs('unauthorized_client', 'none', 'The client may not use this grant.'),
  refusedAs('unsupported_grant_type', 'none', 'The provider does not know this grant.'),
  refusedAs('unsupported_response_type', 'none', 'The provider gives no code in this way.'),
  refusedAs('invalid_scope', 'none', 'A scope is unknown or not for this client.'),
  refusedAs('access_denied', 'none', 'The user or the provider said no.'),
  unknown('server_error', 'unavailable', 'The provider met an error of its own.'),
  refusedAs('temporarily_unavailable', 'gated', 'The provider takes this no more for a while.'),
  // OpenID Connect Core 1.0 section 3.1.2.6.
  refusedAs('login_required', 'reauthenticate', 'The browser has no session.'),
  refusedAs('interaction_required', 'factor-required', 'The provider asks for a further step.'),
  refusedAs('consent_required', 'none', 'The user has not agreed to what the client asks for.'),
  refusedAs('account_selection_required', 'none', 'The browser has more than one session.'),
  // RFC 6750 section 3.1.
  refusedAs('invalid_token', 'token-refused', 'The access token is expired, revoked or unknown.'),
  refusedAs('insufficient_scope', 'none', 'The access token is not for this.'),
  // RFC 7009 section 2.2.1 and RFC 7662 section 2.2.
  refusedAs('unsupported_token_type', 'none', 'The provider does not revoke such tokens.'),
  refusedAs('token-inactive', 'token-refused', 'Introspection says that the token is not active.'),
  // A sign-in by name and password.
  refusedAs('wrong-password', 'wrong-credentials', 'The password is wrong, or there is no user.'),
  refusedAs(
    'account-locked',
    'locked',
    'Nothing was evaluated: wrong passwords locked the account.',
  ),
  refusedAs('account-disabled', 'disabled', 'An administrator disabled the account.'),
  refusedAs('password-expired', 'reset-required', 'The user has to set another password first.'),
  refusedAs('challenge-required', 'factor-required', 'The provider asks for a second factor.'),
  refusedAs('wrong-code', 'wrong-credentials', 'The code of the second factor is wrong.'),
  refusedAs('sign-in-page-unknown', 'none', 'The sign-in script does not know what the page asks.'),
  refusedAs('redirected-elsewhere', 'none', 'The provider sent the browser to another host.'),
  // SCIM 2.0 (RFC 7644 section 3.12).
  refusedAs('not-authorized', 'none', 'The credentials of the administration are not taken (401).'),
  refusedAs('forbidden', 'gated', 'The administration is not allowed, or not here (403).'),
  refusedAs('absent', 'absent', 'There is no such user or group (404).'),
  refusedAs('conflict', 'none', 'There is one of that name already (409).'),
  refusedAs('precondition-failed', 'none', 'It was changed meanwhile (412).'),
  refusedAs('invalid-value', 'none', 'A value is against the schema (400).'),
  refusedAs('not-implemented', 'none', 'The provider does not do this (501).'),
  refusedAs('throttled', 'throttled', 'Too many requests (429).'),
  refusedAs('refused', 'none', 'A status below 500 with an error that no standard knows.'),
]

const definitions: readonly OutcomeDefinition[] = answers.map(({ code, outcome, doc }) => [
  code,
  outcome,
  doc,
])

/** Every code that an OpenID provider, its SCIM service, or the way to it can answer with. */
export const oidcOutcomes: OutcomeRegistry = outcomeRegistry(
  transportOutcomes,
  answerOutcomes,
  definitions,
)

const elsewhere: Readonly<Record<string, Meaning>> = { aborted: 'none', 'malformed-answer': 'none' }

/** What a code says to whoever asked, in words of every system. */
export function meaningOf(code: string): AnswerMeaning | undefined {
  const listed = answers.find((answer) => answer.code === code)
  const meaning = listed?.meaning ?? elsewhere[code] ?? 'unavailable'
  return meaning === 'none' ? undefined : meaning
}

/**
 * The outcome of a refusal. A status of 500 or above is never definite, whatever it says; a code
 * that no standard knows is `refused`.
 */
export function refused(code: string, status?: number): Outcome {
  const broken = status !== undefined && status >= 500 && status !== 501
  const told = broken ? 'server-error' : oidcOutcomes.has(code) ? code : 'refused'
  const meaning = meaningOf(told)
  return {
    type: oidcOutcomes.outcomeOf(told),
    error: {
      code: told,
      ...(status === undefined ? {} : { status }),
      ...(meaning === undefined ? {} : { meaning }),
    },
  }
}

/** The members of a JSON object; none of a body that is no such thing. */
export function jsonObject({ body }: HttpResponse): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** A member that is text. */
export function textOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * The outcome of an error of the token endpoint and its like (RFC 6749 section 5.2).
 *
 * @param names - What some of its codes mean here, such as `invalid_grant` of a password.
 */
export function refusedGrant(
  answer: HttpResponse,
  names: Readonly<Record<string, string>> = {},
): Outcome {
  if (answer.status === 429) return refused('throttled', 429)
  const error = textOf(jsonObject(answer), 'error')
  if (error === undefined) return refused('not-the-api', answer.status)
  return refused(names[error] ?? error, answer.status)
}
