import type { Operation } from '../../history/operation.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/http.ts'
import { keyedRandom } from '../../kernel/random.ts'
import type { Instant } from '../../kernel/time.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import { runSecrets } from '../secrets.ts'
import { referenceClient } from './client.ts'

/** What a scripted Region gives: an answer, or the error of the exchange. */
export type Scripted = HttpResponse | Error

/** An answer in the words of the API. */
export function json(status: number, body: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

/** A refusal in the words of the API. */
export function refusal(type: string, message: string, status = 400): HttpResponse {
  return json(status, { __type: type, message })
}

/** An HttpClient that gives the scripted answers in order and keeps what it was sent. */
export function scripted(...answers: Scripted[]): HttpClient & {
  readonly requests: readonly HttpRequest[]
} {
  const requests: HttpRequest[] = []
  return {
    requests,
    send: async (request) => {
      requests.push(request)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('nothing is scripted for this request')
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

/** 2026-06-04T00:00:00Z. */
export const scriptedNow: Instant = 1_780_531_200_000_000

/** The secrets that {@link performed} uses. */
export const scriptedSecrets = runSecrets(keyedRandom('scripted'))

export interface Performed {
  /** The operation of the API and its input. */
  readonly request: string
  readonly input: unknown
  readonly outcome: Outcome
}

/** Performs one operation against one scripted answer; tokens are observed by digest alone. */
export async function performed(
  operation: Partial<Operation> & Pick<Operation, 'function'>,
  answer: Scripted,
  resolved: Readonly<Record<string, string>> = {},
): Promise<Performed> {
  const http = scripted(answer)
  const client = referenceClient(http, {
    poolId: 'us-east-1_Pool',
    clientId: 'client',
    rotatingClientId: 'rotating client',
    rotatingTokens: new Set(['rotating refresh']),
    codeFor: async (user) => (user === 'u1' ? '123456' : undefined),
    secrets: scriptedSecrets,
    wall: { now: () => scriptedNow },
    srpGroup: '256',
    replica: 'us-west-2',
    inspector: {
      refresh: async () => [],
      observe: async (token, use) => ({ digest: `digest of ${token}`, use, verifications: [] }),
    },
  })
  const whole: ResolvedOperation = {
    id: 'op9',
    user: 'u1',
    to: 'route',
    purpose: 'workload',
    arguments: {},
    ...operation,
    resolved,
  }
  const outcome = await client.perform(whole, new AbortController().signal)
  const [request] = http.requests
  if (request === undefined || http.requests.length > 1) throw new Error('expected one request')
  return {
    request: `${request.method} ${request.path} ${request.headers['x-amz-target']}`,
    input: JSON.parse(Buffer.from(request.body).toString('utf8')),
    outcome,
  }
}
