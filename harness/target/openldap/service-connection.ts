import type { Client } from 'ldapts'
import type { Address } from '../region-addresses.ts'
import { serviceDn } from './directory.ts'
import { type Connection, connectionTo, type Exchanged, exchange } from './exchange.ts'
import type { LdapLibrary } from './ldap-library.ts'

/** A signed-in connection, and how many requests are under way on it. */
interface Signed {
  readonly connection: Connection
  readonly ready: Promise<void>
  under: number
  /** No further request goes there; it is closed when the last is over. */
  retired: boolean
}

/**
 * The connection of an application to one server, signed in as its service account: opened when it
 * is needed, used for many requests, and left alone by those that come after one without answer.
 */
export class ServiceConnection {
  readonly #library: LdapLibrary
  readonly #address: () => Address | undefined
  readonly #password: string
  #current: Signed | undefined

  /** @param address - Asked for each connection; undefined where the server has none. */
  constructor(library: LdapLibrary, address: () => Address | undefined, password: string) {
    this.#library = library
    this.#address = address
    this.#password = password
  }

  /** One request. That no connection came about is as definite as an answer: nothing was sent. */
  async request<T>(
    work: (client: Client) => Promise<T>,
    signal: AbortSignal,
  ): Promise<Exchanged<T>> {
    const signed = this.#signedIn()
    if (signed === undefined) return { ok: false, code: 'connection-refused' }
    const { connection } = signed
    signed.under += 1
    try {
      const opened = await exchange(
        () => signed.ready,
        () => false,
        signal,
      )
      if (!opened.ok) {
        this.#retire(signed)
        return opened
      }
      const answer = await exchange(
        () => work(connection.client),
        () => true,
        signal,
      )
      if (!answer.ok && !connection.open()) this.#retire(signed)
      if (!answer.ok && signal.aborted) this.#retire(signed)
      return answer
    } finally {
      signed.under -= 1
      if (signed.retired && signed.under === 0) connection.close()
    }
  }

  close(): void {
    this.#current?.connection.close()
    this.#current = undefined
  }

  #signedIn(): Signed | undefined {
    const current = this.#current
    const usable = current !== undefined && !current.retired
    if (usable && (current.under > 0 || current.connection.open())) return current
    const address = this.#address()
    if (address === undefined) return undefined
    const connection = connectionTo(this.#library, address)
    const ready = connection.client.bind(serviceDn, this.#password)
    ready.catch(() => {})
    this.#current = { connection, ready, under: 0, retired: false }
    return this.#current
  }

  #retire(signed: Signed): void {
    signed.retired = true
    if (this.#current === signed) this.#current = undefined
  }
}
