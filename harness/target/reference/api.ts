import { type HttpClient, HttpError, type HttpResponse } from '../../http/http.ts'
import { DeadlineError } from '../../kernel/clock.ts'
import type { Json } from '../../kernel/json.ts'
import type { Outcome } from '../contract.ts'
import { transportCode } from '../outcome-registry.ts'
import { meaningOf } from './meanings.ts'
import { exceptionCode, referenceOutcomes } from './outcomes.ts'

/** The service's name in `X-Amz-Target`. */
const service = 'AWSCognitoIdentityProviderService'

const contentType = 'application/x-amz-json-1.1'

/** One request of the API: the operation's name and its input. */
export interface ApiRequest {
  /** Such as `AdminGetUser`. */
  readonly operation: string
  readonly input: { readonly [field: string]: Json }
}

export interface ApiSuccess {
  readonly ok: true
  readonly output: Readonly<Record<string, unknown>>
}

export interface ApiFailure {
  readonly ok: false
  /** A code of the outcome registry, or the name of an exception that it does not list. */
  readonly code: string
  readonly status?: number
  /** The system's own words: for a person, never for a history. */
  readonly message?: string
}

export type ApiAnswer = ApiSuccess | ApiFailure

/**
 * Sends one request of the JSON 1.1 API and reads the answer. One call is one attempt; what the
 * system answers, or that it does not, never throws.
 */
export async function callApi(
  http: HttpClient,
  request: ApiRequest,
  signal?: AbortSignal,
): Promise<ApiAnswer> {
  try {
    const response = await http.send(
      {
        method: 'POST',
        path: '/',
        headers: {
          'content-type': contentType,
          'x-amz-target': `${service}.${request.operation}`,
        },
        body: Buffer.from(JSON.stringify(request.input)),
      },
      signal,
    )
    return readAnswer(response)
  } catch (error) {
    return exchangeFailure(error, signal)
  }
}

/**
 * What an exchange without an answer came to.
 *
 * @throws What it is given, if that is no end of an exchange.
 */
export function exchangeFailure(error: unknown, signal?: AbortSignal): ApiFailure {
  if (error instanceof HttpError) {
    return { ok: false, code: transportCode(error), message: error.message }
  }
  if (signal?.aborted) {
    return { ok: false, code: signal.reason instanceof DeadlineError ? 'deadline' : 'aborted' }
  }
  throw error
}

/** The outcome of an operation whose request failed. */
export function failedOutcome({ code, status }: ApiFailure): Outcome {
  const meaning = meaningOf(code)
  return {
    type: referenceOutcomes.outcomeOf(code),
    error: {
      code,
      ...(status === undefined ? {} : { status }),
      ...(meaning === undefined ? {} : { meaning }),
    },
  }
}

/** The outcome of an answer of status 200 that does not carry what the API documents. */
export function malformedOutcome(): Outcome {
  return failedOutcome({ ok: false, code: 'malformed-answer', status: 200 })
}

function readAnswer(response: HttpResponse): ApiAnswer {
  const { status } = response
  const body = objectOf(response.body)
  if (status === 200) {
    return body === undefined || !isOfApi(response)
      ? { ok: false, code: 'not-the-api', status }
      : { ok: true, output: body }
  }
  const type = exceptionType(response, body)
  const message = textField(body, 'message') ?? textField(body, 'Message') ?? ''
  return refusedAnswer(status, type, message)
}

/**
 * An answer that is no success.
 *
 * @param type - The name of the exception; undefined where the answer names none.
 */
export function refusedAnswer(
  status: number,
  type: string | undefined,
  message: string,
): ApiFailure {
  if (type === undefined) {
    return { ok: false, code: status >= 500 ? 'server-error' : 'not-the-api', status }
  }
  return { ok: false, code: codeOf(status, type, message), status, message }
}

/** Routers answer 200 too, some of them with JSON; they do not call it the API's. */
function isOfApi(response: HttpResponse): boolean {
  return response.headers['content-type']?.startsWith('application/x-amz-json') ?? false
}

/** A status of 500 and above is never definite, whatever name it bears; 501 is the exception. */
function codeOf(status: number, type: string, message: string): string {
  if (status === 501) return 'OperationNotBuilt'
  const code = exceptionCode(type, message)
  const definite = referenceOutcomes.outcomeOf(code) === 'fail'
  if (status >= 500) return definite ? 'server-error' : code
  return status >= 400 ? code : 'not-the-api'
}

/** `__type` of the body or the header, without namespace and without what stands after a colon. */
function exceptionType(
  response: HttpResponse,
  body: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const given = textField(body, '__type') ?? response.headers['x-amzn-errortype']
  return given?.split('#').pop()?.split(':')[0]
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.byteLength === 0) return {}
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A field of an answer, if it is there and a text. */
export function textField(
  value: Readonly<Record<string, unknown>> | undefined,
  name: string,
): string | undefined {
  const field = value?.[name]
  return typeof field === 'string' ? field : undefined
}

/** A field of an answer, if it is there and an object. */
export function objectField(
  value: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const field = value[name]
  const isObject = typeof field === 'object' && field !== null && !Array.isArray(field)
  return isObject ? (field as Record<string, unknown>) : undefined
}
