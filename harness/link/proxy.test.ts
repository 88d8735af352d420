import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { StreamDirection } from './connection.ts'
import { call, portOf, serve, serveEcho, startProxy, until } from './sockets.test.support.ts'

/** Goal: what a link does to real connections. Method: real sockets on both ends. */

async function startLink(
  onConnection: (socket: Socket) => void,
  options: Parameters<typeof startProxy>[0] = {},
) {
  const server = await serve(onConnection)
  const { toxiproxy, url } = await startProxy(options)
  const upstream = `127.0.0.1:${server.port}`
  const proxy = await toxiproxy.createProxy({ name: 'link', listen: '127.0.0.1:0', upstream })
  const add = async (
    type: string,
    stream: StreamDirection,
    attributes: Record<string, number> = {},
    toxicity = 1,
  ): Promise<{ remove: () => Promise<unknown> }> => {
    const name = `${type}-${stream}`
    const body = JSON.stringify({ name, type, stream, attributes, toxicity })
    const response = await fetch(`${url}/proxies/link/toxics`, { method: 'POST', body })
    expect(await response.json()).toMatchObject({ name })
    return { remove: () => fetch(`${url}/proxies/link/toxics/${name}`, { method: 'DELETE' }) }
  }
  const statistics = async () => {
    const response = await fetch(`${url}/proxies/link/interregnum`)
    return (await response.json()) as {
      connections: { open: number; accepted: number; refused: number }
      heldBytes: Record<StreamDirection, number>
    }
  }
  return { server, proxy, toxiproxy, port: portOf(proxy.listen), add, statistics }
}

/** Collects what a server gets. */
function collector() {
  let text = ''
  let ending: 'open' | 'end' | 'reset' = 'open'
  const sockets: Socket[] = []
  return {
    sockets,
    text: () => text,
    ending: () => ending,
    onConnection: (socket: Socket): void => {
      sockets.push(socket)
      socket.on('data', (bytes) => {
        text += bytes.toString()
      })
      socket.on('end', () => {
        ending = 'end'
      })
      socket.on('error', () => {
        ending = 'reset'
      })
    },
  }
}

describe('without toxics', () => {
  test('one side may finish and still receive', async () => {
    const got = collector()
    const { port, server } = await startLink(got.onConnection)
    const caller = await call(port)
    caller.socket.end('question')
    await until(() => got.ending() === 'end')
    expect(got.text()).toBe('question')
    got.sockets[0]?.end('late answer')
    await until(() => caller.ending() === 'end')
    expect(caller.text()).toBe('late answer')
    await until(() => server.sockets.size === 0)
  })

  test('a reset upstream yields a reset downstream, behind the bytes before it', async () => {
    const got = collector()
    const { port } = await startLink(got.onConnection)
    const caller = await call(port)
    await until(() => got.sockets.length === 1)
    got.sockets[0]?.write('last words')
    await until(() => caller.text() === 'last words')
    got.sockets[0]?.resetAndDestroy()
    await until(() => caller.ending() === 'reset')
  })

  test('a client that resets is a reset at the server', async () => {
    const got = collector()
    const { port } = await startLink(got.onConnection)
    const caller = await call(port)
    caller.send('x')
    await until(() => got.text() === 'x')
    caller.socket.resetAndDestroy()
    await until(() => got.ending() === 'reset')
  })

  test('an upstream that refuses resets the client, and its return under the same port serves', async () => {
    const { port, server, statistics } = await startLink((socket) => socket.pipe(socket))
    await server.close()
    const refused = await call(port)
    await until(() => refused.ending() === 'reset')
    await serveEcho(server.port)
    const caller = await call(port)
    caller.send('back')
    await until(() => caller.text() === 'back')
    expect((await statistics()).connections).toEqual({ open: 1, accepted: 2, refused: 0 })
  })

  test('an upstream that restarts on another port is served after an update', async () => {
    const { port, server, proxy } = await startLink((socket) => socket.pipe(socket))
    const before = await call(port)
    before.send('one')
    await until(() => before.text() === 'one')
    await server.close()
    const restarted = await serveEcho()
    const upstream = `127.0.0.1:${restarted.port}`
    await proxy.update({ enabled: true, listen: proxy.listen, upstream })
    const after = await call(port)
    after.send('two')
    await until(() => after.text() === 'two')
  })

  test('a receiver that does not read slows its sender down', async () => {
    let written = 0
    const piece = Buffer.alloc(65_536)
    const { port } = await startLink((socket) => {
      const send = (): void => {
        for (let more = true; more; written += piece.length) more = socket.write(piece)
      }
      socket.on('drain', send)
      send()
    })
    const caller = await call(port)
    caller.socket.pause()
    await sleep(300)
    const stalled = written
    await sleep(100)
    expect(written).toBe(stalled)
    expect(stalled).toBeLessThan(32 * 1_024 * 1_024)
    caller.socket.resume()
    await until(() => caller.bytes() > stalled)
    caller.socket.destroy()
  })

  test('connections beyond the limit are reset and counted', async () => {
    const link = await startLink((socket) => socket.pipe(socket), { connectionsPerLinkMax: 2 })
    const callers = [await call(link.port), await call(link.port)]
    const third = await call(link.port)
    await until(() => third.ending() === 'reset')
    expect((await link.statistics()).connections).toEqual({ open: 2, accepted: 2, refused: 1 })
    callers[0]?.socket.end()
    await until(() => callers[0]?.ending() === 'end')
    for (let open = 2; open > 1; open = (await link.statistics()).connections.open);
    expect((await call(link.port)).ending()).toBe('open')
  })
})

describe('hold and release', () => {
  test('held bytes arrive in order after the release, the end last', async () => {
    const got = collector()
    const { port, add, statistics } = await startLink(got.onConnection)
    const caller = await call(port)
    caller.send('0,')
    await until(() => got.text() === '0,')
    const hold = await add('hold', 'upstream')
    for (let index = 1; index < 500; index += 1) caller.send(`${index},`)
    caller.socket.end()
    const expected = Array.from({ length: 500 }, (_entry, index) => `${index},`).join('')
    let held = 0
    while (held < expected.length - 2) held = (await statistics()).heldBytes.upstream
    expect(got.text()).toBe('0,')
    expect(got.ending()).toBe('open')
    await hold.remove()
    await until(() => got.ending() === 'end')
    expect(got.text()).toBe(expected)
  })

  test('bytes of a sender that died meanwhile still arrive, its reset behind them', async () => {
    const got = collector()
    const { port, add, statistics } = await startLink(got.onConnection)
    const hold = await add('hold', 'upstream')
    const caller = await call(port)
    const text = 'shipped before the crash '.repeat(10_000)
    caller.send(text)
    for (let held = 0; held < text.length; held = (await statistics()).heldBytes.upstream);
    caller.socket.resetAndDestroy()
    await sleep(30)
    expect(got.ending()).toBe('open')
    await hold.remove()
    await until(() => got.ending() === 'reset')
    expect(got.text()).toBe(text)
  })

  test('holding one direction leaves the other alone', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    const caller = await call(port)
    const hold = await add('hold', 'downstream')
    caller.send('up')
    await until(() => got.text() === 'up')
    got.sockets[0]?.write('down')
    await sleep(30)
    expect(caller.text()).toBe('')
    await hold.remove()
    await until(() => caller.text() === 'down')
  })
})

describe('black hole', () => {
  test('one way: bytes vanish in one direction and arrive in the other', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    const caller = await call(port)
    const silent = await call(port)
    await until(() => got.sockets.length === 2)
    const hole = await add('black_hole', 'downstream')
    caller.send('arrives')
    await until(() => got.text() === 'arrives')
    for (const socket of got.sockets.slice(0, 1)) socket.write('vanishes')
    await sleep(30)
    expect([caller.text(), caller.ending()]).toEqual(['', 'open'])

    await hole.remove()
    await until(() => caller.ending() === 'reset')
    silent.send('!')
    await until(() => got.text() === 'arrives!')
    got.sockets[1]?.write('goes on')
    await until(() => silent.text() === 'goes on')
  })

  test('the death of the server is not seen through it', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    const caller = await call(port)
    await until(() => got.sockets.length === 1)
    const holes = [await add('black_hole', 'downstream'), await add('black_hole', 'upstream')]
    got.sockets[0]?.resetAndDestroy()
    const late = await call(port)
    late.send('anybody?')
    await sleep(50)
    expect([caller.ending(), late.ending(), late.text()]).toEqual(['open', 'open', ''])
    for (const hole of holes) await hole.remove()
    await until(() => caller.ending() === 'reset' && late.ending() === 'reset')
  })
})

describe('Toxiproxy’s toxics on real connections', () => {
  test('timeout 0 swallows, and its removal closes the connection', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    const caller = await call(port)
    const timeout = await add('timeout', 'upstream', { timeout: 0 })
    caller.send('gone')
    await sleep(30)
    expect([got.text(), caller.ending()]).toEqual(['', 'open'])
    await timeout.remove()
    await until(() => caller.ending() === 'end' && got.ending() === 'end')
    expect(got.text()).toBe('')
  })

  test('reset_peer resets both sides', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    const caller = await call(port)
    await until(() => got.sockets.length === 1)
    await add('reset_peer', 'upstream', { timeout: 20 })
    caller.send('x')
    await until(() => caller.ending() === 'reset' && got.ending() === 'reset')
    expect(got.text()).toBe('')
  })

  test('limit_data closes both sides after its bytes', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    await add('limit_data', 'downstream', { bytes: 10 })
    const caller = await call(port)
    await until(() => got.sockets.length === 1)
    got.sockets[0]?.write('x'.repeat(100))
    await until(() => caller.ending() === 'end' && got.ending() === 'end')
    expect(caller.text()).toBe('x'.repeat(10))
  })

  test('slow_close delays the end and nothing else', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    await add('slow_close', 'upstream', { delay: 100 })
    const caller = await call(port)
    const start = performance.now()
    caller.socket.end('bye')
    await until(() => got.text() === 'bye')
    expect(got.ending()).toBe('open')
    await until(() => got.ending() === 'end')
    expect(performance.now() - start).toBeGreaterThan(95)
  })

  test('bandwidth keeps its rate', async () => {
    const got = collector()
    const { port, add } = await startLink(got.onConnection)
    await add('bandwidth', 'upstream', { rate: 500 })
    const caller = await call(port)
    const start = performance.now()
    caller.send('x'.repeat(150_000))
    await until(() => got.text().length === 150_000)
    const millis = performance.now() - start
    expect(millis).toBeGreaterThan(280)
    expect(millis).toBeLessThan(2_500)
  })

  test('toxicity picks connections by the seed', async () => {
    const picked = async (seed: number): Promise<string> => {
      const link = await startLink((socket) => socket.pipe(socket), { seed })
      await link.add('limit_data', 'downstream', { bytes: 0 }, 0.5)
      let picks = ''
      for (let index = 0; index < 30; index += 1) {
        const caller = await call(link.port)
        caller.send('x')
        await until(() => caller.text() === 'x' || caller.ending() !== 'open')
        picks += caller.text() === 'x' ? '.' : '#'
        caller.socket.destroy()
      }
      return picks
    }
    const first = await picked(1)
    expect(first).toMatch(/#/)
    expect(first).toMatch(/\./)
    expect(await picked(1)).toBe(first)
    expect(await picked(2)).not.toBe(first)
  })
})
