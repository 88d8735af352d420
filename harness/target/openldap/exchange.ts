import { connect, type Socket } from 'node:net'
import type { Client } from 'ldapts'
import { DeadlineError } from '../../kernel/clock.ts'
import type { Outcome } from '../contract.ts'
import type { Address } from '../region-addresses.ts'
import type { LdapLibrary } from './ldap-library.ts'
import { meaningOf, openldapOutcomes, resultCode } from './outcomes.ts'

/** What one request came to. */
export type Exchanged<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string }

/** One connection to a server. It never connects a second time by itself. */
export interface Connection {
  readonly client: Client
  /** True once a byte was given to the kernel. */
  readonly sent: () => boolean
  readonly open: () => boolean
  close(): void
}

/** A connection that is opened by the first request on it. */
export function connectionTo({ Client }: LdapLibrary, { host, port }: Address): Connection {
  let socket: Socket | undefined
  let closed = false
  const client = new Client({
    url: `ldap://${host}:${port}`,
    createConnection: () => {
      if (socket !== undefined || closed) throw new Error('this connection is over')
      socket = connect({ host, port, noDelay: true })
      return socket
    },
  })
  return {
    client,
    sent: () => (socket?.bytesWritten ?? 0) > 0,
    open: () => !closed && socket?.destroyed !== true && client.isConnected,
    close: () => {
      closed = true
      socket?.destroy()
    },
  }
}

/**
 * One request and its answer, until the signal ends it.
 *
 * @param sent - Whether a byte of the request may have left when it failed.
 */
export async function exchange<T>(
  request: () => Promise<T>,
  sent: () => boolean,
  signal: AbortSignal,
): Promise<Exchanged<T>> {
  let stop: () => void = () => {}
  const ended = new Promise<Exchanged<T>>((resolve) => {
    stop = () => resolve({ ok: false, code: sent() ? abortCode(signal) : 'not-sent' })
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const answered = request().then(
    (value): Exchanged<T> => ({ ok: true, value }),
    (error: unknown): Exchanged<T> => ({ ok: false, code: failureCode(error, sent()) }),
  )
  try {
    return await Promise.race([answered, ended])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The outcome of a request that did not succeed. */
export function failedOutcome(code: string): Outcome {
  const meaning = meaningOf(code)
  return {
    type: openldapOutcomes.outcomeOf(code),
    error: { code, ...(meaning === undefined ? {} : { meaning }) },
  }
}

function abortCode({ reason }: AbortSignal): string {
  return reason instanceof DeadlineError ? 'deadline' : 'aborted'
}

/** Errors of the library: a result has a number, a socket a name, and a lost answer neither. */
function failureCode(error: unknown, sent: boolean): string {
  const code = (error as { readonly code?: unknown } | null)?.code
  if (typeof code === 'number') return resultCode(code)
  if (sent) return 'connection-reset'
  return code === 'ECONNREFUSED' ? 'connection-refused' : 'not-sent'
}
