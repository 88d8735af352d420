import type { HttpResponse } from '../../http/http.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { OidcAccess, OidcHandler, OidcHandlers } from '../oidc/options.ts'
import { jsonObject, refused } from '../oidc/outcomes.ts'
import { seenEach, textArgument } from '../operation-fields.ts'
import { base32Of } from '../totp.ts'
import { type ApiRequest, sendApi } from './api.ts'
import {
  attributeProperty,
  registerValue,
  scopesOf,
  type UserRecord,
  userProperties,
} from './user-record.ts'

/** Lets each piece of work begin when the last one is over. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** In the order in which they were asked for. */
export function takingTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

/**
 * Users by Glewlwyd's API. A `PUT` replaces every property of a user: so a change is what an
 * administrator's console does: a read and a write of the whole. One follows the other, whoever the
 * user is: of changes at once Glewlwyd 2.7.5 answers some with 500.
 *
 * @param cookie - The session of the administrator.
 */
export function administration(cookie: string, turns: Turns): OidcHandlers {
  const send = (access: OidcAccess, request: ApiRequest, signal: AbortSignal) =>
    sendApi(access.http, { ...request, cookie }, signal)
  const change =
    (of: (operation: ResolvedOperation, access: OidcAccess) => UserRecord): OidcHandler =>
    (operation, access, signal) =>
      turns(async () => {
        const path = userPath(operation.user)
        const read = await send(access, { method: 'GET', path }, signal)
        if (read.status !== 200) return refusal(read)
        const { source: _, ...user } = jsonObject(read)
        const body = { ...user, ...of(operation, access) }
        return written(await send(access, { method: 'PUT', path, body }, signal))
      })
  const scheme = (operation: ResolvedOperation, method: 'POST' | 'PUT', value?: UserRecord) => ({
    ...{ method, path: `/api/delegate/${operation.user}/profile/scheme/register/` },
    body: {
      ...{ username: operation.user, scheme_type: 'otp', scheme_name: 'otp' },
      ...(value === undefined ? {} : { value }),
    },
  })
  const read: OidcHandler = async (operation, access, signal) =>
    shown(operation, await send(access, { method: 'GET', path: userPath(operation.user) }, signal))
  return {
    'admin-create-user': (operation, access, signal) => {
      const { id, user, writes = [] } = operation
      const hasPassword = writes.some(({ register }) => register.endsWith('/password'))
      const body = {
        ...{ username: user, name: id, enabled: true, scope: scopesOf(false) },
        ...(hasPassword ? { password: access.secrets.passwordFor(id) } : {}),
      }
      const request = { method: 'POST', path: '/api/user/', body } as const
      return turns(async () => written(await send(access, request, signal)))
    },
    'set-password': change(({ id }, { secrets }) => ({ password: secrets.passwordFor(id) })),
    'update-attribute': change((operation) => {
      const property = attributeProperty(textArgument(operation, 'attribute'))
      invariant(userProperties.includes(property), `a user has no property "${property}"`)
      return { [property]: operation.id }
    }),
    'disable-user': change(() => ({ enabled: false })),
    'enable-user': change(() => ({ enabled: true })),
    'delete-user': (operation, access, signal) =>
      turns(async () =>
        written(await send(access, { method: 'DELETE', path: userPath(operation.user) }, signal)),
      ),
    'read-user': read,
    'associate-totp': async (operation, access, signal) => {
      const bytes = access.secrets.bytesFor(operation.id, secretBytes)
      const totpSecret = base32Of(bytes)
      const value = { type: 'TOTP', secret: totpSecret, time_step_size: 30 }
      const done = written(await send(access, scheme(operation, 'POST', value), signal))
      return done.type === 'ok' ? { ...done, results: { totpSecret } } : done
    },
    // It looks at a code in a sign-in alone: what is looked for is the registration.
    'verify-totp': async (operation, access, signal) => {
      const answer = await send(access, scheme(operation, 'PUT'), signal)
      if (answer.status !== 200) return refusal(answer)
      return jsonObject(answer).type === 'TOTP' ? { type: 'ok' } : refused('absent', answer.status)
    },
    'prefer-totp': change(() => ({ scope: scopesOf(true) })),
  }
}

/** Length of the secret of a software token (RFC 4226 section 4). */
const secretBytes = 20

function userPath(user: string): string {
  return `/api/user/${encodeURIComponent(user)}`
}

function written(answer: HttpResponse): Outcome {
  return answer.status === 200 ? { type: 'ok' } : refusal(answer)
}

/** An absent user is an answer, in which every register reads `null`. */
function shown(operation: ResolvedOperation, answer: HttpResponse): Outcome {
  if (answer.status !== 200 && answer.status !== 404) return refusal(answer)
  const user = answer.status === 200 ? jsonObject(answer) : undefined
  return { type: 'ok', ...seenEach(operation, (register) => registerValue(register, user)) }
}

const refusals: Readonly<Record<number, string>> = {
  400: 'invalid-value',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'absent',
  429: 'throttled',
}

/** A refusal of the API; its words are about the request, and are not kept. */
export function refusal({ status }: HttpResponse): Outcome {
  return refused(refusals[status] ?? 'not-the-api', status)
}
