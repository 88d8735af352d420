import type { Outcome, ResolvedOperation } from '../../contract.ts'
import {
  type HostedStep,
  openSignInPage,
  redeemCode as redeem,
  type SignInPage,
  submitSignIn as submit,
} from '../../hosted-sign-in.ts'
import { optionalArgument, textArgument } from '../../operation-fields.ts'
import { failedOutcome, malformedOutcome } from '../api.ts'
import { hostedAccess } from '../hosted-access.ts'
import { type HostedHandler, refusedGrant, refusedPage } from '../hosted-handler.ts'
import { issuedTokens } from '../issued-tokens.ts'
import { type OperationContext, observedField, readsOf } from '../operation-handler.ts'

/** A page or a code, with the verifier that belongs to it (RFC 7636); kept in memory alone. */
interface Kept {
  readonly codeVerifier: string
  readonly page?: SignInPage
  readonly code?: string
}

/** Begins a sign-in in a browser: results `page`, or `code` where a session is honoured. */
export const openPage: HostedHandler = async (http, operation, context, signal) => {
  const { host, redirectUri, scope } = hostedAccess
  const codeVerifier = verifierOf(operation, context)
  const cookie = optionalArgument(operation, 'cookie')
  const step = await openSignInPage(
    { http, host },
    { clientId: context.clientId, redirectUri, scope, codeVerifier, state: operation.id },
    { signal, ...(cookie === undefined ? {} : { cookie }) },
  )
  if (step.kind === 'page') return kept('page', { codeVerifier, page: step.page })
  return codeOutcome(step, codeVerifier)
}

/** Submits name and password: results `code` and the `cookie` of the browser's session. */
export const submitPage: HostedHandler = async (http, operation, context, signal) => {
  const { codeVerifier, page } = keptIn(textArgument(operation, 'page'))
  if (page === undefined) return malformedOutcome()
  const password = textArgument(operation, 'password')
  const fields = { username: operation.user, password: context.secrets.passwordFor(password) }
  const pages = { http, host: hostedAccess.host }
  const step = await submit(pages, page, fields, signal)
  if (step.kind === 'page') {
    return failedOutcome({ ok: false, code: 'challenge-required', status: 200 })
  }
  const outcome = codeOutcome(step, codeVerifier)
  if (outcome.type !== 'ok') return outcome
  const observed = readsOf(operation, 'password').map((register) => ({ register, value: password }))
  return { ...outcome, ...observedField(observed) }
}

/** Redeems a code with its verifier: results the tokens. */
export const redeemCode: HostedHandler = async (http, operation, context, signal) => {
  const { codeVerifier, code } = keptIn(textArgument(operation, 'code'))
  if (code === undefined) return malformedOutcome()
  const { host, redirectUri } = hostedAccess
  const { status, body } = await redeem(
    { http, host },
    { clientId: context.clientId },
    { code, redirectUri, codeVerifier },
    signal,
  )
  if (status !== 200) return refusedGrant(status, body)
  const result = {
    AccessToken: body.access_token,
    IdToken: body.id_token,
    RefreshToken: body.refresh_token,
  }
  const output = { AuthenticationResult: result }
  const issued = await issuedTokens(output, context)
  return issued === undefined ? malformedOutcome() : { type: 'ok', ...issued }
}

function codeOutcome(step: Exclude<HostedStep, { kind: 'page' }>, codeVerifier: string): Outcome {
  if (step.kind === 'refused') return refusedPage(step.status, step.error, step.message)
  const outcome = kept('code', { codeVerifier, code: step.code })
  const { cookie } = step
  return cookie === undefined ? outcome : { ...outcome, results: { ...outcome.results, cookie } }
}

function kept(field: 'page' | 'code', value: Kept): Outcome {
  return { type: 'ok', results: { [field]: JSON.stringify(value) } }
}

function keptIn(text: string): Kept {
  return JSON.parse(text) as Kept
}

/** 56 characters of those that RFC 7636 section 4.1 allows. */
function verifierOf({ id }: ResolvedOperation, { secrets }: OperationContext): string {
  return secrets.passwordFor(`${id}/verifier-1`) + secrets.passwordFor(`${id}/verifier-2`)
}
