import type { HttpClient } from '../../http/http.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from '../contract.ts'
import { type ApiAnswer, failedOutcome } from '../reference/api.ts'
import { performBy } from '../reference/client.ts'
import type { OperationContext } from '../reference/operation-handler.ts'
import type { CognitoApi } from './cognito-api.ts'

/** What turns names of the harness into names at the service. */
export interface ClientOptions {
  readonly context: OperationContext
  /** What every name of a user and of a group begins with. */
  readonly prefix: string
}

/**
 * Talks to one Region: one operation is one request (but for the making of a user), and names
 * nobody outside the prefix.
 */
export function cognitoClient(api: CognitoApi, { context, prefix }: ClientOptions): IdentityClient {
  return {
    perform: async (operation, signal) => {
      const named = withPrefix(operation, prefix)
      const outcome = await performBy(
        async (request) => withoutPrefix(await api(request, signal), prefix),
        named,
        context,
      )
      const isCreated = operation.function === 'admin-create-user' && outcome.type === 'ok'
      return isCreated ? withPassword(api, named, context, signal) : outcome
    },
  }
}

/**
 * A user whom an administrator made has a temporary password, with which nobody signs in. The
 * harness knows only accounts with a password of their own, so that this one takes two requests:
 * after the first the account exists, so that a second without success leaves it in doubt.
 */
async function withPassword(
  api: CognitoApi,
  { id, user }: ResolvedOperation,
  { poolId, secrets }: OperationContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const Password = secrets.passwordFor(id)
  const input = { UserPoolId: poolId, Username: user, Password, Permanent: true }
  const answer = await api({ operation: 'AdminSetUserPassword', input }, signal)
  return answer.ok ? { type: 'ok' } : { ...failedOutcome(answer), type: 'info' }
}

/** The same through a router before the Regions, which says in a header who answered. */
export function routedCognitoClient(
  http: HttpClient,
  servedByHeader: string,
  apiOver: (http: HttpClient) => CognitoApi,
  options: ClientOptions,
): IdentityClient {
  return {
    perform: async (operation, signal) => {
      let servedBy: string | undefined
      const api = apiOver({
        send: async (request, deadline) => {
          const answer = await http.send(request, deadline)
          servedBy = answer.headers[servedByHeader]
          return answer
        },
      })
      const outcome = await cognitoClient(api, options).perform(operation, signal)
      return servedBy === undefined ? outcome : { ...outcome, servedBy }
    },
  }
}

function withPrefix(operation: ResolvedOperation, prefix: string): ResolvedOperation {
  const user = `${prefix}${operation.user}`
  const group = operation.resolved.group ?? operation.arguments.group
  if (typeof group !== 'string') return { ...operation, user }
  return { ...operation, user, resolved: { ...operation.resolved, group: `${prefix}${group}` } }
}

/** Names of groups as the harness knows them; a group of somebody else keeps its own. */
function withoutPrefix(answer: ApiAnswer, prefix: string): ApiAnswer {
  if (!answer.ok || !Array.isArray(answer.output.Groups)) return answer
  const groups = (answer.output.Groups as readonly { readonly GroupName?: string }[]).map(
    (group) =>
      group.GroupName?.startsWith(prefix) === true
        ? { ...group, GroupName: group.GroupName.slice(prefix.length) }
        : group,
  )
  return { ok: true, output: { ...answer.output, Groups: groups } }
}
