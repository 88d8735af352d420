import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../kernel/random.ts'
import type { Micros } from '../kernel/time.ts'
import { ActiveToxic, type ToxicBody, type ToxicRequest } from './active-toxic.ts'
import { type Address, bindable, formatAddress } from './address.ts'
import { LinkApiError, toxicNotFound } from './api-error.ts'
import { LinkConnection, resetSocket, type StreamDirection } from './connection.ts'
import type { HeldBytes } from './held-bytes.ts'
import { linkLimits } from './limits.ts'
import type { PortHold, PortHolds } from './port-hold.ts'

/** The JSON form of a proxy in the HTTP API. */
export interface ProxyBody {
  readonly name: string
  readonly listen: string
  readonly upstream: string
  readonly enabled: boolean
  readonly toxics: readonly ToxicBody[]
}

/** What `GET /proxies/{name}/interregnum` tells: counts since the proxy was created. */
export interface LinkStatistics {
  readonly listening: boolean
  readonly cut: boolean
  readonly connections: {
    readonly open: number
    readonly accepted: number
    /** Reset at once because the link had too many. */
    readonly refused: number
  }
  /** Bytes that toxics hold now. */
  readonly heldBytes: Readonly<Record<StreamDirection, number>>
}

/** What a proxy shares with the others of its process. */
export interface ProxyPorts {
  readonly now: () => Micros
  readonly random: Random
  readonly held: HeldBytes
  readonly holds: PortHolds
  /** Open connections of one proxy. */
  readonly connectionsMax: number
}

/** A proxy that was asked for, checked. */
export interface ProxyRequest {
  readonly name: string
  readonly listen: Address
  readonly upstream: Address
  readonly enabled: boolean
}

/** One proxied link: a listener, its connections, and the toxics between. */
export class LinkProxy {
  readonly name: string
  readonly #ports: ProxyPorts
  readonly #random: Random
  readonly #connections = new Set<LinkConnection>()
  #listen: Address
  #upstream: Address
  #enabled = false
  /** The address was ours before. */
  #bound = false
  #server: Server | undefined
  /** Keeps the port while the link is cut. */
  #hold: PortHold | undefined
  #toxics: ActiveToxic[] = []
  #toxicOrder = 0
  #accepted = 0
  #refused = 0

  constructor(request: Omit<ProxyRequest, 'enabled'>, ports: ProxyPorts) {
    this.name = request.name
    this.#listen = bindable(request.listen)
    this.#upstream = request.upstream
    this.#ports = ports
    this.#random = ports.random.scope(request.name)
  }

  get listen(): Address {
    return this.#listen
  }

  describe(): ProxyBody {
    return {
      name: this.name,
      listen: formatAddress(this.#listen),
      upstream: formatAddress(this.#upstream),
      enabled: this.#enabled,
      toxics: this.toxics(),
    }
  }

  /** Upstream toxics first, each direction in the order of its chain. */
  toxics(): readonly ToxicBody[] {
    return (['upstream', 'downstream'] as const).flatMap((stream) =>
      this.#toxics.filter((toxic) => toxic.stream === stream).map((toxic) => toxic.describe()),
    )
  }

  statistics(): LinkStatistics {
    const heldBytes = { upstream: 0, downstream: 0 }
    for (const connection of this.#connections) {
      heldBytes.upstream += connection.heldBytes.upstream
      heldBytes.downstream += connection.heldBytes.downstream
    }
    return {
      listening: this.#server !== undefined,
      cut: this.#isCut(),
      connections: {
        open: this.#connections.size,
        accepted: this.#accepted,
        refused: this.#refused,
      },
      heldBytes,
    }
  }

  /** True if the request names another listener or another upstream. */
  differs(request: Pick<ProxyRequest, 'listen' | 'upstream'>): boolean {
    const listen = formatAddress(bindable(request.listen))
    const upstream = formatAddress(request.upstream)
    return listen !== formatAddress(this.#listen) || upstream !== formatAddress(this.#upstream)
  }

  async start(): Promise<void> {
    this.#enabled = true
    try {
      await this.#reconcileListener()
    } catch (error) {
      this.#enabled = false
      throw error
    }
  }

  /** Closes the listener and every connection. */
  stop(): void {
    this.#enabled = false
    this.#closeListener()
    this.#releasePort()
    for (const connection of this.#connections) connection.close()
  }

  /** Like {@link stop}, and lets nothing linger. */
  destroy(): void {
    this.stop()
    for (const connection of this.#connections) connection.destroy()
  }

  /** A changed address or a disabled proxy closes the connections, as in Toxiproxy. */
  async update(request: Omit<ProxyRequest, 'name'>): Promise<void> {
    const listen = bindable(request.listen)
    if (formatAddress(listen) !== formatAddress(this.#listen)) {
      this.stop()
      this.#listen = listen
      this.#bound = false
    }
    if (this.differs(request)) {
      this.#upstream = request.upstream
      for (const connection of this.#connections) connection.close()
    }
    if (!request.enabled) this.stop()
    else if (!this.#enabled) await this.start()
  }

  findToxic(name: string): ToxicBody | undefined {
    return this.#toxics.find((toxic) => toxic.name === name)?.describe()
  }

  /** When this resolves, the toxic is in force on every connection. */
  async addToxic(request: ToxicRequest): Promise<ToxicBody> {
    if (this.#toxics.some((toxic) => toxic.name === request.name)) {
      throw new LinkApiError('toxic already exists', 409)
    }
    if (this.#toxics.length >= linkLimits.toxicsPerProxyMax) {
      throw new LinkApiError(`a proxy takes ${linkLimits.toxicsPerProxyMax} toxics at most`, 400)
    }
    this.#toxicOrder += 1
    const toxic = new ActiveToxic(request, this.#toxicOrder, this.#random)
    this.#toxics.push(toxic)
    if (toxic.cuts) {
      this.#closeListener()
      for (const connection of this.#connections) connection.abort()
      await this.#holdPort()
    } else {
      const now = this.#ports.now()
      for (const connection of this.#connections) toxic.reconcile(connection, now)
    }
    return toxic.describe()
  }

  updateToxic(
    name: string,
    change: { readonly toxicity: number; readonly attributes: Readonly<Record<string, number>> },
  ): ToxicBody {
    const toxic = this.#requireToxic(name)
    toxic.update(change)
    const now = this.#ports.now()
    if (!toxic.cuts) for (const connection of this.#connections) toxic.reconcile(connection, now)
    return toxic.describe()
  }

  async removeToxic(name: string): Promise<void> {
    await this.#removeToxics([this.#requireToxic(name)])
  }

  /** Removes every toxic and enables the proxy. */
  async reset(): Promise<void> {
    await this.#removeToxics([...this.#toxics])
    if (!this.#enabled) await this.start()
  }

  async #removeToxics(removed: readonly ActiveToxic[]): Promise<void> {
    const before = this.#toxics
    this.#toxics = before.filter((toxic) => !removed.includes(toxic))
    try {
      await this.#reconcileListener()
    } catch (error) {
      // The link could not be opened again: it stays cut, and the removal can be tried again.
      this.#toxics = before
      throw error
    }
    for (const toxic of removed) {
      for (const connection of this.#connections) {
        connection.streams[toxic.stream].remove(toxic.order)
      }
    }
  }

  #requireToxic(name: string): ActiveToxic {
    const toxic = this.#toxics.find((candidate) => candidate.name === name)
    if (toxic === undefined) throw toxicNotFound()
    return toxic
  }

  #isCut(): boolean {
    return this.#toxics.some((toxic) => toxic.cuts)
  }

  async #reconcileListener(): Promise<void> {
    if (!this.#enabled || this.#isCut()) return this.#closeListener()
    if (this.#server !== undefined) return
    // A port that was given up for a while may be busy for a moment when it is wanted again.
    const attempts = this.#bound ? linkLimits.reopenAttemptsMax : 1
    for (let attempt = 1; this.#server === undefined; attempt += 1) {
      try {
        this.#server = await this.#open()
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (!taken || attempt >= attempts) throw this.#listenError(error)
        await sleep(linkLimits.reopenPauseMillis)
      }
    }
    this.#releasePort()
  }

  async #holdPort(): Promise<void> {
    if (!this.#enabled || !this.#bound) return
    this.#hold ??= await this.#ports.holds.hold(this.#listen)
    if (this.#server !== undefined || !this.#enabled) this.#releasePort()
  }

  #releasePort(): void {
    this.#hold?.release()
    this.#hold = undefined
  }

  #open(): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    server.on('connection', (socket) => this.#accept(socket))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: this.#listen.host, port: this.#listen.port, backlog: 511 }, () => {
        server.off('error', reject)
        // An error of accepting, such as too many open files, concerns one connection only.
        server.on('error', () => {
          this.#refused += 1
        })
        const bound = server.address()
        if (bound !== null && typeof bound === 'object') {
          this.#listen = { host: this.#listen.host, port: bound.port }
          this.#bound = true
        }
        resolve(server)
      })
    })
  }

  #closeListener(): void {
    this.#server?.close()
    this.#server = undefined
  }

  #accept(client: Socket): void {
    if (this.#connections.size >= this.#ports.connectionsMax) {
      this.#refused += 1
      client.on('error', () => {})
      resetSocket(client)
      return
    }
    this.#accepted += 1
    const connection = new LinkConnection({
      client,
      upstream: this.#upstream,
      ordinal: this.#accepted,
      now: this.#ports.now,
      held: this.#ports.held,
      onClosed: (closed) => this.#connections.delete(closed),
    })
    this.#connections.add(connection)
    const now = this.#ports.now()
    for (const toxic of this.#toxics) toxic.reconcile(connection, now)
  }

  #listenError(cause: unknown): LinkApiError {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const reason = code === 'EADDRINUSE' ? 'address already in use' : code
    return new LinkApiError(`listen ${formatAddress(this.#listen)}: ${reason}`, 500, { cause })
  }
}
