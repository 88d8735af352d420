import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { LinkApiError, toxicNotFound } from './api-error.ts'
import {
  parseJson,
  parsePopulate,
  parseProxy,
  parseProxyChange,
  parseToxic,
  parseToxicChange,
} from './api-input.ts'
import { linkLimits } from './limits.ts'
import type { ProxyBody } from './proxy.ts'
import type { ProxyCollection } from './proxy-collection.ts'
import { toxicTypes } from './toxics/registry.ts'

/** The Toxiproxy release whose HTTP API this one follows. */
export const toxiproxyVersion = '2.12.0'

/** What `GET /version` answers: Toxiproxy's field, and what only this proxy can do. */
export interface VersionBody {
  readonly version: string
  readonly interregnum: { readonly toxics: readonly string[] }
}

interface Answer {
  readonly status: number
  readonly body?: unknown
}

interface Call {
  readonly proxies: ProxyCollection
  readonly names: readonly string[]
  readonly body: () => unknown
}

interface Route {
  readonly methods: readonly string[]
  /** Segments; `*` stands for a name. */
  readonly path: readonly string[]
  readonly handle: (call: Call) => Answer | Promise<Answer>
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const noContent: Answer = { status: 204 }

const routes: readonly Route[] = [
  { methods: ['GET'], path: ['version'], handle: () => ok(version()) },
  {
    methods: ['POST'],
    path: ['reset'],
    handle: async ({ proxies }) => {
      await proxies.reset()
      return noContent
    },
  },
  { methods: ['POST'], path: ['populate'], handle: populate },
  {
    methods: ['GET'],
    path: ['proxies'],
    handle: ({ proxies }) =>
      ok(Object.fromEntries(proxies.all().map((proxy) => [proxy.name, proxy.describe()]))),
  },
  {
    methods: ['POST'],
    path: ['proxies'],
    handle: async ({ proxies, body }) => {
      const proxy = await proxies.add(parseProxy(body(), proxies.exposed))
      return { status: 201, body: proxy.describe() }
    },
  },
  {
    methods: ['GET'],
    path: ['proxies', '*'],
    handle: (call) => ok(proxyOf(call).describe()),
  },
  {
    methods: ['POST', 'PATCH'],
    path: ['proxies', '*'],
    handle: async (call) => {
      const proxy = proxyOf(call)
      const { exposed } = call.proxies
      await proxy.update(parseProxyChange(call.body(), proxy.describe(), exposed))
      return ok(proxy.describe())
    },
  },
  {
    methods: ['DELETE'],
    path: ['proxies', '*'],
    handle: (call) => {
      call.proxies.remove(proxyOf(call).name)
      return noContent
    },
  },
  {
    methods: ['GET'],
    path: ['proxies', '*', 'interregnum'],
    handle: (call) => ok(proxyOf(call).statistics()),
  },
  {
    methods: ['GET'],
    path: ['proxies', '*', 'toxics'],
    handle: (call) => ok(proxyOf(call).toxics()),
  },
  {
    methods: ['POST'],
    path: ['proxies', '*', 'toxics'],
    handle: async (call) => ok(await proxyOf(call).addToxic(parseToxic(call.body()))),
  },
  {
    methods: ['GET'],
    path: ['proxies', '*', 'toxics', '*'],
    handle: (call) => ok(toxicOf(call)),
  },
  {
    methods: ['POST', 'PATCH'],
    path: ['proxies', '*', 'toxics', '*'],
    handle: (call) => {
      const toxic = toxicOf(call)
      return ok(proxyOf(call).updateToxic(toxic.name, parseToxicChange(call.body(), toxic)))
    },
  },
  {
    methods: ['DELETE'],
    path: ['proxies', '*', 'toxics', '*'],
    handle: async (call) => {
      await proxyOf(call).removeToxic(toxicOf(call).name)
      return noContent
    },
  },
]

/** The HTTP API over a collection of proxies. Requests take effect one after the other. */
export function linkApi(proxies: ProxyCollection): RequestListener {
  let last: Promise<unknown> = Promise.resolve()
  return (request, response) => {
    const answered = readBody(request).then((body) => {
      const answer = last.then(() => answerTo(request, body, proxies))
      last = answer.catch(() => {})
      return answer
    })
    answered.then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, failure(error)),
    )
  }
}

async function answerTo(
  request: IncomingMessage,
  body: string,
  proxies: ProxyCollection,
): Promise<Answer> {
  // A web page must not be able to steer a proxy on the machine of its reader.
  if (request.headers['user-agent']?.startsWith('Mozilla/')) {
    throw new LinkApiError('User agent not allowed', 403)
  }
  const segments = pathSegments(request.url ?? '/')
  const matching = routes.filter((route) => matches(route, segments))
  if (matching.length === 0) throw new LinkApiError('page not found', 404)
  const route = matching.find(({ methods }) => methods.includes(request.method ?? ''))
  if (route === undefined) throw new LinkApiError('method not allowed', 405)
  const names = segments.filter((_segment, index) => route.path[index] === '*')
  return route.handle({ proxies, names, body: () => parseJson(body) })
}

async function populate({ proxies, body }: Call): Promise<Answer> {
  const requests = parsePopulate(body(), proxies.exposed)
  const made: ProxyBody[] = []
  try {
    for (const request of requests) made.push((await proxies.addOrReplace(request)).describe())
  } catch (error) {
    const { status, body: problem } = failure(error)
    return { status, body: { ...(problem as object), proxies: made } }
  }
  return { status: 201, body: { proxies: made } }
}

function proxyOf(call: Call) {
  return call.proxies.get(call.names[0] ?? '')
}

function toxicOf(call: Call) {
  const toxic = proxyOf(call).findToxic(call.names[1] ?? '')
  if (toxic === undefined) throw toxicNotFound()
  return toxic
}

function version(): VersionBody {
  const own = toxicTypes.filter(({ origin }) => origin === 'interregnum')
  return { version: toxiproxyVersion, interregnum: { toxics: own.map(({ type }) => type) } }
}

function pathSegments(url: string): readonly string[] {
  const path = url.split('?', 1)[0] ?? ''
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch (cause) {
    throw new LinkApiError('bad request: the path is not valid', 400, { cause })
  }
}

function matches(route: Route, segments: readonly string[]): boolean {
  return (
    route.path.length === segments.length &&
    route.path.every((part, index) => part === '*' || part === segments[index])
  )
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > linkLimits.apiBodyBytesMax) {
      throw new LinkApiError(`bad request body: over ${linkLimits.apiBodyBytesMax} bytes`, 413)
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function failure(error: unknown): Answer {
  const status = error instanceof LinkApiError ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  return { status, body: { error: message, status } }
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return
  if (answer.body === undefined) {
    response.writeHead(answer.status).end()
    return
  }
  const bytes = Buffer.from(`${JSON.stringify(answer.body)}\n`)
  response
    .writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': bytes.length,
    })
    .end(bytes)
}
