import { type ICreateToxicBody, type Proxy as RemoteProxy, Toxiproxy } from 'toxiproxy-node-client'
import { by } from '../kernel/compare.ts'
import { LinkError } from '../kernel/errors.ts'
import { parseAddress } from './address.ts'
import type { StreamDirection } from './connection.ts'
import { linkLimits } from './limits.ts'
import type { LinkStatistics } from './proxy.ts'

/** A disturbance of a link, as the world's contract names it. */
export type LinkDisturbance =
  | { readonly kind: 'cut' }
  | { readonly kind: 'black-hole' | 'hold'; readonly direction: StreamDirection | 'both' }
  | {
      readonly kind: 'latency'
      readonly direction: StreamDirection | 'both'
      readonly latencyMillis: number
      readonly jitterMillis: number
    }
  | {
      readonly kind: 'bandwidth'
      readonly direction: StreamDirection | 'both'
      readonly kilobytesPerSecond: number
    }
  | {
      readonly kind: 'slow-close'
      readonly direction: StreamDirection | 'both'
      readonly delayMillis: number
    }
  | {
      readonly kind: 'slicer'
      readonly direction: StreamDirection | 'both'
      readonly averageBytes: number
      readonly variationBytes: number
      readonly delayMicros: number
    }
  | {
      readonly kind: 'limit-data'
      readonly direction: StreamDirection | 'both'
      readonly bytes: number
    }
  | {
      readonly kind: 'reset-peer'
      readonly direction: StreamDirection | 'both'
      readonly afterMillis: number
    }

/** A disturbance in force. Lifting it twice is no error. */
export interface AppliedDisturbance {
  lift(): Promise<void>
}

/** One link through a proxy. */
export interface ProxiedLink {
  readonly name: string
  /** Where the end that opens connections must connect to. */
  readonly listenPort: number
  /** Leads new connections elsewhere; open ones are closed. */
  setUpstream(upstream: { readonly host?: string; readonly port: number }): Promise<void>
  /** When this resolves, the disturbance is in force on every connection. */
  disturb(disturbance: LinkDisturbance): Promise<AppliedDisturbance>
  /** Counts of this proxy; {@link LinkError} where a Toxiproxy stands in its place. */
  statistics(): Promise<LinkStatistics>
  remove(): Promise<void>
}

/** A link as its proxy describes it. */
export interface LinkDescription {
  readonly name: string
  /** The port that it listens on. */
  readonly listenPort: number
  readonly enabled: boolean
  readonly toxics: readonly string[]
}

/** Drives a link proxy, ours or a Toxiproxy, over its HTTP API. */
export interface LinkClient {
  /** What answers: ours announces itself. */
  readonly software: 'link-proxy' | 'toxiproxy'
  /** Toxics beyond those of Toxiproxy that are used. */
  readonly extraToxics: readonly string[]
  createLink(request: {
    readonly name: string
    /** Address to listen on, as the proxy sees it; 127.0.0.1 by default. */
    readonly listenHost?: string
    /** Port to listen on; 0, the default, takes a free one. */
    readonly listenPort?: number
    readonly upstream: { readonly host?: string; readonly port: number }
  }): Promise<ProxiedLink>
  /** Every link that there is, in the order of names. */
  links(): Promise<readonly LinkDescription[]>
  /** A link that is there already. @throws LinkError if there is none of this name. */
  openLink(name: string): Promise<ProxiedLink>
  /** Removes every toxic and enables every link. */
  reset(): Promise<void>
}

/** How to drive a link proxy. */
export interface LinkClientOptions {
  /** Only with what Toxiproxy documents, also where more is announced. */
  readonly plain?: boolean
}

interface RemoteToxic {
  readonly stream: StreamDirection
  readonly type: string
  readonly attributes: Readonly<Record<string, number>>
}

const loopback = '127.0.0.1'

/**
 * Connects to a link proxy.
 *
 * @param url - Base of the HTTP API, such as `http://127.0.0.1:8474`.
 * @throws {@link LinkError} if nothing answers there in time.
 */
export async function connectLinkClient(
  url: string,
  { plain = false }: LinkClientOptions = {},
): Promise<LinkClient> {
  const remote = new Toxiproxy(url)
  const version = await called('ask the link proxy for its version', remote.getVersion())
  const announced = readExtraToxics(version)
  const extraToxics = plain ? [] : announced
  return {
    software: announced.length > 0 ? 'link-proxy' : 'toxiproxy',
    extraToxics,
    createLink: async ({ name, listenHost = loopback, listenPort = 0, upstream }) => {
      const proxy = await called(
        `create the link ${name}`,
        remote.createProxy({
          name,
          listen: `${listenHost}:${listenPort}`,
          upstream: `${upstream.host ?? loopback}:${upstream.port}`,
        }),
      )
      return new RemoteLink(proxy, extraToxics)
    },
    links: async () => {
      const proxies = await called('list the links', remote.getAll())
      const described = await Promise.all(Object.values(proxies).map(describeLink))
      return described.sort(by(({ name }) => name))
    },
    openLink: async (name) =>
      new RemoteLink(await called(`find the link ${name}`, remote.get(name)), extraToxics),
    reset: () => called('reset the link proxy', remote.reset()),
  }
}

class RemoteLink implements ProxiedLink {
  readonly name: string
  readonly listenPort: number
  readonly #proxy: RemoteProxy
  readonly #listen: string
  readonly #extraToxics: readonly string[]
  #upstream: string
  #disturbances = 0
  /** Cuts in force where the proxy knows only enabled and disabled. */
  #disabledBy = new Set<number>()

  constructor(proxy: RemoteProxy, extraToxics: readonly string[]) {
    this.#proxy = proxy
    this.#extraToxics = extraToxics
    this.name = proxy.name
    this.#listen = proxy.listen
    this.#upstream = proxy.upstream
    const address = parseAddress(proxy.listen)
    if (address === undefined) throw new LinkError(`the link ${proxy.name} has no listen port`)
    this.listenPort = address.port
  }

  async setUpstream(upstream: { readonly host?: string; readonly port: number }): Promise<void> {
    this.#upstream = `${upstream.host ?? loopback}:${upstream.port}`
    await this.#update()
  }

  async disturb(disturbance: LinkDisturbance): Promise<AppliedDisturbance> {
    this.#disturbances += 1
    const ordinal = this.#disturbances
    if (disturbance.kind === 'cut' && !this.#extraToxics.includes('cut')) {
      return this.#disable(ordinal)
    }
    const applied: { remove: () => Promise<void> }[] = []
    const lift = async (): Promise<void> => {
      for (let toxic = applied.at(-1); toxic !== undefined; toxic = applied.at(-1)) {
        await toxic.remove()
        applied.pop()
      }
    }
    try {
      for (const toxic of this.#toxicsOf(disturbance)) {
        const name = `interregnum-${ordinal}-${disturbance.kind}-${toxic.stream}`
        applied.push(await this.#add({ name, toxicity: 1, ...toxic }))
      }
    } catch (error) {
      await lift()
      throw error
    }
    return { lift: once(lift) }
  }

  async statistics(): Promise<LinkStatistics> {
    if (this.#extraToxics.length === 0) {
      throw new LinkError(`the proxy of the link ${this.name} keeps no counts`)
    }
    const url = `${this.#proxy.getPath()}/interregnum`
    return called(
      `read the counts of the link ${this.name}`,
      this.#proxy.api.get<LinkStatistics>(url).then(({ data }) => data),
    )
  }

  remove(): Promise<void> {
    return called(`remove the link ${this.name}`, this.#proxy.remove())
  }

  async #add(body: RemoteToxic & { name: string; toxicity: number }) {
    // The client's types know Toxiproxy's own toxics only; it sends any type as it is.
    const request = body as unknown as ICreateToxicBody<RemoteToxic['attributes']>
    const toxic = await called(
      `add ${body.type} to the link ${this.name}`,
      this.#proxy.addToxic(request),
    )
    return {
      remove: async (): Promise<void> => {
        try {
          await called(`remove ${body.type} from the link ${this.name}`, toxic.remove())
        } catch (error) {
          if (!isNotFound(error)) throw error
        }
      },
    }
  }

  async #disable(ordinal: number): Promise<AppliedDisturbance> {
    this.#disabledBy.add(ordinal)
    await this.#update()
    return {
      lift: once(async () => {
        this.#disabledBy.delete(ordinal)
        await this.#update()
      }),
    }
  }

  async #update(): Promise<void> {
    const enabled = this.#disabledBy.size === 0
    const body = { enabled, listen: this.#listen, upstream: this.#upstream }
    await called(`update the link ${this.name}`, this.#proxy.update(body))
  }

  #toxicsOf(disturbance: LinkDisturbance): readonly RemoteToxic[] {
    if (disturbance.kind === 'cut') return [{ stream: 'downstream', type: 'cut', attributes: {} }]
    const streams: readonly StreamDirection[] =
      disturbance.direction === 'both' ? ['upstream', 'downstream'] : [disturbance.direction]
    return streams.map((stream) => ({ stream, ...this.#toxicOf(disturbance) }))
  }

  #toxicOf(disturbance: Exclude<LinkDisturbance, { kind: 'cut' }>): Omit<RemoteToxic, 'stream'> {
    const own = toxiproxyToxic(disturbance)
    if (own !== undefined) return own
    const type = disturbance.kind === 'hold' ? 'hold' : 'black_hole'
    if (this.#extraToxics.includes(type)) return { type, attributes: {} }
    if (disturbance.kind === 'black-hole') return { type: 'timeout', attributes: { timeout: 0 } }
    throw new LinkError(`the proxy of the link ${this.name} cannot hold bytes back`, {
      hint: 'Hold and release need the link proxy of Interregnum; Toxiproxy has no such toxic.',
    })
  }
}

async function describeLink(proxy: RemoteProxy): Promise<LinkDescription> {
  const { name, listen, enabled } = proxy
  const { data: toxics } = await called(
    `list the toxics of the link ${name}`,
    proxy.api.get<readonly { readonly name: string }[]>(`${proxy.getPath()}/toxics`),
  )
  const address = parseAddress(listen)
  if (address === undefined) throw new LinkError(`the link ${name} has no listen port`)
  return { name, listenPort: address.port, enabled, toxics: toxics.map((toxic) => toxic.name) }
}

/** Disturbances that are a toxic of Toxiproxy itself. */
function toxiproxyToxic(disturbance: LinkDisturbance): Omit<RemoteToxic, 'stream'> | undefined {
  switch (disturbance.kind) {
    case 'latency': {
      const { latencyMillis: latency, jitterMillis: jitter } = disturbance
      return { type: 'latency', attributes: { latency, jitter } }
    }
    case 'bandwidth':
      return { type: 'bandwidth', attributes: { rate: disturbance.kilobytesPerSecond } }
    case 'slow-close':
      return { type: 'slow_close', attributes: { delay: disturbance.delayMillis } }
    case 'slicer': {
      const { averageBytes, variationBytes, delayMicros: delay } = disturbance
      const sizes = { average_size: averageBytes, size_variation: variationBytes }
      return { type: 'slicer', attributes: { ...sizes, delay } }
    }
    case 'limit-data':
      return { type: 'limit_data', attributes: { bytes: disturbance.bytes } }
    case 'reset-peer':
      return { type: 'reset_peer', attributes: { timeout: disturbance.afterMillis } }
    case 'cut':
    case 'hold':
    case 'black-hole':
      return undefined
  }
}

function readExtraToxics(version: string): readonly string[] {
  try {
    const body = JSON.parse(version) as { interregnum?: { toxics?: unknown } } | null
    const toxics = body?.interregnum?.toxics
    return Array.isArray(toxics) ? toxics.filter((toxic) => typeof toxic === 'string') : []
  } catch {
    // Toxiproxy before 2.7 answers its bare version, which is no JSON.
    return []
  }
}

/** Runs the work once; a failed run may be tried again. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof LinkError && /status code 404$/.test(String(error.cause))
}

/** Bounds a call in time and says what was attempted when it fails. */
async function called<T>(attempt: string, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${linkLimits.clientCallMillisMax} ms`)),
      linkLimits.clientCallMillisMax,
    )
  })
  try {
    return await Promise.race([call, deadline])
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LinkError(`could not ${attempt}: ${reason}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
