import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { connectLinkClient, type LinkDisturbance } from './link-client.ts'
import { call, serveEcho, startProxy } from './sockets.test.support.ts'

// Goal: a plain client asks for nothing that Toxiproxy does not document. Method: every disturbance
// over a gateway that holds each request against the endpoints and fields of Toxiproxy's README
// ("HTTP API", "Toxics"), in front of our proxy, which announces more than that.

const proxyFields = ['name', 'listen', 'upstream', 'enabled']
const toxicFields = ['name', 'type', 'stream', 'toxicity', 'attributes']

/** Endpoints, each with the fields of its body. */
const documented: readonly (readonly [method: string, path: RegExp, fields: readonly string[]])[] =
  [
    ['GET', /^\/version$/, []],
    ['GET', /^\/proxies$/, []],
    ['POST', /^\/proxies$/, proxyFields],
    ['POST', /^\/populate$/, proxyFields],
    ['GET', /^\/proxies\/[^/]+$/, []],
    ['POST', /^\/proxies\/[^/]+$/, ['listen', 'upstream', 'enabled']],
    ['DELETE', /^\/proxies\/[^/]+$/, []],
    ['GET', /^\/proxies\/[^/]+\/toxics$/, []],
    ['POST', /^\/proxies\/[^/]+\/toxics$/, toxicFields],
    ['GET', /^\/proxies\/[^/]+\/toxics\/[^/]+$/, []],
    ['POST', /^\/proxies\/[^/]+\/toxics\/[^/]+$/, ['attributes', 'toxicity']],
    ['DELETE', /^\/proxies\/[^/]+\/toxics\/[^/]+$/, []],
    ['POST', /^\/reset$/, []],
  ]

/** Toxics, each with its attributes. */
const toxics: Readonly<Record<string, readonly string[]>> = {
  latency: ['latency', 'jitter'],
  bandwidth: ['rate'],
  slow_close: ['delay'],
  timeout: ['timeout'],
  reset_peer: ['timeout'],
  slicer: ['average_size', 'size_variation', 'delay'],
  limit_data: ['bytes'],
}

interface Body {
  readonly type?: string
  readonly attributes?: object
}

/** What of a request is not in the documentation; undefined where all of it is. */
function beyond(method: string, path: string, text: string): string | undefined {
  const found = documented.find(([word, shape]) => word === method && shape.test(path))
  if (found === undefined) return `${method} ${path}`
  const body: Body = text === '' ? {} : JSON.parse(text)
  const field = Object.keys(body).find((name) => !found[2].includes(name))
  if (field !== undefined) return `${method} ${path}: field ${field}`
  const { type, attributes = {} } = body
  if (type === undefined) return undefined
  const own = toxics[type]
  if (own === undefined) return `${method} ${path}: toxic ${type}`
  const attribute = Object.keys(attributes).find((name) => !own.includes(name))
  return attribute === undefined ? undefined : `${type}: attribute ${attribute}`
}

async function startGateway() {
  const { url } = await startProxy()
  const outside: string[] = []
  const types = new Set<string>()
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', async () => {
      const { method = '', url: path = '' } = request
      const problem = beyond(method, path, text)
      if (problem !== undefined) outside.push(problem)
      const { type }: Body = text === '' ? {} : JSON.parse(text)
      if (type !== undefined) types.add(type)
      const body = text === '' ? {} : { body: text }
      const got = await fetch(`${url}${path}`, { method, ...body })
      response.writeHead(got.status).end(await got.text())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { outside, types, url: `http://127.0.0.1:${port}` }
}

const both = { direction: 'both' } as const

const disturbances: readonly LinkDisturbance[] = [
  { kind: 'cut' },
  { kind: 'black-hole', ...both },
  { kind: 'black-hole', direction: 'upstream' },
  { kind: 'latency', ...both, latencyMillis: 1, jitterMillis: 1 },
  { kind: 'bandwidth', ...both, kilobytesPerSecond: 1_000 },
  { kind: 'slow-close', ...both, delayMillis: 1 },
  { kind: 'slicer', ...both, averageBytes: 10, variationBytes: 2, delayMicros: 1 },
  { kind: 'limit-data', ...both, bytes: 10 },
  { kind: 'reset-peer', ...both, afterMillis: 0 },
]

test('a plain client stays within what Toxiproxy documents, and uses all of its toxics', async () => {
  const echo = await serveEcho()
  const { url, outside, types } = await startGateway()
  const client = await connectLinkClient(url, { plain: true })
  expect(client).toMatchObject({ software: 'link-proxy', extraToxics: [] })
  const link = await client.createLink({ name: 'link', upstream: { port: echo.port } })
  for (const disturbance of disturbances) {
    const applied = await link.disturb(disturbance)
    await applied.lift()
  }
  await link.setUpstream({ port: echo.port })
  const found = await client.openLink('link')
  const cut = await found.disturb({ kind: 'cut' })
  await found.disturb({ kind: 'latency', ...both, latencyMillis: 1, jitterMillis: 0 })
  const [described] = await client.links()
  expect(described).toMatchObject({ name: 'link', enabled: false, listenPort: link.listenPort })
  expect(described?.toxics).toHaveLength(2)
  await cut.lift()
  await client.reset()
  expect(await client.links()).toMatchObject([{ name: 'link', enabled: true, toxics: [] }])
  const caller = await call(link.listenPort)
  expect(caller.ending()).toBe('open')
  await expect(link.disturb({ kind: 'hold', ...both })).rejects.toThrow('cannot hold bytes back')
  await expect(link.statistics()).rejects.toThrow('keeps no counts')
  await link.remove()
  expect(outside).toEqual([])
  expect([...types].sort()).toEqual(Object.keys(toxics).sort())
})

test('a client that takes what is announced goes beyond that, which the gateway sees', async () => {
  const echo = await serveEcho()
  const { url, outside } = await startGateway()
  const client = await connectLinkClient(url)
  const link = await client.createLink({ name: 'link', upstream: { port: echo.port } })
  await (await link.disturb({ kind: 'hold', direction: 'upstream' })).lift()
  await link.statistics()
  expect(outside).toEqual([
    'POST /proxies/link/toxics: toxic hold',
    'GET /proxies/link/interregnum',
  ])
})
