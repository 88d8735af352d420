import { createServer, type Server } from 'node:http'
import { LinkError, PortInUseError, UsageError } from '../kernel/errors.ts'
import { keyedRandom } from '../kernel/random.ts'
import { isLoopback } from './address.ts'
import { linkApi } from './api.ts'
import { parsePopulate } from './api-input.ts'
import { HeldBytes } from './held-bytes.ts'
import { linkLimits } from './limits.ts'
import { PortHolds } from './port-hold.ts'
import { ProxyCollection } from './proxy-collection.ts'

/** How to start a link proxy. */
export interface LinkProxyOptions {
  /** Port of the HTTP API; 0, the default, takes a free one. Toxiproxy's is 8474. */
  readonly port?: number
  /** Address of the HTTP API, of loopback unless it is exposed; 127.0.0.1 by default. */
  readonly host?: string
  /**
   * Lets the API and the listeners bind to any address. Whoever reaches it may disturb the links:
   * for a container in a network of its own.
   */
  readonly exposed?: boolean
  /** What is listened for from the start, as `POST /populate` takes it. */
  readonly populate?: unknown
  /** Seed of toxicity, jitter and slices; 0 by default. */
  readonly seed?: number | string
  /** Open connections of one link; {@link linkLimits} names the default. */
  readonly connectionsPerLinkMax?: number
}

/** A link proxy that runs in this process. */
export interface RunningLinkProxy {
  readonly apiPort: number
  /** Stops the API, closes every listener and every connection. */
  close(): Promise<void>
}

/**
 * Starts a link proxy, without any proxied link unless it is told of some.
 *
 * @throws {@link PortInUseError} if the port of the API is taken.
 * @throws {@link UsageError} if the host is not a loopback address or the port is no port.
 */
export async function startLinkProxy(options: LinkProxyOptions = {}): Promise<RunningLinkProxy> {
  const { port = 0, host = '127.0.0.1', seed = 0, exposed = false } = options
  if (!exposed && !isLoopback(host)) {
    throw new UsageError(`"host" must be a loopback address, got ${JSON.stringify(host)}`)
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`"port" must be a whole number from 0 to 65535, got ${port}`)
  }
  const ports = {
    now: () => Math.round(performance.now() * 1_000),
    random: keyedRandom(seed).scope('link'),
    held: new HeldBytes(),
    holds: new PortHolds(),
    connectionsMax: options.connectionsPerLinkMax ?? linkLimits.connectionsPerProxyMax,
  }
  const proxies = new ProxyCollection(ports, exposed)
  if (options.populate !== undefined) {
    for (const request of parsePopulate(options.populate, exposed)) {
      await proxies.addOrReplace(request)
    }
  }
  const server = createServer(linkApi(proxies))
  server.requestTimeout = linkLimits.apiRequestMillisMax
  const apiPort = await listen(server, port, host)
  return {
    apiPort,
    close: () =>
      new Promise((resolve) => {
        proxies.destroy()
        void ports.holds.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') {
        reject(
          new PortInUseError(`port ${port} of ${host} is in use; the link proxy needs a free one`, {
            cause,
            hint: 'End the program that listens there, or choose another port with --port.',
          }),
        )
        return
      }
      reject(new LinkError(`the link proxy cannot listen on ${host}:${port}`, { cause }))
    })
    server.listen(port, host, () => {
      const bound = server.address()
      resolve(bound !== null && typeof bound === 'object' ? bound.port : port)
    })
  })
}
