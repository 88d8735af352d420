import { LinkApiError, proxyNotFound } from './api-error.ts'
import { linkLimits } from './limits.ts'
import { LinkProxy, type ProxyPorts, type ProxyRequest } from './proxy.ts'

/** Every proxy of a process, by name. */
export class ProxyCollection {
  /** Whether listeners may be reached from other machines. */
  readonly exposed: boolean
  readonly #ports: ProxyPorts
  readonly #proxies = new Map<string, LinkProxy>()

  constructor(ports: ProxyPorts, exposed = false) {
    this.#ports = ports
    this.exposed = exposed
  }

  all(): readonly LinkProxy[] {
    return [...this.#proxies.values()]
  }

  get(name: string): LinkProxy {
    const proxy = this.#proxies.get(name)
    if (proxy === undefined) throw proxyNotFound()
    return proxy
  }

  async add(request: ProxyRequest): Promise<LinkProxy> {
    if (this.#proxies.has(request.name)) throw new LinkApiError('proxy already exists', 409)
    return this.#create(request)
  }

  /** Keeps a proxy, with its toxics, that is there already with the same addresses. */
  async addOrReplace(request: ProxyRequest): Promise<LinkProxy> {
    const existing = this.#proxies.get(request.name)
    if (existing !== undefined) {
      if (!existing.differs(request)) return existing
      this.remove(request.name)
    }
    return this.#create(request)
  }

  remove(name: string): void {
    this.get(name).stop()
    this.#proxies.delete(name)
  }

  /** Enables every proxy and removes every toxic. */
  async reset(): Promise<void> {
    for (const proxy of this.all()) await proxy.reset()
  }

  /** Closes everything at once. */
  destroy(): void {
    for (const proxy of this.all()) proxy.destroy()
    this.#proxies.clear()
  }

  async #create(request: ProxyRequest): Promise<LinkProxy> {
    if (this.#proxies.size >= linkLimits.proxiesMax) {
      throw new LinkApiError(`there may be ${linkLimits.proxiesMax} proxies at most`, 400)
    }
    const proxy = new LinkProxy(request, this.#ports)
    if (request.enabled) await proxy.start()
    this.#proxies.set(request.name, proxy)
    return proxy
  }
}
