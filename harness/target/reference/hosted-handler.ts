import type { HttpClient } from '../../http/http.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import { failedOutcome, textField } from './api.ts'
import type { OperationContext } from './operation-handler.ts'
import { exceptionCode, referenceOutcomes } from './outcomes.ts'

/**
 * One function of the harness as a browser or a machine client does it: exactly one request to the
 * hosted endpoints, and its reading.
 *
 * @throws HttpError if no answer came.
 */
export type HostedHandler = (
  http: HttpClient,
  operation: ResolvedOperation,
  context: OperationContext,
  signal: AbortSignal,
) => Promise<Outcome>

/** What a refusal of the pages comes to. A status of 500 and above is never definite. */
export function refusedPage(status: number, error: string, message = ''): Outcome {
  if (status >= 500) return failedOutcome({ ok: false, code: 'server-error', status })
  const code = exceptionCode(error, message)
  const known = referenceOutcomes.has(code) ? code : 'not-the-api'
  return failedOutcome({ ok: false, code: known, status })
}

/** The same of the token endpoint (RFC 6749 section 5.2). */
export function refusedGrant(status: number, body: Readonly<Record<string, unknown>>): Outcome {
  return refusedPage(status, textField(body, 'error') ?? '')
}
