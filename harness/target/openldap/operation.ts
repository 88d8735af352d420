import type { Change, Client } from 'ldapts'
import type { WallClock } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { Address } from '../region-addresses.ts'
import type { Secrets } from '../secrets.ts'
import { failedOutcome } from './exchange.ts'
import type { LdapLibrary } from './ldap-library.ts'
import type { ServiceConnection } from './service-connection.ts'

/** What operations at one server need. */
export interface ServerAccess {
  readonly library: LdapLibrary
  /** Where users sign in: over the link. */
  readonly address: Address
  /** The application's own connection, over the same link. */
  readonly service: ServiceConnection
  readonly secrets: Secrets
  /** The wall clock of clients: an authenticator app reads it. */
  readonly wall: WallClock
  /** Users of whom the application knows that they have a code to show. */
  readonly tokenHolders: Set<string>
}

/** One function of the harness in the words of LDAP. */
export type Handler = (
  operation: ResolvedOperation,
  access: ServerAccess,
  signal: AbortSignal,
) => Promise<Outcome>

/** What an operation observed of its registers. */
export type Observed = NonNullable<Outcome['observed']>

/** A request that changes an entry, by the application's account. */
export function write(
  request: (operation: ResolvedOperation, client: Client, access: ServerAccess) => Promise<void>,
): Handler {
  return async (operation, access, signal) => {
    const { service } = access
    const done = await service.request((client) => request(operation, client, access), signal)
    return done.ok ? { type: 'ok' } : failedOutcome(done.code)
  }
}

/** One modification of one attribute. */
export function modify(
  { Attribute, Change: LdapChange }: LdapLibrary,
  operation: 'add' | 'delete' | 'replace',
  type: string,
  values: readonly string[],
): Change {
  return new LdapChange({ operation, modification: new Attribute({ type, values: [...values] }) })
}

/** The field `observed` of an outcome: left out where nothing was seen. */
export function seen(observed: Observed): { readonly observed?: Observed } {
  return observed.length === 0 ? {} : { observed }
}

/** @throws InvariantError if it is absent: generator and interpreter see to it that it is not. */
export function textArgument(operation: ResolvedOperation, name: string): string {
  const value = operation.resolved[name] ?? operation.arguments[name]
  invariant(typeof value === 'string', `${operation.id} (${operation.function}) lacks "${name}"`)
  return value
}
