import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PlannedTopology, remoteTopologySchema } from '../../../plan/remote-topology.ts'
import { runAuthority } from '../../process/run-authority.ts'

/*
 * Somebody's running system, for tests: two servers that answer any request with the Host that it
 * named, and do not answer at all while a file `off-<region>` lies in the folder. So a hook is
 * `touch` or `rm`.
 */

/** A toy system that is up. */
export interface ToySystem extends AsyncDisposable {
  readonly folder: string
  /** Its topology, with whatever a test adds. */
  topology(more?: Readonly<Record<string, unknown>>): PlannedTopology
  /** The same, written to a file; returns its path. */
  write(more?: Readonly<Record<string, unknown>>): Promise<string>
  /** Whether a hook said that a Region is off. */
  isOff(region: 'east' | 'west'): boolean
  /** What a hook wrote to a file. */
  lines(name: string): Promise<readonly string[]>
}

/** @param secure - The primary speaks TLS, with a certificate for this host. */
export async function toySystem(secure?: { readonly host: string }): Promise<ToySystem> {
  const folder = await mkdtemp(join(tmpdir(), 'toy-system-'))
  const authority = runAuthority()
  await writeFile(join(folder, 'authority.pem'), authority.certificate)
  const isOff = (region: string): boolean => existsSync(join(folder, `off-${region}`))
  const east = await serve(() => isOff('east'), secure && authority.issue(secure.host, 'good'))
  const west = await serve(() => isOff('west'))
  const content = (more: Readonly<Record<string, unknown>>) => ({
    regions: {
      east: {
        role: 'primary',
        url: `${secure === undefined ? 'http' : 'https'}://localhost:${east.port}`,
        health: '/health',
        ...(secure === undefined ? {} : { certificateAuthority: 'authority.pem' }),
      },
      west: { role: 'replica', url: `http://127.0.0.1:${west.port}` },
    },
    ...more,
  })
  const file = join(folder, 'topology.yaml')
  return {
    folder,
    isOff,
    lines: async (name) => (await readFile(join(folder, name), 'utf8')).trim().split('\n'),
    topology: (more = {}) => ({
      file,
      digest: '0'.repeat(64),
      content: remoteTopologySchema.parse(content(more)),
    }),
    write: async (more = {}) => {
      await writeFile(file, JSON.stringify(content(more)))
      return file
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([east.close(), west.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function serve(
  isOff: () => boolean,
  tls?: { readonly key: string; readonly cert: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Socket>()
  const server = tls === undefined ? createHttpServer() : createHttpsServer(tls)
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (isOff()) socket.destroy()
  })
  server.on('tlsClientError', () => {})
  server.on('request', (request, response) => {
    if (isOff()) request.socket.destroy()
    else response.end(`you asked ${request.headers.host}`)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
