import type { HttpRequest, HttpResponse } from '../../../http/http.ts'
import type { Json } from '../../../kernel/json.ts'
import { millis } from '../../../kernel/time.ts'
import type { Topology } from '../../../target/contract.ts'
import type { Connection, RegionFactory, RegionPorts } from '../../../target/region.ts'

/** Settings of a toy Region. */
export interface ToySettings {
  /** The Region whose log this one follows; absent on a primary. */
  readonly follows?: string
}

const logFile = 'log'

/**
 * A key-value store: `PUT /k/<key>` appends a line to the log, syncs it and ships it;
 * `GET /k/<key>` reads. A follower asks for the log from its own length on and appends what comes.
 */
export const toyRegion: RegionFactory = async (ports, settings) => {
  const region = new ToyRegion(ports)
  await region.boot(settings as ToySettings)
  return {
    handle: (request) => region.handle(request),
    command: (name, parameters) => region.command(name, parameters),
    close: async () => region.close(),
  }
}

/** Two toy Regions, `east` and `west`, where `west` follows `east`. */
export function toyTopology(factory: RegionFactory = toyRegion): Topology {
  const api = { send: 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n', expect: 'HTTP/1.1 200' }
  const launch = { inProcess: factory }
  return {
    regions: [
      { name: 'east', role: 'primary', settings: {}, launch },
      { name: 'west', role: 'replica', settings: { follows: 'east' }, launch },
    ],
    links: [
      {
        name: 'replication',
        from: 'west',
        to: 'east',
        service: 'replication',
        canary: { send: 'ping\n', expect: 'pong\n' },
      },
      { name: 'clients→east', from: 'clients', to: 'east', service: 'api', canary: api },
      { name: 'clients→west', from: 'clients', to: 'west', service: 'api', canary: api },
    ],
  }
}

/** A world with the default costs. */
export const toyPlan = {
  simulation: { linkLatencyMicros: 250, linkJitterMicros: 100, diskSyncMicros: 100 },
  limits: { regionReadyMillisMax: 1_000 },
}

export function putRequest(key: string, value: string): HttpRequest {
  return { method: 'PUT', path: `/k/${key}`, headers: {}, body: Buffer.from(value) }
}

export function getRequest(key: string): HttpRequest {
  return { method: 'GET', path: `/k/${key}`, headers: {}, body: Buffer.alloc(0) }
}

class ToyRegion {
  readonly #ports: RegionPorts
  readonly #values = new Map<string, string>()
  readonly #lines: string[] = []
  readonly #followers = new Set<Connection>()
  #closed = false
  #writes = 0

  constructor(ports: RegionPorts) {
    this.#ports = ports
  }

  async boot({ follows }: ToySettings): Promise<void> {
    const { disk, network } = this.#ports
    const stored = Buffer.from((await disk.read(logFile)) ?? []).toString()
    const whole = stored.slice(0, stored.lastIndexOf('\n') + 1)
    await disk.replace(logFile, Buffer.from(whole))
    for (const line of whole.split('\n').slice(0, -1)) this.#apply(line)
    await network.listen('replication', (connection) => this.#serve(connection))
    if (follows !== undefined) void this.#follow(follows)
  }

  async handle({ method, path, body }: HttpRequest): Promise<HttpResponse> {
    const key = path.slice('/k/'.length)
    if (method === 'PUT') {
      await this.#append(`${key}=${Buffer.from(body).toString()}`)
      return answer(200, `${this.#lines.length}`)
    }
    if (path === '/health') return answer(200, 'healthy')
    const value = this.#values.get(key)
    return value === undefined ? answer(404, '') : answer(200, value)
  }

  async command(name: string, parameters: Json): Promise<Json> {
    if (name === 'status') return { position: this.#lines.length }
    return { name, parameters }
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#followers) connection.close()
  }

  async #append(text: string): Promise<void> {
    const { disk, random } = this.#ports
    this.#writes += 1
    const id = random.at('id', 'write', this.#writes).integer(0, 999_999)
    const line = `${id}:${text}`
    await disk.append(logFile, Buffer.from(`${line}\n`))
    await disk.sync(logFile)
    this.#apply(line)
    for (const connection of this.#followers) connection.send(Buffer.from(`${line}\n`))
  }

  #apply(line: string): void {
    this.#lines.push(line)
    const text = line.slice(line.indexOf(':') + 1)
    const equals = text.indexOf('=')
    this.#values.set(text.slice(0, equals), text.slice(equals + 1))
  }

  #serve(connection: Connection): void {
    connection.onClose(() => this.#followers.delete(connection))
    onLine(connection, (line) => {
      if (line === 'ping') return connection.send(Buffer.from('pong\n'))
      const text = this.#lines.slice(Number(line)).map((entry) => `${entry}\n`)
      if (text.length > 0) connection.send(Buffer.from(text.join('')))
      this.#followers.add(connection)
    })
  }

  async #follow(peer: string): Promise<void> {
    const { network, clock, disk } = this.#ports
    while (!this.#closed) {
      try {
        const connection = await network.connect(peer, 'replication', clock.timeout(millis(100)))
        const ended = new Promise<void>((resolve) => connection.onClose(resolve))
        onLine(connection, (line) => {
          this.#apply(line)
          void disk.append(logFile, Buffer.from(`${line}\n`))
        })
        connection.send(Buffer.from(`${this.#lines.length}\n`))
        this.#followers.add(connection)
        await ended
        this.#followers.delete(connection)
      } catch {
        // Refused or reset: tried again below.
      }
      await clock.sleep(millis(10))
    }
  }
}

function onLine(connection: Connection, listener: (line: string) => void): void {
  let text = ''
  connection.onData((bytes) => {
    text += Buffer.from(bytes).toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) listener(line)
  })
}

function answer(status: number, body: string): HttpResponse {
  return { status, headers: {}, body: Buffer.from(body) }
}
