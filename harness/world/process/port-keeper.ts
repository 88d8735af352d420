import { createServer, type Server } from 'node:net'

/** Keeps ports of a dead Region from being given to somebody else. */
export interface PortKeeper {
  /** Listens there and resets whoever connects, as an absent Region would. */
  keep(ports: readonly number[]): Promise<void>
  /** Gives the ports back. */
  release(): Promise<void>
}

/**
 * Links lead to the port of a Region's last life until its next one says where it listens. If the
 * system gave that port to another process meanwhile, requests would reach a stranger: the world
 * listens there itself from the moment at which the Region is gone.
 */
export function portKeeper(): PortKeeper {
  let servers: Server[] = []
  return {
    keep: async (ports) => {
      const opened = await Promise.all(ports.map(open))
      servers.push(...opened.filter((server) => server !== undefined))
    },
    release: async () => {
      const closing = servers
      servers = []
      await Promise.all(
        closing.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      )
    },
  }
}

/** A listener, or undefined if somebody was quicker. */
function open(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resetAndDestroy()
  })
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.unref()
      resolve(server)
    })
  })
}
