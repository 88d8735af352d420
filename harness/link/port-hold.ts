import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from './address.ts'
import { resetSocket } from './connection.ts'

/**
 * Keeps the ports of cut links from being given to anybody who asks the system for a free one,
 * while whoever connects there is refused. From each a connection goes to a listener of our own:
 * the system gives no port away that is bound to one, and lets us listen there again.
 */
export class PortHolds {
  #anchor: Promise<Server> | undefined

  /**
   * Holds a port of 127.0.0.0/8 on which nobody listens. Other addresses, and a port that somebody
   * else was quicker to take, are not held: opening it again then says so.
   */
  async hold({ host, port }: Address): Promise<PortHold | undefined> {
    if (!host.startsWith('127.')) return undefined
    this.#anchor ??= listenForHolds()
    const address = (await this.#anchor).address()
    if (address === null || typeof address === 'string') return undefined
    const to = { host: address.address, port: address.port }
    return new Promise((resolve) => {
      const socket = connect({ ...to, localAddress: host, localPort: port })
      socket.once('error', () => resolve(undefined))
      socket.once('connect', () => {
        socket.on('error', () => {})
        socket.unref()
        resolve({ release: () => resetSocket(socket) })
      })
    })
  }

  async close(): Promise<void> {
    const anchor = await this.#anchor
    anchor?.close()
  }
}

/** A port that is held. */
export interface PortHold {
  release(): void
}

function listenForHolds(): Promise<Server> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.resume()
  })
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
