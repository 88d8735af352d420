import type { SearchResult } from 'ldapts'
import type { OperationFunction } from '../../history/operation.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from '../contract.ts'
import { seenEach, seenMemberships, textArgument } from '../operation-fields.ts'
import {
  attributeFor,
  groupDn,
  groupNames,
  lockAttribute,
  lockedByAdministrator,
  originAttribute,
  type ReadEntry,
  readAttributes,
  registerValue,
  suffix,
  userDn,
  userEntry,
} from './directory.ts'
import { failedOutcome } from './exchange.ts'
import { type Handler, modify, type ServerAccess, write } from './operation.ts'
import {
  answerTotp,
  associateTotp,
  bind,
  preferTotp,
  replayTotp,
  signIn,
  verifyTotp,
} from './sign-ins.ts'

/** The functions of the harness in the words of LDAP; the target declares just these. */
export const operationHandlers: Readonly<Partial<Record<OperationFunction, Handler>>> = {
  'admin-create-user': write((operation, client, { secrets }) => {
    const writesPassword = operation.writes?.some(({ register }) => register.endsWith('/password'))
    const password = writesPassword === true ? secrets.passwordFor(operation.id) : undefined
    return client.add(userDn(operation.user), userEntry(operation.user, operation.id, password))
  }),
  'set-password': change(({ id }, { secrets }) => ['userPassword', secrets.passwordFor(id)]),
  'update-attribute': change((operation) => {
    const attribute = textArgument(operation, 'attribute')
    const name = attributeFor(attribute)
    invariant(name !== undefined, `an entry has no attribute for "${attribute}"`)
    return [name, operation.id]
  }),
  'disable-user': change(() => [lockAttribute, lockedByAdministrator]),
  'enable-user': change(() => [lockAttribute]),
  'delete-user': write(({ user }, client) => client.del(userDn(user))),
  'add-to-group': membership('add'),
  'remove-from-group': membership('delete'),
  'read-user': readUser,
  'read-groups': readGroups,
  'sign-in': signIn,
  'associate-totp': associateTotp,
  'verify-totp': verifyTotp,
  'prefer-totp': preferTotp,
  'answer-totp': answerTotp,
  'replay-totp': replayTotp,
  'guess-password': ({ id, user }, access, signal) =>
    bind(user, access.secrets.wrongPasswordFor(id), access, signal),
}

/** Talks to one server: one operation is one request. */
export function openldapClient(access: ServerAccess): IdentityClient {
  return {
    perform: async (operation, signal) => {
      const handler = operationHandlers[operation.function]
      invariant(handler !== undefined, `${operation.function} is not among the capabilities`)
      return handler(operation, access, signal)
    },
  }
}

/** A modification that gives an attribute of the user one value, or none. */
function change(
  of: (operation: ResolvedOperation, access: ServerAccess) => readonly [string, string?],
): Handler {
  return write((operation, client, access) => {
    const [type, value] = of(operation, access)
    const modification = modify(access.library, 'replace', type, value === undefined ? [] : [value])
    return client.modify(userDn(operation.user), modification)
  })
}

function membership(kind: 'add' | 'delete'): Handler {
  return write((operation, client, { library }) =>
    client.modify(
      groupDn(textArgument(operation, 'group')),
      modify(library, kind, 'member', [userDn(operation.user)]),
    ),
  )
}

/** An absent user is an answer, in which every register reads `null`. */
async function readUser(
  operation: ResolvedOperation,
  { service }: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { user } = operation
  const done = await service.request(
    (client) => client.search(userDn(user), { scope: 'base', attributes: [...readAttributes] }),
    signal,
  )
  const absent = !done.ok && done.code === 'noSuchObject'
  if (!done.ok && !absent) return failedOutcome(done.code)
  const entry = done.ok ? entryOf(done.value) : undefined
  return { type: 'ok', ...seenEach(operation, (register) => registerValue(register, entry)) }
}

/** The groups that name the user. */
async function readGroups(
  operation: ResolvedOperation,
  { service }: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const filter = `(member=${userDn(operation.user)})`
  const done = await service.request(
    (client) => client.search(`ou=groups,${suffix}`, { scope: 'one', filter, attributes: ['cn'] }),
    signal,
  )
  if (!done.ok) return failedOutcome(done.code)
  const member = new Set(done.value.searchEntries.map(({ dn }) => dn))
  const isMember = (group: string) => member.has(groupDn(group))
  return { type: 'ok', ...seenMemberships(operation, groupNames, isMember) }
}

function entryOf({ searchEntries: [found] }: SearchResult): ReadEntry | undefined {
  if (found === undefined) return undefined
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(found)) {
    const [first] = Array.isArray(value) ? value : [value]
    if (first !== undefined) values.set(name.toLowerCase(), String(first))
  }
  return values.has(originAttribute.toLowerCase()) || values.has('uid') ? values : undefined
}
