import type { Change, Client } from 'ldapts'
import type { WallClock } from '../../kernel/clock.ts'
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
