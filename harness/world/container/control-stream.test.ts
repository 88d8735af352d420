import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { textOfFrames } from './container-life.ts'
import { controlStream } from './control-stream.ts'

// Goal: a control channel that survives what an engine does to connections. Method: real sockets,
// and a server that behaves as the published port of a container.

const listening = async (onConnection: (socket: Socket) => void): Promise<number> => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const streamTo = (port: number) => {
  const end = { host: '127.0.0.1', port }
  const stream = controlStream({ end, token: 'secret', clock: systemClock() })
  onTestFinished(() => stream.close())
  const lines = createInterface({ input: stream.output })[Symbol.asyncIterator]()
  return { stream, next: async (): Promise<string> => String((await lines.next()).value) }
}

const hello = '{"type":"hello","token":"secret"}'

test('what was said to nobody is said again until somebody answers', async () => {
  let connections = 0
  const port = await listening((socket) => {
    connections += 1
    // An engine accepts before the container listens, and ends the connection at once.
    if (connections < 3) return void socket.destroy()
    createInterface({ input: socket }).on('line', (line) => socket.write(`heard ${line}\n`))
  })
  const { stream, next } = streamTo(port)
  stream.input.write('{"type":"sta')
  stream.input.write('rt"}\n')
  expect(await next()).toBe(`heard ${hello}`)
  expect(await next()).toBe('heard {"type":"start"}')
  expect(connections).toBe(3)
})

test('a lost connection is replaced, and what was heard is not said again', async () => {
  const said: string[][] = []
  const sockets: Socket[] = []
  const port = await listening((socket) => {
    const lines: string[] = []
    said.push(lines)
    sockets.push(socket)
    createInterface({ input: socket }).on('line', (line) => {
      lines.push(line)
      if (line !== hello) socket.write(`did ${line}\n`)
    })
  })
  const { stream, next } = streamTo(port)
  stream.input.write('first\n')
  expect(await next()).toBe('did first')
  sockets[0]?.destroy()
  await expect.poll(() => said.length).toBe(2)
  stream.input.write('second\n')
  expect(await next()).toBe('did second')
  expect(said).toEqual([
    [hello, 'first'],
    [hello, 'second'],
  ])
})

test('a channel that is closed ends, and connects no more', async () => {
  let connections = 0
  const port = await listening(() => {
    connections += 1
  })
  const { stream } = streamTo(port)
  await expect.poll(() => connections).toBe(1)
  stream.output.resume()
  stream.close()
  await once(stream.output, 'end')
  expect(connections).toBe(1)
})

test('a log without a terminal is read frame by frame', () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8)
    head[0] = stream
    head.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([head, Buffer.from(text)])
  }
  const log = Buffer.concat([
    frame(2, 'one\n'),
    frame(1, 'zwölf\n'),
    frame(2, 'torn').subarray(0, 6),
  ])
  expect(textOfFrames(log)).toBe('one\nzwölf\n')
})
