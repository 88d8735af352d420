import type { TokenObservation } from '../../history/line.ts'
import type { Outcome } from '../contract.ts'
import { seen, textArgument } from '../operation-fields.ts'
import { codeOf, type Handler, type ServerAccess } from './operation.ts'
import { failedOutcome } from './outcomes.ts'
import { ticketEnd } from './ticket-end.ts'
import { realm } from './topology.ts'

/** How long a ticket-granting ticket may be renewed. */
const renewable = '1d'

/** A service of the realm, for which whoever is signed in gets tickets. */
const service = `host/localhost@${realm}`

/**
 * A sign-in is one kinit(1). What it leaves is a cache with a ticket-granting ticket: it stands for
 * the session (`refreshToken`: it can be renewed) and for what opens services (`accessToken`).
 */
export const signIn: Handler = async (operation, access, signal) => {
  const { user } = operation
  const label = textArgument(operation, 'password')
  const outcome = await initial(user, access.secrets.passwordFor(label), access, signal)
  if (outcome.type !== 'ok') return outcome
  return { ...outcome, ...seen(operation, 'password', label) }
}

/** A sign-in with a password that nobody has. */
export const guessPassword: Handler = ({ id, user }, access, signal) =>
  initial(user, access.secrets.wrongPasswordFor(id), access, signal)

function initial(
  user: string,
  password: string,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<Outcome> {
  const { programs } = access
  return programs.withCache(undefined, async (cache, read) => {
    const argv = ['-r', renewable, '-c', cache, user]
    const ran = await programs.run('kinit', argv, { input: `${password}\n`, signal })
    return ran.ok ? issued(await read(), access) : failedOutcome(codeOf(ran))
  })
}

/** The KDC renews a ticket-granting ticket (RFC 4120 section 2.3), whichever KDC gave it. */
export const refresh: Handler = (operation, access, signal) => {
  const tickets = Buffer.from(textArgument(operation, 'refreshToken'), 'base64')
  const { programs } = access
  return programs.withCache(tickets, async (cache, read) => {
    const ran = await programs.run('kinit', ['-R', '-c', cache], { input: '', signal })
    return ran.ok ? issued(await read(), access) : failedOutcome(codeOf(ran))
  })
}

/** The ticket-granting ticket is presented to the KDC, which gives a ticket for a service. */
export const useToken: Handler = (operation, access, signal) => {
  const tickets = Buffer.from(textArgument(operation, 'accessToken'), 'base64')
  const { programs } = access
  const tokens = [observation(tickets, 'access', access)]
  return programs.withCache(tickets, async (cache) => {
    const ran = await programs.run('kvno', ['-q', '-c', cache, service], { input: '', signal })
    return { ...(ran.ok ? { type: 'ok' as const } : failedOutcome(codeOf(ran))), tokens }
  })
}

function issued(tickets: Uint8Array, access: ServerAccess): Outcome {
  const text = Buffer.from(tickets).toString('base64')
  const uses = ['access', 'refresh'] as const
  return {
    type: 'ok',
    tokens: uses.map((use) => observation(tickets, use, access)),
    results: { accessToken: text, refreshToken: text },
  }
}

/** Only KDCs can read a ticket-granting ticket; its holder is told when it ends. */
function observation(
  tickets: Uint8Array,
  use: TokenObservation['use'],
  { digestOf, wall }: ServerAccess,
): TokenObservation {
  const end = ticketEnd(tickets)
  const ends = end === undefined ? {} : { expiresAt: end }
  return { digest: digestOf(tickets), use, seenAt: wall.now(), ...ends, verifications: [] }
}
