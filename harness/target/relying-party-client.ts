import type { OperationFunction } from '../history/operation.ts'
import { type HttpClient, HttpError, type HttpRequest, type HttpResponse } from '../http/http.ts'
import { invariant } from '../kernel/invariant.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from './contract.ts'
import { transportCode, transportOutcomes } from './outcome-registry.ts'

const outcomes = new Map(transportOutcomes.map(([code, outcome]) => [code, outcome]))
const noBody = new Uint8Array(0)

/** What can be done at a relying party. */
export const relyingPartyFunctions: readonly OperationFunction[] = ['visit', 'open-session']

/**
 * Visits an application as its users do, one request for each operation: `visit { accessToken }` or
 * `visit { cookie }`, and `open-session { idToken }`. A 401 is a definite refusal (RFC 6750 section
 * 3.1); a 503 says that the application could not decide, which is no acceptance either.
 */
export function relyingPartyClient(http: HttpClient): IdentityClient {
  return {
    perform: async (operation, signal) => {
      try {
        return outcomeOf(await http.send(requestOf(operation), signal))
      } catch (error) {
        if (!(error instanceof HttpError)) throw error
        const code = transportCode(error)
        return {
          type: outcomes.get(code) ?? 'info',
          error: { code, meaning: 'unavailable' },
        }
      }
    },
  }
}

function requestOf({ id, function: fn, resolved }: ResolvedOperation): HttpRequest {
  const { cookie } = resolved
  if (fn === 'visit' && cookie !== undefined) {
    return { method: 'GET', path: '/page', headers: { cookie: `session=${cookie}` }, body: noBody }
  }
  const token = resolved.accessToken ?? resolved.idToken
  invariant(token !== undefined, `${id} (${fn}) lacks a token or a cookie`)
  invariant(fn === 'visit' || fn === 'open-session', `no relying party does ${fn}`)
  const [method, path] = fn === 'visit' ? ['GET', '/resource'] : ['POST', '/session']
  return { method, path, headers: { authorization: `Bearer ${token}` }, body: noBody }
}

function outcomeOf({ status, headers, body }: HttpResponse): Outcome {
  if (status === 200) {
    const [, cookie] = /^session=([^;]+)/.exec(headers['set-cookie'] ?? '') ?? []
    return { type: 'ok', ...(cookie === undefined ? {} : { results: { cookie } }) }
  }
  const code = reasonOf(body) ?? `status-${status}`
  if (status === 401) return { type: 'fail', error: { code, status, meaning: 'token-refused' } }
  return { type: 'fail', error: { code, status, meaning: 'unavailable' } }
}

/** Reasons are words of the application's own; they hold nothing of the token. */
function reasonOf(body: Uint8Array): string | undefined {
  try {
    const value = JSON.parse(Buffer.from(body).toString('utf8')) as { reason?: unknown } | null
    return typeof value?.reason === 'string' ? value.reason.slice(0, 80) : undefined
  } catch {
    return undefined
  }
}
