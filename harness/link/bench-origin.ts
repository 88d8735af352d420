import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/**
 * The server that the bench measures with and without the proxy, as a process of its own. It has
 * a port that sends as fast as it can, one that echoes, and one that speaks HTTP, prints the three
 * as one JSON line, and ends with its standard input.
 */
export interface OriginPorts {
  readonly stream: number
  readonly echo: number
  readonly http: number
}

const piece = Buffer.alloc(65_536)
const answer = JSON.stringify({ ok: true, padding: 'x'.repeat(200) })

function sendForever(socket: Socket): void {
  const send = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('error', () => {})
  socket.on('drain', send)
  send()
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

const ports: OriginPorts = {
  stream: await listen(createServer({ noDelay: true }, sendForever)),
  echo: await listen(
    createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', (bytes) => socket.write(bytes))
    }),
  ),
  http: await listen(
    createHttpServer((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(answer)
    }),
  ),
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
