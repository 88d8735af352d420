import type { AddressInfo, Socket } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'
import type { RegionName } from '../../history/operation.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { LinkTls } from '../../target/contract.ts'
import type { Endpoint } from './endpoint.ts'
import type { RunAuthority } from './run-authority.ts'
import { within } from './within.ts'

/** What clients of a link with TLS have to know. */
export interface TlsTrust {
  /** The certificate of the authority that they trust, in PEM. */
  readonly authority: string
  readonly serverName: string
}

/** TLS in front of a link: what clients send is passed on in the clear, over the link. */
export interface TlsFront extends LinkTls {
  readonly port: number
  readonly trust: TlsTrust
  dispose(): Promise<void>
}

/** The name of a Region in certificates. */
export function hostOf(region: RegionName): string {
  return `cognito-idp.${region}.interregnum.test`
}

/**
 * Opens a TLS listener in front of the listener of a link.
 *
 * @param link - Where the link takes connections.
 */
export async function startTlsFront(options: {
  readonly region: RegionName
  readonly link: Endpoint
  readonly authority: RunAuthority
  readonly clock: Clock
}): Promise<TlsFront> {
  const { link, authority, clock } = options
  const host = hostOf(options.region)
  const open = new Set<Socket>()
  const server = createServer(authority.issue(host, 'good'), (near) => {
    const far = connectTcp({ ...link })
    join(near, far)
    join(far, near)
  })
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  // Clients that do not like the certificate end the handshake: that is what the fault is for.
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const trust = { authority: authority.certificate, serverName: host }
  const endAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    port,
    trust,
    present: async (state) => {
      server.setSecureContext(authority.issue(host, state))
      // Connections that are open saw the former certificate: whoever replaces it restarts.
      endAll()
    },
    handshake: async (deadline) => {
      const found = handshake(port, trust)
      const result = await within(clock, deadline, found.result)
      found.socket.destroy()
      return result?.value ?? { trusted: false, code: 'silent' }
    },
    dispose: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      endAll()
      await closed
    },
  }
}

/** Passes on what `from` sends, and its end, however it comes. */
function join(from: Socket, to: Socket): void {
  from.pipe(to)
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}

/** One handshake as a client of the stack makes it, and nothing after it. */
function handshake(port: number, { authority, serverName: servername }: TlsTrust) {
  const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, ca: authority, servername })
  const result = new Promise<{ readonly trusted: boolean; readonly code: string }>((resolve) => {
    socket.once('secureConnect', () => resolve({ trusted: true, code: 'trusted' }))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ trusted: false, code: error.code ?? 'error' })
    })
  })
  return { socket, result }
}
