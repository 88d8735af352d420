import type { Outcome, ResolvedOperation } from '../contract.ts'
import { seen, textArgument } from '../operation-fields.ts'
import { base32Of, totpCodeAt } from '../totp.ts'
import { tokenAttribute, tokenDn, tokenEntry, userDn } from './directory.ts'
import { connectionTo, exchange, failedOutcome } from './exchange.ts'
import { askPolicy } from './ldap-library.ts'
import { type Handler, modify, type ServerAccess, write } from './operation.ts'

/** Length of the secret of a software token (RFC 4226 section 4). */
const secretBytes = 20

/**
 * A sign-in by name and password is one bind. Of those who have a software token the application
 * asks the server first, since password and code go in one bind: results `session`, which is the
 * password, kept until the code is there. Where the server knows of no token, the bind is made.
 *
 * There are no tokens: `accessToken` stands for somebody who is signed in, and is the password.
 */
export const signIn: Handler = async (operation, access, signal) => {
  const { user } = operation
  const label = textArgument(operation, 'password')
  const password = access.secrets.passwordFor(label)
  if (access.tokenHolders.has(user)) {
    const asked = await hasToken(user, access, signal)
    if (asked !== 'no')
      return asked === 'yes' ? { type: 'ok', results: { session: password } } : asked
  }
  const outcome = await bind(user, password, access, signal)
  if (outcome.type !== 'ok') return outcome
  return {
    ...outcome,
    ...seen(operation, 'password', label),
    results: { accessToken: password },
  }
}

/** A software token with a new secret, that nobody has to use yet. Results `totpSecret`. */
export const associateTotp: Handler = async (operation, access, signal) => {
  const { user, id } = operation
  const secret = access.secrets.bytesFor(id, secretBytes)
  const { Attribute } = access.library
  const attributes = [
    ...Object.entries(tokenEntry(user)).map(
      ([type, values]) => new Attribute({ type, values: [values].flat() }),
    ),
    new Attribute({ type: 'oathSecret', values: [Buffer.from(secret)] }),
  ]
  const added = await write((_, client) => client.add(tokenDn(user), attributes))(
    operation,
    access,
    signal,
  )
  return added.type === 'ok' ? { ...added, results: { totpSecret: base32Of(secret) } } : added
}

/** slapd looks at a code in a sign-in alone: what is looked for is the token. */
export const verifyTotp: Handler = write(async ({ user }, client) => {
  await client.search(tokenDn(user), { scope: 'base', attributes: ['cn'] })
})

/** From now on the password alone opens nothing. */
export const preferTotp: Handler = async (operation, access, signal) => {
  const { user } = operation
  const done = await write((_, client, { library }) =>
    client.modify(userDn(user), [
      modify(library, 'add', 'objectClass', ['oathTOTPUser']),
      modify(library, 'replace', tokenAttribute, [tokenDn(user)]),
    ]),
  )(operation, access, signal)
  if (done.type !== 'fail') access.tokenHolders.add(user)
  return done
}

/** The code of this moment, behind the password, in one bind. */
export const answerTotp: Handler = async (operation, access, signal) => {
  const code = totpCodeAt(textArgument(operation, 'totpSecret'), access.wall.now())
  return show(operation, code, access, signal)
}

/** A code that was shown before. */
export const replayTotp: Handler = (operation, access, signal) =>
  show(operation, textArgument(operation, 'code'), access, signal)

async function show(
  operation: ResolvedOperation,
  code: string,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const password = textArgument(operation, 'session')
  const outcome = await bind(operation.user, password + code, access, signal)
  return outcome.type === 'fail' ? outcome : { ...outcome, results: { code } }
}

async function hasToken(
  user: string,
  { service }: ServerAccess,
  signal: AbortSignal,
): Promise<'yes' | 'no' | Outcome> {
  const done = await service.request(
    (client) => client.search(userDn(user), { scope: 'base', attributes: [tokenAttribute] }),
    signal,
  )
  if (!done.ok) return done.code === 'noSuchObject' ? 'no' : failedOutcome(done.code)
  const [entry] = done.value.searchEntries
  return entry !== undefined && [entry[tokenAttribute] ?? []].flat().length > 0 ? 'yes' : 'no'
}

/** A sign-in: a connection of its own, and one bind on it that asks the password policy. */
export async function bind(
  user: string,
  password: string,
  { library, address }: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const connection = connectionTo(library, address)
  const policy = askPolicy(library)
  const done = await exchange(
    () => connection.client.bind(userDn(user), password, policy.control),
    connection.sent,
    signal,
  )
  connection.close()
  if (done.ok) return { type: 'ok' }
  if (done.code !== 'invalidCredentials') return failedOutcome(done.code)
  return failedOutcome(policy.isLocked() ? 'account-locked' : 'wrong-password')
}
