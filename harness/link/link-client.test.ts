import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { LinkError } from '../kernel/errors.ts'
import { connectLinkClient } from './link-client.ts'
import { startLinkProxy } from './link-proxy.ts'
import { call, serveEcho, startProxy, until } from './sockets.test.support.ts'

/** In front of our proxy, it answers and refuses as a Toxiproxy without our toxics does. */
async function startPlainToxiproxy(): Promise<string> {
  const { url } = await startProxy()
  const answer = async (path: string, method: string, body: string): Promise<Response> => {
    if (path === '/version') return Response.json({ version: '2.12.0' })
    const type = body === '' ? undefined : (JSON.parse(body) as { type?: string }).type
    if (path.endsWith('/interregnum')) return new Response('404 page not found', { status: 404 })
    if (type !== undefined && ['hold', 'black_hole', 'cut'].includes(type)) {
      return Response.json({ error: 'invalid toxic type', status: 400 }, { status: 400 })
    }
    return fetch(`${url}${path}`, { method, ...(body === '' ? {} : { body }) })
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      const got = await answer(request.url ?? '', request.method ?? '', body)
      response.writeHead(got.status).end(await got.text())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Goal: every disturbance of the contract, in force when it says so. Method: real sockets. */

async function startLink() {
  const echo = await serveEcho()
  const { url } = await startProxy()
  const client = await connectLinkClient(url)
  const link = await client.createLink({ name: 'clients→primary', upstream: { port: echo.port } })
  return { echo, client, link, url }
}

test.each(['upstream', 'downstream', 'both'] as const)(
  'a black hole swallows %s',
  async (direction) => {
    const { link } = await startLink()
    const hole = await link.disturb({ kind: 'black-hole', direction })
    const caller = await call(link.listenPort)
    caller.send('lost')
    await sleep(30)
    expect([caller.text(), caller.ending()]).toEqual(['', 'open'])
    await hole.lift()
    await until(() => caller.ending() === 'reset')
    const after = await call(link.listenPort)
    after.send('fresh')
    await until(() => after.text() === 'fresh')
  },
)

test.each(['upstream', 'downstream', 'both'] as const)('a hold keeps %s', async (direction) => {
  const { link } = await startLink()
  const hold = await link.disturb({ kind: 'hold', direction })
  const caller = await call(link.listenPort)
  caller.send('kept')
  const stream = direction === 'downstream' ? 'downstream' : 'upstream'
  for (let held = 0; held < 4; held = (await link.statistics()).heldBytes[stream]);
  expect(caller.text()).toBe('')
  await hold.lift()
  await until(() => caller.text() === 'kept')
})

test('latency counts for each direction that it names', async () => {
  const { link } = await startLink()
  const caller = await call(link.listenPort)
  const settings = { kind: 'latency', latencyMillis: 50, jitterMillis: 0 } as const
  const latency = await link.disturb({ ...settings, direction: 'both' })
  const start = performance.now()
  caller.send('x')
  await until(() => caller.text() === 'x')
  expect(performance.now() - start).toBeGreaterThan(98)
  await latency.lift()
})

test('equal disturbances overlap, and each lift takes its own', async () => {
  const { link } = await startLink()
  const first = await link.disturb({ kind: 'hold', direction: 'both' })
  const second = await link.disturb({ kind: 'hold', direction: 'upstream' })
  const caller = await call(link.listenPort)
  caller.send('x')
  await first.lift()
  await first.lift()
  await sleep(30)
  expect(caller.text()).toBe('')
  await second.lift()
  await until(() => caller.text() === 'x')
})

test('what a reset of the proxy lifted already is lifted without an error', async () => {
  const { link, client } = await startLink()
  const disturbances = [
    await link.disturb({ kind: 'cut' }),
    await link.disturb({ kind: 'black-hole', direction: 'both' }),
  ]
  await client.reset()
  for (const disturbance of disturbances) await disturbance.lift()
  expect((await call(link.listenPort)).ending()).toBe('open')
})

test('a link follows its upstream, also while it is cut', async () => {
  const { link, echo } = await startLink()
  const cut = await link.disturb({ kind: 'cut' })
  await echo.close()
  const restarted = await serveEcho()
  await link.setUpstream({ port: restarted.port })
  expect((await call(link.listenPort)).ending()).toBe('refused')
  await cut.lift()
  const caller = await call(link.listenPort)
  caller.send('x')
  await until(() => caller.text() === 'x')
  await link.remove()
  expect((await call(link.listenPort)).ending()).toBe('refused')
})

test('failures say what was attempted', async () => {
  const { client, link, url } = await startLink()
  await expect(client.createLink({ name: link.name, upstream: { port: 1 } })).rejects.toThrow(
    'could not create the link clients→primary: Request failed with status code 409',
  )
  const stopped = await startLinkProxy()
  await stopped.close()
  const nobody = connectLinkClient(`http://127.0.0.1:${stopped.apiPort}`)
  await expect(nobody).rejects.toThrow(LinkError)
  await expect(nobody).rejects.toThrow('could not ask the link proxy for its version: ')
  expect(url).not.toContain(String(stopped.apiPort))
})

test('where a Toxiproxy stands in, cut and black hole work and hold says that it cannot', async () => {
  const echo = await serveEcho()
  const client = await connectLinkClient(await startPlainToxiproxy())
  expect(client.extraToxics).toEqual([])
  const link = await client.createLink({ name: 'link', upstream: { port: echo.port } })

  const cuts = [await link.disturb({ kind: 'cut' }), await link.disturb({ kind: 'cut' })]
  expect((await call(link.listenPort)).ending()).toBe('refused')
  await cuts[0]?.lift()
  await link.setUpstream({ port: echo.port })
  expect((await call(link.listenPort)).ending()).toBe('refused')
  await cuts[1]?.lift()

  const caller = await call(link.listenPort)
  const hole = await link.disturb({ kind: 'black-hole', direction: 'upstream' })
  caller.send('lost')
  await sleep(30)
  expect([caller.text(), caller.ending()]).toEqual(['', 'open'])
  await hole.lift()
  await until(() => caller.ending() === 'end')

  const hold = link.disturb({ kind: 'hold', direction: 'both' })
  await expect(hold).rejects.toThrow('the proxy of the link link cannot hold bytes back')
  await expect(link.statistics()).rejects.toThrow('the proxy of the link link keeps no counts')
})
