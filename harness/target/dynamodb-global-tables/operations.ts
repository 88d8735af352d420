import {
  type OperationFunction,
  parseRegister,
  type RegisterKind,
  type RegisterName,
  type RegisterValue,
} from '../../history/operation.ts'
import type { HttpClient } from '../../http/http.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from '../contract.ts'
import { seen, seenEach, textArgument } from '../operation-fields.ts'
import type { Secrets } from '../secrets.ts'
import type { TokenInspector } from '../token-inspector.ts'
import { type ApiAnswer, type ApiRequest, exchange, failedOutcome } from './exchange.ts'

/** What operations need beside themselves. */
export interface OperationContext {
  readonly secrets: Secrets
  readonly inspector: TokenInspector
}

/** One function of the harness in the words of the API: one request, and what it shows. */
export interface OperationHandler {
  request(operation: ResolvedOperation, secrets: Secrets): ApiRequest
  /** Of an answer that is no failure by itself; absent: that it happened is all. */
  outcome?(
    answer: ApiAnswer,
    operation: ResolvedOperation,
    context: OperationContext,
  ): Outcome | Promise<Outcome>
}

const account = ({ user }: ResolvedOperation): string => `/users/${encodeURIComponent(user)}`

const own = (
  method: ApiRequest['method'],
  below: string,
  body?: (operation: ResolvedOperation, secrets: Secrets) => ApiRequest['body'],
): OperationHandler => ({
  request: (operation, secrets) => {
    const path = below.replace(/:(\w+)/, (_, name: string) =>
      encodeURIComponent(textArgument(operation, name)),
    )
    const given = body?.(operation, secrets)
    return {
      ...{ method, path: `${account(operation)}${path}` },
      ...(given === undefined ? {} : { body: given }),
    }
  },
})

const creation = (path: string): OperationHandler => ({
  request: ({ user, id }, secrets) => ({
    ...{ method: 'POST', path },
    body: { username: user, password: secrets.passwordFor(id), origin: id },
  }),
})

const bearing = (method: ApiRequest['method'], path: string): OperationHandler => ({
  request: (operation) => ({ method, path, bearer: textArgument(operation, 'accessToken') }),
})

const value: Parameters<typeof own>[2] = ({ id }) => ({ value: id })

/** The functions of the harness; the target declares just these. */
export const operationHandlers: Readonly<Partial<Record<OperationFunction, OperationHandler>>> = {
  'sign-up': creation('/sign-up'),
  'confirm-sign-up': own('PUT', '/confirmed'),
  'admin-create-user': creation('/users'),
  'set-password': own('PUT', '/password', ({ id }, secrets) => ({
    password: secrets.passwordFor(id),
  })),
  'reset-password': own('DELETE', '/password'),
  'change-password': {
    request: (operation, secrets) => ({
      ...bearing('POST', '/password').request(operation, secrets),
      body: {
        current: secrets.passwordFor(textArgument(operation, 'password')),
        password: secrets.passwordFor(operation.id),
      },
    }),
  },
  'update-attribute': own('PUT', '/attributes/:attribute', value),
  'disable-user': own('PUT', '/disabled'),
  'enable-user': own('DELETE', '/disabled'),
  'delete-user': own('DELETE', ''),
  'add-to-group': own('PUT', '/groups/:group', value),
  'remove-from-group': own('DELETE', '/groups/:group'),
  'admin-sign-out': own('POST', '/sign-out'),
  'sign-out': bearing('POST', '/sign-out'),
  'read-user': { ...own('GET', ''), outcome: accountRead },
  'read-groups': { ...own('GET', ''), outcome: accountRead },
  'sign-in': {
    request: (operation, secrets) => {
      const password = secrets.passwordFor(textArgument(operation, 'password'))
      return { method: 'POST', path: '/sign-in', body: { username: operation.user, password } }
    },
    outcome: async (answer, operation, context) => {
      const issued = await tokensIssued(answer, context)
      const label = textArgument(operation, 'password')
      return issued.type === 'ok' ? { ...issued, ...seen(operation, 'password', label) } : issued
    },
  },
  'guess-password': {
    request: ({ user, id }, secrets) => ({
      ...{ method: 'POST', path: '/sign-in' },
      body: { username: user, password: secrets.wrongPasswordFor(id) },
    }),
    outcome: (answer, _, context) => tokensIssued(answer, context),
  },
  refresh: {
    request: (operation) => ({
      ...{ method: 'POST', path: '/refresh' },
      body: { refreshToken: textArgument(operation, 'refreshToken') },
    }),
    outcome: async (answer, operation, context) => ({
      ...(await tokensIssued(answer, context)),
      ...revocationSeen(answer, operation),
    }),
  },
  revoke: {
    request: (operation) => ({
      ...{ method: 'POST', path: '/revoke' },
      body: { refreshToken: textArgument(operation, 'refreshToken') },
    }),
  },
  'use-token': {
    ...bearing('GET', '/userinfo'),
    outcome: async (answer, operation, { inspector }) => ({
      ...plain(answer),
      ...revocationSeen(answer, operation),
      tokens: [await inspector.observe(textArgument(operation, 'accessToken'), 'access')],
    }),
  },
}

/** Talks to one Region: one operation is one request. */
export function globalTablesClient(http: HttpClient, context: OperationContext): IdentityClient {
  return {
    perform: async (operation, signal) => {
      const handler = operationHandlers[operation.function]
      invariant(handler !== undefined, `${operation.function} is not among the capabilities`)
      const answer = await exchange(http, handler.request(operation, context.secrets), signal)
      return handler.outcome?.(answer, operation, context) ?? plain(answer)
    },
  }
}

function plain(answer: ApiAnswer): Outcome {
  return answer.ok ? { type: 'ok' } : failedOutcome(answer.code, answer.status)
}

async function tokensIssued(answer: ApiAnswer, { inspector }: OperationContext): Promise<Outcome> {
  if (!answer.ok) return plain(answer)
  const { accessToken, refreshToken } = answer.fields
  if (typeof accessToken !== 'string') return failedOutcome('malformed-answer', 200)
  const tokens = [await inspector.observe(accessToken, 'access')]
  if (typeof refreshToken !== 'string') return { type: 'ok', tokens, results: { accessToken } }
  tokens.push(await inspector.observe(refreshToken, 'refresh'))
  return { type: 'ok', tokens, results: { accessToken, refreshToken } }
}

/** An absent user is an answer, in which every register reads `null`. */
function accountRead(answer: ApiAnswer, operation: ResolvedOperation): Outcome {
  if (!answer.ok && answer.code !== 'user-absent') return plain(answer)
  const fields = answer.ok ? answer.fields : undefined
  if (fields !== undefined && typeof fields.origin !== 'string') {
    return failedOutcome('malformed-answer', 200)
  }
  const shows = (register: RegisterName) => {
    const { kind, detail = '' } = parseRegister(register)
    return registerValue(kind, detail, fields)
  }
  return { type: 'ok', ...seenEach(operation, shows) }
}

function registerValue(
  kind: RegisterKind,
  detail: string,
  fields: Readonly<Record<string, unknown>> | undefined,
): RegisterValue | undefined {
  switch (kind) {
    case 'existence':
      return textOf(fields?.origin)
    case 'enabled':
      return fields?.disabled === true ? 'disabled' : null
    case 'attribute':
      return textOf((fields?.attributes as Record<string, unknown> | undefined)?.[detail])
    case 'group':
      return textOf((fields?.groups as Record<string, unknown> | undefined)?.[detail])
    case 'factor':
      return null
    default:
      return undefined
  }
}

/** A refusal because of a revocation is a definite sight of it, and so is a success. */
function revocationSeen(
  answer: ApiAnswer,
  operation: ResolvedOperation,
): Pick<Outcome, 'observed'> {
  if (answer.ok) return seen(operation, 'revoked', null)
  return answer.code === 'token-revoked' ? seen(operation, 'revoked', 'revoked') : {}
}

function textOf(read: unknown): string | null {
  return typeof read === 'string' ? read : null
}
