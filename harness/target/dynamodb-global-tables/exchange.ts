import { type HttpClient, HttpError, type HttpResponse } from '../../http/http.ts'
import { DeadlineError } from '../../kernel/clock.ts'
import type { Json } from '../../kernel/json.ts'
import type { Outcome } from '../contract.ts'
import { transportCode } from '../outcome-registry.ts'
import { globalTablesOutcomes, meaningOf } from './outcomes.ts'

/** One request of the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: { readonly [field: string]: Json }
  /** An access token. */
  readonly bearer?: string
}

/** What it came to: the fields of a success, or a code of the outcome registry. */
export type ApiAnswer =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly status?: number }

/** Sends one request; what the Region answers, or that it does not, never throws. */
export async function exchange(
  http: HttpClient,
  { method, path, body, bearer }: ApiRequest,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  try {
    const response = await http.send(
      {
        method,
        path,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      },
      signal,
    )
    return answerOf(response)
  } catch (error) {
    if (error instanceof HttpError) return { ok: false, code: transportCode(error) }
    if (!signal.aborted) throw error
    return { ok: false, code: signal.reason instanceof DeadlineError ? 'deadline' : 'aborted' }
  }
}

/** The outcome of a request that brought no success. */
export function failedOutcome(code: string, status?: number): Outcome {
  const meaning = meaningOf(code)
  return {
    type: globalTablesOutcomes.outcomeOf(code),
    error: {
      code,
      ...(status === undefined ? {} : { status }),
      ...(meaning === undefined ? {} : { meaning }),
    },
  }
}

function answerOf({ status, body }: HttpResponse): ApiAnswer {
  const fields = fieldsOf(body)
  if (status === 200 && fields !== undefined) return { ok: true, fields }
  if (status >= 500) return { ok: false, code: 'server-error', status }
  const code = fields?.error
  const known = typeof code === 'string' && globalTablesOutcomes.has(code)
  return { ok: false, code: known && status >= 400 ? code : 'not-the-api', status }
}

function fieldsOf(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
