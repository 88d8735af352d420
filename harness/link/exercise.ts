import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Draw, keyedRandom, type Random } from '../kernel/random.ts'
import { type RunningLinkProxy, startLinkProxy } from './link-proxy.ts'

/** How hard to exercise a link. */
export interface LinkExercise {
  readonly seed: number
  /** Random additions, updates and removals of toxics. */
  readonly steps: number
  readonly connections: number
  /** Also toxics that break connections or swallow bytes. */
  readonly breaking: boolean
  /** Time after the last toxic is gone until everything must have arrived. */
  readonly finishMillisMax: number
}

/** What an exercise came to; `problems` is empty if the link kept its promises. */
export interface LinkExerciseResult {
  readonly steps: number
  readonly bytesArrived: number
  readonly connectionsComplete: number
  readonly problems: readonly string[]
}

const gentle = [
  ['latency', { latency: 15, jitter: 15 }],
  ['bandwidth', { rate: 20_000 }],
  ['slicer', { average_size: 1_500, size_variation: 1_000, delay: 20 }],
  ['slow_close', { delay: 40 }],
  ['hold', {}],
  ['limit_data', { bytes: 1_000_000_000 }],
] as const

const breaking = [
  ['timeout', { timeout: 30 }],
  ['reset_peer', { timeout: 20 }],
  ['limit_data', { bytes: 300_000 }],
  ['black_hole', {}],
  ['cut', {}],
] as const

/** The bytes from a position on: a counter that repeats after 4 GiB. */
function pattern(position: number, length: number): Buffer {
  const first = Math.floor(position / 4)
  const words = Buffer.allocUnsafe((Math.ceil(length / 4) + 1) * 4)
  for (let index = 0; index * 4 < words.length; index += 1) {
    words.writeUInt32BE((first + index) >>> 0, index * 4)
  }
  return words.subarray(position % 4, (position % 4) + length)
}

/** Runs while toxics change; then every sender ends. */
interface Traffic {
  over: boolean
  readonly problems: string[]
}

/** Bytes that one end sends at a time. */
const chunkBytesMax = 60_000

/** One end of a connection: sends the pattern, checks what it gets. */
class End {
  sent = 0
  received = 0
  ending: 'open' | 'end' | 'broken' = 'open'
  readonly #problems: string[]
  readonly #what: string

  constructor(socket: Socket, what: string, draw: Draw, traffic: Traffic) {
    this.#what = what
    this.#problems = traffic.problems
    socket.on('data', (chunk) => this.#check(chunk))
    socket.on('end', () => {
      if (this.ending === 'open') this.ending = 'end'
    })
    socket.on('error', () => {
      this.ending = 'broken'
    })
    const send = (): void => {
      if (socket.destroyed) return
      if (traffic.over) {
        socket.end()
        return
      }
      if (!socket.writableNeedDrain) {
        const length = draw.integer(1, chunkBytesMax)
        socket.write(pattern(this.sent, length))
        this.sent += length
      }
      setTimeout(send, 1)
    }
    send()
  }

  #check(chunk: Buffer): void {
    if (!chunk.equals(pattern(this.received, chunk.length))) {
      this.#problems.push(`${this.#what}: wrong bytes after ${this.received}`)
    }
    this.received += chunk.length
  }
}

/**
 * Adds, changes and removes random toxics under two-way traffic and checks that every receiver sees
 * the sent bytes from the first on, none lost, doubled or moved, and that the traffic comes to its
 * end once the toxics are gone. Bounded in time.
 */
export async function exerciseLink(exercise: LinkExercise): Promise<LinkExerciseResult> {
  const random = keyedRandom(exercise.seed).scope('exercise')
  const traffic: Traffic = { over: false, problems: [] }
  const { problems } = traffic
  const sockets: Socket[] = []
  const take = (socket: Socket, what: string): End => {
    sockets.push(socket)
    return new End(socket, what, random.at('chunks', what, 0), traffic)
  }
  const serverEnds = new Map<number, End>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const ordinal = serverEnds.size
    serverEnds.set(ordinal, take(socket, `server ${ordinal}`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startLinkProxy({ seed: exercise.seed })
  const pairs: Pair[] = []
  try {
    const link = await LinkUnderTest.create(proxy, (server.address() as AddressInfo).port)
    for (let index = 0; index < exercise.connections; index += 1) {
      const socket = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true })
      await once(socket, 'connect')
      while (!serverEnds.has(index)) await sleep(1)
      const served = serverEnds.get(index)
      if (served !== undefined) pairs.push({ client: take(socket, `client ${index}`), served })
    }
    for (let step = 0; step < exercise.steps; step += 1) {
      await link.step(random, step, exercise.breaking)
    }
    traffic.over = true
    await link.removeAll()
    await finish(sockets, exercise, problems)
  } finally {
    await stop(proxy, server, sockets)
  }
  const complete = pairs.filter(isComplete).length
  if (!exercise.breaking && complete !== exercise.connections) {
    problems.push(`${exercise.connections - complete} connections did not carry every byte`)
  }
  return {
    steps: exercise.steps,
    bytesArrived: pairs.reduce((sum, pair) => sum + pair.client.received + pair.served.received, 0),
    connectionsComplete: complete,
    problems,
  }
}

/** The two ends of a connection. */
interface Pair {
  readonly client: End
  readonly served: End
}

function isComplete({ client, served }: Pair): boolean {
  return (
    client.ending === 'end' &&
    served.ending === 'end' &&
    client.received === served.sent &&
    served.received === client.sent
  )
}

/** Waits until every connection ended by itself. */
async function finish(
  sockets: readonly Socket[],
  exercise: LinkExercise,
  problems: string[],
): Promise<void> {
  const start = performance.now()
  const open = (): number => sockets.filter((socket) => !socket.destroyed).length
  while (open() > 0) {
    if (performance.now() - start > exercise.finishMillisMax) {
      problems.push(
        `${open()} sockets still open ${exercise.finishMillisMax} ms after the last toxic`,
      )
      return
    }
    await sleep(5)
  }
}

async function stop(
  proxy: RunningLinkProxy,
  server: Server,
  sockets: readonly Socket[],
): Promise<void> {
  for (const socket of sockets) socket.destroy()
  await proxy.close()
  server.close()
}

interface Toxic {
  readonly name: string
  readonly type: string
  readonly attributes: Readonly<Record<string, number>>
}

/** Toxics on the link at a time. */
const toxicsMax = 6

/** Other values for a toxic, about as large, and often another share of the connections. */
function changed({ type, attributes }: Toxic, draw: Draw): unknown {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name,
    Math.max(1, Math.round(value * (0.5 + draw.fraction()))),
  ])
  const toxicity = type === 'cut' || draw.fraction() < 0.5 ? 1 : draw.fraction()
  return { attributes: Object.fromEntries(entries), toxicity }
}

/** A link whose toxics change at random, over the HTTP API. */
class LinkUnderTest {
  readonly port: number
  readonly #base: string
  #toxics: Toxic[] = []

  private constructor(base: string, port: number) {
    this.#base = base
    this.port = port
  }

  static async create(proxy: RunningLinkProxy, upstreamPort: number): Promise<LinkUnderTest> {
    const api = `http://127.0.0.1:${proxy.apiPort}/proxies`
    const body = { name: 'link', listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstreamPort}` }
    const response = await fetch(api, { method: 'POST', body: JSON.stringify(body) })
    const { listen } = (await response.json()) as { listen: string }
    return new LinkUnderTest(`${api}/link/toxics`, Number(listen.split(':')[1]))
  }

  async step(random: Random, step: number, withBreaking: boolean): Promise<void> {
    const draw = random.at('step', 'link', step)
    const kinds = withBreaking && draw.fraction() < 0.15 ? breaking : gentle
    const [type, attributes] = kinds[draw.integer(0, kinds.length - 1)] ?? gentle[0]
    const index = draw.integer(0, Math.max(0, this.#toxics.length - 1))
    const present = this.#toxics[index]
    const act = draw.fraction()
    if (present === undefined || (act < 0.45 && this.#toxics.length < toxicsMax)) {
      const stream = draw.fraction() < 0.5 ? 'upstream' : 'downstream'
      const toxicity = type === 'cut' || draw.fraction() < 0.7 ? 1 : draw.fraction()
      const name = `toxic${step}`
      this.#toxics.push({ name, type, attributes })
      await this.#send('POST', '', { name, type, stream, toxicity, attributes })
    } else if (act < 0.65) {
      await this.#send('PATCH', `/${present.name}`, changed(present, draw))
    } else {
      this.#toxics.splice(index, 1)
      await this.#send('DELETE', `/${present.name}`)
    }
    if (draw.fraction() < 0.5) await sleep(draw.integer(0, 4))
  }

  async removeAll(): Promise<void> {
    for (const { name } of this.#toxics.splice(0)) await this.#send('DELETE', `/${name}`)
  }

  async #send(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
  }
}
