import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { LinkError } from '../kernel/errors.ts'
import { builtModule } from '../kernel/paths.ts'
import type { OriginPorts } from './bench-origin.ts'
import { connectLinkClient, type LinkClient } from './link-client.ts'
import type { LinkProxyReady } from './main.ts'

/** How much to measure. Direct and proxied rounds take turns. */
export interface LinkBenchOptions {
  readonly rounds: number
  /** Bytes of one round of the single stream. */
  readonly streamBytes: number
  /** Questions of one round of the latency. */
  readonly roundTrips: number
  /** Time of one round of requests. */
  readonly requestMillis: number
  readonly connections: number
}

/** One figure without and with the proxy: round by round, side by side. */
export interface SideBySide {
  readonly direct: readonly number[]
  readonly proxied: readonly number[]
}

/** The three figures of the link proxy. */
export interface LinkBenchResult {
  /** The bar is a third of what it is without the proxy. */
  readonly bytesPerSecond: SideBySide
  /** Median round trip of each round; the bar is 100 more. */
  readonly roundTripMicros: SideBySide
  /** The bar is three fifths. */
  readonly requestsPerSecond: SideBySide
}

/** About eight seconds. */
export const linkBenchDefaults: LinkBenchOptions = {
  rounds: 5,
  streamBytes: 256 * 1_024 * 1_024,
  roundTrips: 2_000,
  requestMillis: 600,
  connections: 50,
}

/**
 * Measures the link proxy against the same server without it. Server and proxy are processes of
 * their own, started from `dist`; the client is this process.
 */
export async function benchLink(
  options: LinkBenchOptions = linkBenchDefaults,
): Promise<LinkBenchResult> {
  const origin = await startChild<OriginPorts>('harness/link/bench-origin.ts')
  const proxy = await startChild<LinkProxyReady>('harness/link/main.ts', '--stdio')
  try {
    const client = await connectLinkClient(`http://127.0.0.1:${proxy.line.apiPort}`)
    const measure = async (
      port: number,
      round: (port: number) => Promise<number>,
    ): Promise<SideBySide> => sideBySide(client, port, options.rounds, round)
    return {
      bytesPerSecond: await measure(origin.line.stream, (port) => streamRound(port, options)),
      roundTripMicros: await measure(origin.line.echo, (port) => latencyRound(port, options)),
      requestsPerSecond: await measure(origin.line.http, (port) => httpRound(port, options)),
    }
  } finally {
    await proxy.stop()
    await origin.stop()
  }
}

async function sideBySide(
  client: LinkClient,
  port: number,
  rounds: number,
  round: (port: number) => Promise<number>,
): Promise<SideBySide> {
  const link = await client.createLink({ name: `bench-${port}`, upstream: { port } })
  const direct: number[] = []
  const proxied: number[] = []
  await round(port)
  await round(link.listenPort)
  for (let index = 0; index < rounds; index += 1) {
    direct.push(await round(port))
    proxied.push(await round(link.listenPort))
  }
  return { direct, proxied }
}

/** Bytes per second of one stream. */
async function streamRound(port: number, { streamBytes }: LinkBenchOptions): Promise<number> {
  const socket = await open(port)
  const start = performance.now()
  let received = 0
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      received += bytes.length
      if (received >= streamBytes) resolve()
    })
  })
  const seconds = (performance.now() - start) / 1_000
  socket.destroy()
  return received / seconds
}

/** Median round trip of 64 bytes on one connection, in microseconds. */
async function latencyRound(port: number, { roundTrips }: LinkBenchOptions): Promise<number> {
  const socket = await open(port)
  const question = Buffer.alloc(64)
  const micros: number[] = []
  await new Promise<void>((resolve) => {
    let start = performance.now()
    socket.on('data', () => {
      micros.push((performance.now() - start) * 1_000)
      if (micros.length === roundTrips) {
        resolve()
        return
      }
      start = performance.now()
      socket.write(question)
    })
    socket.write(question)
  })
  socket.destroy()
  return micros.sort((a, b) => a - b)[micros.length >> 1] ?? Number.NaN
}

/** HTTP requests per second over kept-alive connections, one request at a time on each. */
async function httpRound(port: number, options: LinkBenchOptions): Promise<number> {
  const request = Buffer.from('GET / HTTP/1.1\r\nhost: bench\r\n\r\n')
  const sockets = await Promise.all(Array.from({ length: options.connections }, () => open(port)))
  const answerBytes = await answerLength(sockets[0] ?? (await open(port)), request)
  let answers = 0
  const start = performance.now()
  for (const socket of sockets) {
    let pending = answerBytes
    socket.on('data', (bytes) => {
      pending -= bytes.length
      if (pending > 0) return
      pending = answerBytes
      answers += 1
      socket.write(request)
    })
    socket.write(request)
  }
  await new Promise((resolve) => setTimeout(resolve, options.requestMillis))
  const seconds = (performance.now() - start) / 1_000
  for (const socket of sockets) socket.destroy()
  return answers / seconds
}

/** Every answer is equally long, so that counting bytes is counting answers. */
async function answerLength(socket: Socket, request: Buffer): Promise<number> {
  socket.write(request)
  let text = ''
  for (;;) {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    text += bytes.toString('latin1')
    const body = text.indexOf('\r\n\r\n') + 4
    const length = /content-length: (\d+)/i.exec(text)?.[1]
    if (body >= 4 && length !== undefined && text.length >= body + Number(length)) {
      return body + Number(length)
    }
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

interface BenchChild<Line> {
  /** The JSON line that it printed when it was ready. */
  readonly line: Line
  stop(): Promise<void>
}

async function startChild<Line>(module: string, ...flags: string[]): Promise<BenchChild<Line>> {
  const child = spawn(process.execPath, [builtModule(module), ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const ready = once(lines, 'line') as Promise<[string]>
  const failed = once(child, 'exit').then(() => {
    throw new LinkError(`${module} ended before it was ready`)
  })
  const [text] = await Promise.race([ready, failed])
  failed.catch(() => {})
  return { line: JSON.parse(text) as Line, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await exited
  clearTimeout(timer)
}
