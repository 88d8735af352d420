import type { RegisterName, RegisterValue } from '../../history/operation.ts'
import { type OperationFunction, parseRegister } from '../../history/operation.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { IdentityClient, Outcome, ResolvedOperation } from '../contract.ts'
import { seenEach, textArgument } from '../operation-fields.ts'
import { administer, codeOf, type Handler, type ServerAccess, write } from './operation.ts'
import { failedOutcome } from './outcomes.ts'
import { guessPassword, refresh, signIn, useToken } from './sign-ins.ts'
import { usersPolicy } from './topology.ts'

/** The string of a principal that holds the id of the operation which created it. */
const originString = 'origin'

/**
 * Two sessions, for the second must not be where the first made nothing: a principal of that name
 * may be there, and says who made it.
 */
const createUser: Handler = async (operation, access, signal) => {
  const made = await addPrincipal(operation, access, signal)
  if (made.type !== 'ok') return made
  const named = await nameOrigin(operation, access, signal)
  return named.type === 'ok' ? named : failedOutcome('half-done')
}

const addPrincipal = write(({ id, user, writes }, { secrets }) => {
  const withPassword = writes?.some(({ register }) => register.endsWith('/password')) === true
  const key = withPassword ? `-pw ${secrets.passwordFor(id)}` : '-randkey'
  return `add_principal +requires_preauth -policy ${usersPolicy} ${key} ${user}`
})

const nameOrigin = write(({ id, user }) => `set_string ${user} ${originString} ${id}`)

/**
 * The functions of the harness in the words of Kerberos; the target declares just these. An
 * attribute of a user is a string attribute of the principal (kadmin(1), set_string).
 */
export const operationHandlers: Readonly<Partial<Record<OperationFunction, Handler>>> = {
  'admin-create-user': createUser,
  'set-password': write(
    ({ id, user }, { secrets }) => `change_password -pw ${secrets.passwordFor(id)} ${user}`,
  ),
  'update-attribute': write(
    (operation) =>
      `set_string ${operation.user} ${textArgument(operation, 'attribute')} ${operation.id}`,
  ),
  'disable-user': write(({ user }) => `modify_principal -allow_tix ${user}`),
  'enable-user': write(({ user }) => `modify_principal +allow_tix ${user}`),
  'delete-user': write(({ user }) => `delete_principal -force ${user}`),
  'read-user': readUser,
  'sign-in': signIn,
  refresh,
  'use-token': useToken,
  'guess-password': guessPassword,
}

/** Talks to one server: an operation is a program of MIT Kerberos, run once. */
export function kerberosClient(access: ServerAccess): IdentityClient {
  return {
    perform: async (operation, signal) => {
      const handler = operationHandlers[operation.function]
      invariant(handler !== undefined, `${operation.function} is not among the capabilities`)
      return handler(operation, access, signal)
    },
  }
}

/** What the administration server shows of a principal. */
interface ReadPrincipal {
  readonly strings: ReadonlyMap<string, string>
  readonly disabled: boolean
}

/** An absent user is an answer, in which every register reads `null`. */
async function readUser(
  operation: ResolvedOperation,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { user } = operation
  const commands = [`get_principal ${user}`, `get_strings ${user}`]
  const ran = await administer(commands, access, signal)
  const principal = principalOf(ran.out)
  const code = codeOf(ran)
  if (principal === undefined && code !== 'no-principal') return failedOutcome(code)
  return { type: 'ok', ...seenEach(operation, (register) => registerValue(register, principal)) }
}

/** Undefined where the whole of it was not shown. */
function principalOf(out: string): ReadPrincipal | undefined {
  const [, attributes, after] = /^Attributes:(.*)\nPolicy:.*\n([\s\S]*)$/m.exec(out) ?? []
  const told = /get_strings [^\n]*\n([\s\S]*)/.exec(after ?? '')?.[1]
  if (attributes === undefined || told === undefined) return undefined
  const lines = told.split('\n').map((line) => line.replace(/^kadmin: +/, ''))
  const strings = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^([a-z_]+): (\S+)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  const answered = strings.length > 0 || told.includes('(No string attributes.)')
  if (!answered) return undefined
  return { strings: new Map(strings), disabled: attributes.includes('DISALLOW_ALL_TIX') }
}

/** The value of a register that a principal shows; undefined where it does not show it. */
function registerValue(
  register: RegisterName,
  principal: ReadPrincipal | undefined,
): RegisterValue | undefined {
  const { kind, detail = '' } = parseRegister(register)
  switch (kind) {
    case 'existence':
      // Where nobody came to say who made it: it is there, and nothing more is known.
      return principal === undefined ? null : principal.strings.get(originString)
    case 'enabled':
      return principal?.disabled === true ? 'disabled' : null
    case 'attribute':
      return principal?.strings.get(detail) ?? null
    default:
      return undefined
  }
}
