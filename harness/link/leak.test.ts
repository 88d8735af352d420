import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { connectLinkClient } from './link-client.ts'
import { serve, startProxy, until } from './sockets.test.support.ts'

/** Goal: connections leave nothing behind. Method: many short ones, each ending in another way. */

const connections = 10_000
const atATime = 50

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** One question and answer; then the client finishes, the client resets, or the server finishes. */
function ask(port: number, ordinal: number): Promise<void> {
  return new Promise((resolve) => {
    const way = (['F', 'R', 'S'] as const)[ordinal % 3] ?? 'F'
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.on('data', () => {
      if (way === 'F') socket.end()
      if (way === 'R') socket.resetAndDestroy()
    })
    socket.write(way)
  })
}

test(`${connections} short connections leak no socket`, async () => {
  const server = await serve((socket) => {
    socket.on('data', (way) => {
      if (way.toString() === 'S') socket.end('answer')
      else socket.write('answer')
    })
    socket.on('end', () => socket.end())
  })
  const { url } = await startProxy()
  const client = await connectLinkClient(url)
  const link = await client.createLink({ name: 'link', upstream: { port: server.port } })
  const before = openSockets()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < connections) {
      next += 1
      await ask(link.listenPort, next)
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  // The client of the proxy's API may have closed a connection of its own meanwhile.
  await until(() => server.sockets.size === 0 && openSockets() <= before)
  expect(server.sockets.size).toBe(0)
  expect(await link.statistics()).toMatchObject({
    connections: { open: 0, accepted: connections, refused: 0 },
    heldBytes: { upstream: 0, downstream: 0 },
  })
})
