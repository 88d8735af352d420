import { describe, expect, test } from 'vitest'
import { call, portOf, serve, serveEcho, startProxy, until } from './sockets.test.support.ts'

/**
 * Goal: `toxiproxy-node-client` drives the proxy as it drives a Toxiproxy. Method: every endpoint
 * through that client over real sockets; what it cannot say (PATCH, wrong bodies) through fetch.
 */

async function request(
  url: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function startEchoLink() {
  const echo = await serveEcho()
  const { toxiproxy, url } = await startProxy()
  const upstream = `127.0.0.1:${echo.port}`
  const proxy = await toxiproxy.createProxy({ name: 'echo', listen: '127.0.0.1:0', upstream })
  return { echo, toxiproxy, url, upstream, proxy, port: portOf(proxy.listen) }
}

async function echoes(port: number, word = 'hello'): Promise<boolean> {
  const caller = await call(port)
  caller.send(word)
  try {
    await until(() => caller.text() === word || caller.ending() !== 'open', 1_000)
  } catch {
    return false
  }
  caller.socket.end()
  return caller.text() === word
}

describe('proxies', () => {
  test('a created proxy answers its real port and carries bytes', async () => {
    const { proxy, port, upstream } = await startEchoLink()
    expect(proxy.toJson()).toEqual({
      name: 'echo',
      listen: `127.0.0.1:${port}`,
      upstream,
      enabled: true,
    })
    expect(port).toBeGreaterThan(0)
    expect(await echoes(port)).toBe(true)
  })

  test('get, getAll and remove', async () => {
    const { toxiproxy, proxy, port } = await startEchoLink()
    expect((await toxiproxy.get('echo')).toJson()).toEqual(proxy.toJson())
    expect(Object.keys(await toxiproxy.getAll())).toEqual(['echo'])
    await proxy.remove()
    expect(await toxiproxy.getAll()).toEqual({})
    expect((await call(port)).ending()).toBe('refused')
    await expect(toxiproxy.get('echo')).rejects.toThrow('Request failed with status code 404')
  })

  test('a name with spaces and arrows is reachable through its path', async () => {
    const { toxiproxy, upstream } = await startEchoLink()
    const name = 'clients→the primary'
    await toxiproxy.createProxy({ name, listen: '127.0.0.1:0', upstream })
    expect((await toxiproxy.get(name)).name).toBe(name)
  })

  test('a disabled proxy refuses, and enabling it opens the same port', async () => {
    const { proxy, port, upstream } = await startEchoLink()
    const open = await call(port)
    const disabled = await proxy.update({ enabled: false, listen: proxy.listen, upstream })
    expect(disabled.enabled).toBe(false)
    await until(() => open.ending() !== 'open')
    expect((await call(port)).ending()).toBe('refused')
    const enabled = await proxy.update({ enabled: true, listen: proxy.listen, upstream })
    expect(enabled.toJson()).toEqual(proxy.toJson())
    expect(await echoes(port)).toBe(true)
  })

  test('a proxy that is created disabled does not listen', async () => {
    const { toxiproxy, upstream } = await startEchoLink()
    const created = await toxiproxy.createProxy({
      name: 'later',
      listen: '127.0.0.1:0',
      upstream,
      enabled: false,
    })
    expect(created.toJson()).toMatchObject({ listen: '127.0.0.1:0', enabled: false })
    const enabled = await created.update({ enabled: true, listen: created.listen, upstream })
    expect(await echoes(portOf(enabled.listen))).toBe(true)
  })

  test('a changed upstream closes open connections and leads new ones there', async () => {
    const { proxy, port } = await startEchoLink()
    const other = await serve((socket) => socket.write('the other'))
    const before = await call(port)
    const upstream = `127.0.0.1:${other.port}`
    const changed = await proxy.update({ enabled: true, listen: proxy.listen, upstream })
    expect(changed.upstream).toBe(upstream)
    await until(() => before.ending() !== 'open')
    const after = await call(port)
    await until(() => after.text() === 'the other')
  })

  test('PATCH changes only the fields that it names', async () => {
    const { url, proxy, port } = await startEchoLink()
    const patched = await request(`${url}/proxies/echo`, 'PATCH', { enabled: false })
    expect(patched).toEqual({
      status: 200,
      body: { ...proxy.toJson(), enabled: false, toxics: [] },
    })
    expect((await call(port)).ending()).toBe('refused')
  })
})

describe('toxics', () => {
  test('create, get, update and remove through the client', async () => {
    const { proxy, port } = await startEchoLink()
    const toxic = await proxy.addToxic({
      name: 'slow',
      type: 'latency',
      stream: 'upstream',
      toxicity: 1,
      attributes: { latency: 100, jitter: 0 },
    })
    const expected = {
      name: 'slow',
      type: 'latency',
      stream: 'upstream',
      toxicity: 1,
      attributes: { latency: 100, jitter: 0 },
    }
    expect(toxic.toJson()).toEqual(expected)
    expect((await proxy.getToxic('slow')).toJson()).toEqual(expected)
    const start = performance.now()
    expect(await echoes(port)).toBe(true)
    expect(performance.now() - start).toBeGreaterThan(95)
    const updated = await toxic.update({
      ...expected,
      type: 'latency',
      stream: 'upstream',
      attributes: { latency: 1, jitter: 0 },
    })
    expect(updated.attributes).toEqual({ latency: 1, jitter: 0 })
    await toxic.remove()
    await expect(proxy.getToxic('slow')).rejects.toThrow('status code 404')
  })

  test.each([
    ['latency', {}, { latency: 0, jitter: 0 }],
    ['bandwidth', { rate: 1_000 }, { rate: 1_000 }],
    ['slow_close', { delay: 5 }, { delay: 5 }],
    ['timeout', { timeout: 5 }, { timeout: 5 }],
    ['reset_peer', {}, { timeout: 0 }],
    ['slicer', { average_size: 4 }, { average_size: 4, size_variation: 0, delay: 0 }],
    ['limit_data', { bytes: 9 }, { bytes: 9 }],
    ['hold', {}, {}],
    ['black_hole', {}, {}],
    ['cut', {}, {}],
  ])('%s has Toxiproxy’s defaults for what the request leaves out', async (type, given, full) => {
    const { url } = await startEchoLink()
    const created = await request(`${url}/proxies/echo/toxics`, 'POST', { type, attributes: given })
    const toxic = {
      attributes: full,
      name: `${type}_downstream`,
      type,
      stream: 'downstream',
      toxicity: 1,
    }
    expect(created).toEqual({ status: 200, body: toxic })
    const list = await request(`${url}/proxies/echo/toxics`, 'GET')
    expect(list).toEqual({ status: 200, body: [toxic] })
    const shown = await request(`${url}/proxies/echo`, 'GET')
    expect(shown.body).toMatchObject({ toxics: [toxic] })
  })

  test('PATCH of a toxic keeps what it does not name', async () => {
    const { url } = await startEchoLink()
    const path = `${url}/proxies/echo/toxics`
    await request(path, 'POST', { type: 'latency', attributes: { latency: 7, jitter: 3 } })
    const patched = await request(`${path}/latency_downstream`, 'PATCH', {
      attributes: { jitter: 1 },
      toxicity: 0.5,
    })
    expect(patched.body).toMatchObject({ attributes: { latency: 7, jitter: 1 }, toxicity: 0.5 })
    const deleted = await request(`${path}/latency_downstream`, 'DELETE')
    expect(deleted).toEqual({ status: 204, body: undefined })
  })
})

describe('populate, reset, version', () => {
  test('populate creates, keeps equal proxies with their toxics, and replaces changed ones', async () => {
    const { toxiproxy, proxy, upstream, port } = await startEchoLink()
    await proxy.addToxic({
      name: 'h',
      type: 'latency',
      stream: 'upstream',
      toxicity: 1,
      attributes: {},
    })
    const other = await serveEcho()
    const made = await toxiproxy.populate([
      { name: 'echo', listen: proxy.listen, upstream },
      { name: 'second', listen: '127.0.0.1:0', upstream },
    ])
    expect(Object.keys(made)).toEqual(['echo', 'second'])
    expect((await proxy.getToxic('h')).name).toBe('h')
    const changed = `127.0.0.1:${other.port}`
    await toxiproxy.populate([{ name: 'echo', listen: proxy.listen, upstream: changed }])
    expect((await toxiproxy.get('echo')).upstream).toBe(changed)
    await expect(proxy.getToxic('h')).rejects.toThrow('status code 404')
    expect(await echoes(port)).toBe(true)
  })

  test('populate makes nothing if one entry is wrong', async () => {
    const { url, toxiproxy, upstream } = await startEchoLink()
    const answer = await request(`${url}/populate`, 'POST', [
      { name: 'fine', listen: '127.0.0.1:0', upstream },
      { name: 'broken', listen: '127.0.0.1:0' },
    ])
    expect(answer).toEqual({
      status: 400,
      body: { error: 'missing required field: upstream at proxy 2', status: 400 },
    })
    expect(Object.keys(await toxiproxy.getAll())).toEqual(['echo'])
  })

  test('reset removes every toxic, lifts a cut and enables every proxy', async () => {
    const { url, toxiproxy, proxy, upstream, port } = await startEchoLink()
    for (const type of ['cut', 'hold', 'timeout']) {
      await request(`${url}/proxies/echo/toxics`, 'POST', { type })
    }
    await proxy.update({ enabled: false, listen: proxy.listen, upstream })
    await toxiproxy.reset()
    expect((await request(`${url}/proxies/echo`, 'GET')).body).toMatchObject({
      enabled: true,
      toxics: [],
    })
    expect(await echoes(port)).toBe(true)
  })

  test('the version announces what only this proxy can do', async () => {
    const { toxiproxy } = await startProxy()
    expect(JSON.parse(await toxiproxy.getVersion())).toEqual({
      version: '2.12.0',
      interregnum: { toxics: ['hold', 'black_hole', 'cut'] },
    })
  })
})

describe('refusals', () => {
  test.each([
    ['POST', '/proxies', '{', 400, /^bad request body: /],
    ['POST', '/proxies', [], 400, 'bad request body: proxy: expected an object'],
    ['POST', '/proxies', { upstream: 'a:1' }, 400, 'missing required field: name'],
    ['POST', '/proxies', { name: 'a' }, 400, 'missing required field: upstream'],
    [
      'POST',
      '/proxies',
      { name: 'a', upstream: 'x' },
      400,
      /upstream: expected host:port, got "x"$/,
    ],
    ['POST', '/proxies', { name: 'a', upstream: 7 }, 400, /upstream: expected a string$/],
    ['POST', '/proxies', { name: 'a/b', upstream: 'x:1' }, 400, /name: expected at most 256/],
    [
      'POST',
      '/proxies',
      { name: 'a', upstream: 'x:1', listen: '0.0.0.0:0' },
      400,
      /listen: only loopback addresses are allowed, got "0.0.0.0:0"$/,
    ],
    [
      'POST',
      '/proxies',
      { name: 'a', upstream: 'x:1', enabled: 'no' },
      400,
      /enabled: expected true/,
    ],
    ['POST', '/proxies', { name: 'echo', upstream: 'x:1' }, 409, 'proxy already exists'],
    ['GET', '/proxies/none', undefined, 404, 'proxy not found'],
    ['DELETE', '/proxies/none', undefined, 404, 'proxy not found'],
    ['PATCH', '/proxies/none', {}, 404, 'proxy not found'],
    ['GET', '/proxies/none/toxics', undefined, 404, 'proxy not found'],
    ['GET', '/proxies/echo/toxics/none', undefined, 404, 'toxic not found'],
    ['DELETE', '/proxies/echo/toxics/none', undefined, 404, 'toxic not found'],
    ['POST', '/proxies/echo/toxics', { type: 'none' }, 400, 'invalid toxic type'],
    [
      'POST',
      '/proxies/echo/toxics',
      { type: 'latency', stream: 'sideways' },
      400,
      'stream was invalid, can be either upstream or downstream',
    ],
    [
      'POST',
      '/proxies/echo/toxics',
      { type: 'slow_close', name: 'there' },
      409,
      'toxic already exists',
    ],
    [
      'POST',
      '/proxies/echo/toxics',
      { type: 'hold', toxicity: 2 },
      400,
      /toxicity: expected a number/,
    ],
    ['POST', '/proxies/echo/toxics', { type: 'cut', toxicity: 0.5 }, 400, /toxicity: cut acts on/],
    ['POST', '/proxies/echo/toxics', { type: 'slicer' }, 400, /field: attributes.average_size$/],
    [
      'POST',
      '/proxies/echo/toxics',
      { type: 'latency', attributes: { latency: -1 } },
      400,
      /attributes.latency: expected a whole number \(ms\) ≥ 0$/,
    ],
    [
      'POST',
      '/proxies/echo/toxics',
      { type: 'latency', attributes: { toString: 1 } },
      400,
      /attributes.toString: unknown for latency; known: latency, jitter$/,
    ],
    ['GET', '/nowhere', undefined, 404, 'page not found'],
    ['DELETE', '/proxies', undefined, 405, 'method not allowed'],
    ['GET', '/proxies/%E0%A4%A', undefined, 400, /the path is not valid$/],
  ])('%s %s %j answers %i', async (method, path, body, status, message) => {
    const { url, proxy } = await startEchoLink()
    await proxy.addToxic({
      name: 'there',
      type: 'latency',
      stream: 'upstream',
      toxicity: 1,
      attributes: {},
    })
    const answer = await request(`${url}${path}`, method, body)
    expect(answer).toMatchObject({ status, body: { status } })
    const { error } = answer.body as { error: string }
    if (typeof message === 'string') expect(error).toBe(message)
    else expect(error).toMatch(message)
  })

  test('a listen port that is taken is named, and the proxy is not there', async () => {
    const { url, toxiproxy, echo, upstream } = await startEchoLink()
    const listen = `127.0.0.1:${echo.port}`
    const answer = await request(`${url}/proxies`, 'POST', { name: 'b', listen, upstream })
    expect(answer).toEqual({
      status: 500,
      body: { error: `listen ${listen}: address already in use`, status: 500 },
    })
    expect(Object.keys(await toxiproxy.getAll())).toEqual(['echo'])
  })

  test('a browser is refused', async () => {
    const { url } = await startProxy()
    const response = await fetch(`${url}/version`, { headers: { 'user-agent': 'Mozilla/5.0' } })
    expect(response.status).toBe(403)
    await response.text()
  })

  test('a body over the limit is refused', async () => {
    const { url } = await startProxy()
    const answer = await request(`${url}/proxies`, 'POST', `"${'x'.repeat(1_100_000)}"`)
    expect(answer.status).toBe(413)
  })
})
