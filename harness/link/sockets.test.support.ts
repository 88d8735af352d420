import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Toxiproxy } from 'toxiproxy-node-client'
import { onTestFinished } from 'vitest'
import { type LinkProxyOptions, type RunningLinkProxy, startLinkProxy } from './link-proxy.ts'

/** A TCP server for a test; it and its sockets end with the test. */
export async function serve(
  onConnection: (socket: Socket) => void,
  port = 0,
): Promise<{ port: number; sockets: Set<Socket>; close: () => Promise<void>; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    onConnection(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(close)
  return { port: (server.address() as AddressInfo).port, sockets, close, server }
}

/** A server that sends back what it gets and ends when its client ends. */
export function serveEcho(port = 0): ReturnType<typeof serve> {
  return serve((socket) => socket.pipe(socket), port)
}

/** A client socket that remembers what came and how it ended. */
export interface Caller {
  readonly socket: Socket
  /** Everything received so far. */
  text(): string
  bytes(): number
  /** `open` until the socket ended: by FIN, by RST, or refused. */
  ending(): 'open' | 'end' | 'reset' | 'refused'
  send(text: string): void
}

/** Opens a connection to a port; resolves when it is open or failed. */
export async function call(port: number, allowHalfOpen = true): Promise<Caller> {
  const chunks: Buffer[] = []
  let ending: ReturnType<Caller['ending']> = 'open'
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen, noDelay: true })
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('end', () => {
    if (ending === 'open') ending = 'end'
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ending = error.code === 'ECONNREFUSED' ? 'refused' : 'reset'
  })
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve())
    socket.once('close', () => resolve())
  })
  return {
    socket,
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    ending: () => ending,
    send: (text) => {
      socket.write(text)
    },
  }
}

/** Waits until the condition holds, at most `millisMax`; then it is what the caller expects. */
export async function until(condition: () => boolean, millisMax = 5_000): Promise<void> {
  const start = performance.now()
  while (!condition()) {
    if (performance.now() - start > millisMax) {
      throw new Error(`not within ${millisMax} ms: ${condition.toString()}`)
    }
    await sleep(2)
  }
}

/** A link proxy for a test, with the client that everybody uses for Toxiproxy. */
export async function startProxy(
  options: LinkProxyOptions = {},
): Promise<{ running: RunningLinkProxy; toxiproxy: Toxiproxy; url: string }> {
  const running = await startLinkProxy(options)
  onTestFinished(() => running.close())
  const url = `http://127.0.0.1:${running.apiPort}`
  return { running, toxiproxy: new Toxiproxy(url), url }
}

/** The port of an address such as `127.0.0.1:4711`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1))
}
