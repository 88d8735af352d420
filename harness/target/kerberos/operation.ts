import type { WallClock } from '../../kernel/clock.ts'
import type { Outcome, ResolvedOperation } from '../contract.ts'
import type { Secrets } from '../secrets.ts'
import { codeOfWords, failedOutcome } from './outcomes.ts'
import type { Programs, Ran } from './programs.ts'
import { admin } from './topology.ts'

/** What operations at one server need. */
export interface ServerAccess {
  readonly programs: Programs
  readonly secrets: Secrets
  /** A ticket for the administration service; the two servers share its key. */
  readonly adminTickets: Uint8Array
  /** A digest of a ticket that nobody can test a guess against. */
  readonly digestOf: (tickets: Uint8Array) => string
  /** The wall clock of clients. */
  readonly wall: WallClock
}

/** One function of the harness in the words of Kerberos. */
export type Handler = (
  operation: ResolvedOperation,
  access: ServerAccess,
  signal: AbortSignal,
) => Promise<Outcome>

/** What an administration server says to a command that it carried out. */
const done =
  /^(?:kadmin: +)?(?:Principal "[^"]*" (?:created|modified|deleted)\.|Password for "[^"]*" changed\.|Attribute set for principal)/m

/** A change, by the administrator: a session of kadmin(1) with one command. */
export function write(
  command: (operation: ResolvedOperation, access: ServerAccess) => string,
): Handler {
  return async (operation, access, signal) => {
    const ran = await administer([command(operation, access)], access, signal)
    return done.test(ran.out) ? { type: 'ok' } : failedOutcome(codeOf(ran))
  }
}

/** One session of kadmin(1): a connection to the server, and commands on it. */
export function administer(
  commands: readonly string[],
  { programs, adminTickets }: ServerAccess,
  signal: AbortSignal,
): Promise<Ran> {
  const input = commands.map((command) => `${command}\n`).join('')
  return programs.withCache(adminTickets, (cache) =>
    programs.run('kadmin', ['-p', admin, '-c', cache], { input, signal }),
  )
}

/** The code of a program that did not do what it was asked for. */
export function codeOf({ cut, err, out }: Ran): string {
  return cut ?? codeOfWords(`${err}\n${out}`)
}
