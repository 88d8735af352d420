import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../kernel/clock.ts'
import { millis } from '../kernel/time.ts'
import { HttpError, type HttpRequest } from './http.ts'
import { undiciHttpClient } from './undici-client.ts'

// Goal: what the client says of an exchange, above all whether a byte left, is true on real
// sockets.
// Method: real servers on loopback that refuse, answer, stall, reset and restart.

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const get = (path = '/'): HttpRequest => ({
  method: 'GET',
  path,
  headers: {},
  body: new Uint8Array(0),
})

const post = (text: string): HttpRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from(text),
})

/** A TCP server that hands each connection to `accept`; closing it destroys what is open. */
async function tcpServer(accept: (socket: Socket) => void, port = 0): Promise<Server> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    accept(socket)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  open.push(async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await once(server.close(), 'close')
  })
  return server
}

async function httpServer(server: HttpServer, port = 0): Promise<HttpServer> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  open.push(async () => {
    server.closeAllConnections()
    if (server.listening) await once(server.close(), 'close')
  })
  return server
}

const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port

function client(port: number, options: Parameters<typeof undiciHttpClient>[1] = {}) {
  const made = undiciHttpClient(`http://127.0.0.1:${port}`, options)
  open.push(async () => {
    await made[Symbol.asyncDispose]()
  })
  return made
}

async function failureOf(exchange: Promise<unknown>): Promise<string> {
  const error = await exchange.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof HttpError)) throw error
  return `${error.message} | sent=${error.sent} failure=${error.failure}`
}

async function freePort(): Promise<number> {
  const server = await tcpServer(() => {})
  const port = portOf(server)
  await once(server.close(), 'close')
  return port
}

describe('undiciHttpClient', () => {
  it('carries method, path, headers and bytes both ways', async () => {
    const server = await httpServer(
      createHttpServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const seen = [request.method, request.url, request.headers['content-type']].join(' ')
        response.setHeader('X-Seen', seen)
        response.setHeader('Set-Cookie', ['a=1', 'b=2'])
        response.statusCode = 418
        response.end(Buffer.concat(chunks).toString('utf8').toUpperCase())
      }),
    )
    const answer = await client(portOf(server)).send(post('tea'))
    expect({
      status: answer.status,
      seen: answer.headers['x-seen'],
      cookies: answer.headers['set-cookie'],
      body: Buffer.from(answer.body).toString(),
    }).toEqual({ status: 418, seen: 'POST / text/plain', cookies: 'a=1, b=2', body: 'TEA' })
  })

  it('a refused connection left no byte', async () => {
    expect(await failureOf(client(await freePort()).send(post('x')))).toMatchInlineSnapshot(
      `"POST / failed before it was sent: refused | sent=no failure=refused"`,
    )
  })

  it('an aborted signal sends nothing', async () => {
    let connections = 0
    const server = await tcpServer(() => {
      connections += 1
    })
    const aborted = AbortSignal.abort(new Error('given up'))
    expect(await failureOf(client(portOf(server)).send(get(), aborted))).toMatchInlineSnapshot(
      `"GET / failed before it was sent: aborted | sent=no failure=aborted"`,
    )
    expect(connections).toBe(0)
  })

  it('a request that waits for a connection was not sent', async () => {
    let received = ''
    const server = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.toString()
      })
    })
    const http = client(portOf(server), { connectionsMax: 1 })
    const first = failureOf(http.send(get('/first'), systemClock().timeout(millis(120))))
    const second = failureOf(http.send(get('/second'), systemClock().timeout(millis(40))))
    expect(await second).toMatchInlineSnapshot(
      `"GET /second failed before it was sent: deadline | sent=no failure=deadline"`,
    )
    expect(await first).toMatchInlineSnapshot(
      `"GET /first failed after it may have been sent: deadline | sent=maybe failure=deadline"`,
    )
    expect(received).toContain('/first')
    expect(received).not.toContain('/second')
  })

  it('a black hole ends at the deadline and may have been sent', async () => {
    const server = await tcpServer((socket) => socket.resume())
    const exchange = client(portOf(server)).send(post('x'), systemClock().timeout(millis(50)))
    expect(await failureOf(exchange)).toMatchInlineSnapshot(
      `"POST / failed after it may have been sent: deadline | sent=maybe failure=deadline"`,
    )
  })

  it('a reset after the request may have been sent', async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await failureOf(client(portOf(server)).send(post('x')))).toMatchInlineSnapshot(
      `"POST / failed after it may have been sent: reset | sent=maybe failure=reset"`,
    )
  })

  it('a reset at once, which may or may not overtake the request', async () => {
    const server = await tcpServer((socket) => socket.resetAndDestroy())
    const http = client(portOf(server))
    const seen = new Set<string>()
    for (let round = 0; round < 50; round += 1) {
      const attempts = Array.from({ length: 4 }, () => failureOf(http.send(post('x'))))
      for (const text of await Promise.all(attempts)) seen.add(text)
    }
    expect([...seen]).toEqual([
      'POST / failed after it may have been sent: reset | sent=maybe failure=reset',
    ])
  })

  it('an answer that breaks off in its middle is no answer', async () => {
    const server = await tcpServer((socket) =>
      socket.once('data', () => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
      }),
    )
    expect(await failureOf(client(portOf(server)).send(post('x')))).toMatchInlineSnapshot(
      `"POST / failed after it may have been sent: closed | sent=maybe failure=closed"`,
    )
  })

  it('something that does not speak HTTP is no answer', async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end('pong\n')))
    expect(await failureOf(client(portOf(server)).send(get()))).toMatchInlineSnapshot(
      `"GET / failed after it may have been sent: other | sent=maybe failure=other"`,
    )
  })

  it('an answer above the limit is no answer', async () => {
    const server = await httpServer(
      createHttpServer((_request, response) => response.end('x'.repeat(2_000))),
    )
    const http = client(portOf(server), { answerBytesMax: 1_000 })
    expect(await failureOf(http.send(get()))).toMatchInlineSnapshot(
      `"GET / failed after it may have been sent: other | sent=maybe failure=other"`,
    )
  })

  it('makes one attempt: a request that met a reset is not sent again', async () => {
    let requests = 0
    const server = await tcpServer((socket) => {
      socket.once('data', () => {
        requests += 1
        socket.resetAndDestroy()
      })
    })
    const http = client(portOf(server))
    await Promise.all(Array.from({ length: 20 }, () => failureOf(http.send(get()))))
    expect(requests).toBe(20)
  })

  it('keeps a connection and opens a new one after the server came back', async () => {
    const ports = new Set<number>()
    const answer = () =>
      createHttpServer((request, response) => {
        ports.add(request.socket.remotePort ?? 0)
        response.end('ok')
      })
    const before = await httpServer(answer())
    const port = portOf(before)
    const http = client(port, { connectionsMax: 1 })
    for (let count = 0; count < 5; count += 1) await http.send(get())
    expect(ports.size).toBe(1)

    before.closeAllConnections()
    await once(before.close(), 'close')
    expect(await failureOf(http.send(post('down')))).toContain('sent=no failure=refused')

    await httpServer(answer(), port)
    expect((await http.send(get())).status).toBe(200)
    expect(ports.size).toBe(2)
  })

  it('a connection that dies just before the next request never claims that nothing was sent', async () => {
    let received = 0
    const server = await tcpServer((socket) => {
      let answered = 0
      socket.on('data', () => {
        received += 1
        answered += 1
        if (answered > 1) socket.resetAndDestroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const http = client(portOf(server), { connectionsMax: 1 })
    await http.send(get())
    expect(received).toBe(1)
    expect(await failureOf(http.send(post('x')))).toContain('sent=maybe failure=reset')
    expect(received).toBe(2)
  })

  it('disposal ends what is under way, and may be repeated', async () => {
    const server = await tcpServer((socket) => socket.resume())
    const http = client(portOf(server))
    const exchange = failureOf(http.send(post('x')))
    await systemClock().sleep(millis(30))
    await http[Symbol.asyncDispose]()
    expect(await exchange).toMatchInlineSnapshot(
      `"POST / failed after it may have been sent: aborted | sent=maybe failure=aborted"`,
    )
    await http[Symbol.asyncDispose]()
    expect(await failureOf(http.send(get()))).toMatchInlineSnapshot(
      `"GET / failed before it was sent: aborted | sent=no failure=aborted"`,
    )
  })
})
