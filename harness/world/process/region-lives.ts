import type { HttpClient } from '../../http/http.ts'
import { undiciHttpClient } from '../../http/undici-client.ts'
import { WorldError } from '../../kernel/errors.ts'
import type { Micros } from '../../kernel/time.ts'
import type { ChildChannel, ReadyMessage } from './child-channel.ts'
import type { Endpoint } from './endpoint.ts'
import {
  type RegionProcess,
  type RegionProcessOptions,
  startRegionProcess,
} from './region-process.ts'
import type { SoftwareLife } from './software-life.ts'

/** What the lives of one Region need. */
export interface RegionLivesOptions extends Omit<RegionProcessOptions, 'onExit'> {
  /** The sum of all time travel so far. */
  readonly travelled: () => Micros
  /** The Region listens there now: links are led there. */
  readonly onReady: (ports: ReadyMessage) => Promise<void>
  /** The Region's process is gone: its ports may soon belong to somebody else. */
  readonly onGone: () => Promise<void>
  /** Where its API is reached from here, past every link. */
  readonly directUrl: (ports: ReadyMessage) => string
  /** The same for whoever does not speak HTTP. */
  readonly directAddress?: (ports: ReadyMessage) => Endpoint
  /** No life will follow. */
  readonly onDisposed: () => Promise<void>
}

/** The lives of one Region, one after the other, on the same disk. */
export class RegionLives {
  readonly #options: RegionLivesOptions
  #current: RegionProcess | undefined
  #direct: (HttpClient & AsyncDisposable) | undefined
  #address: Endpoint | undefined
  #skew: Micros = 0
  #boot = 0
  #disposed = false
  #starting: Promise<void> = Promise.resolve()
  #leaving: Promise<void> = Promise.resolve()

  constructor(options: RegionLivesOptions) {
    this.#options = options
  }

  /** The newest life, also after its end; undefined before the first. */
  get life(): SoftwareLife | undefined {
    return this.#current?.life
  }

  /** HTTP straight to the newest life; undefined while there is none. */
  get direct(): HttpClient | undefined {
    return this.life?.gone === false ? this.#direct : undefined
  }

  /** Where the newest life listens; undefined while there is none. */
  get address(): Endpoint | undefined {
    return this.life?.gone === false ? this.#address : undefined
  }

  /** The control channel of the newest life. */
  get channel(): ChildChannel {
    if (this.#current === undefined) {
      throw new WorldError(`Region ${this.#options.plan.name} was never started`)
    }
    return this.#current.channel
  }

  /** Begins the next life; resolves when it is ready and its links lead to it. */
  start(): Promise<void> {
    this.#starting = this.#begin()
    return this.#starting
  }

  /** Resolves when the end of the last life was noted. */
  settled(): Promise<void> {
    return this.#leaving
  }

  /** @param skew - Offset of this Region's wall clock against true time. */
  setSkew(skew: Micros): Promise<void> {
    this.#skew = skew
    return this.applyOffset()
  }

  /**
   * Tells the Region its offset. A stopped one gets it with its next start, a paused one when it
   * resumes.
   */
  async applyOffset(): Promise<void> {
    if ((await this.life?.observe()) !== 'running') return
    await this.channel.request({ type: 'set-wall-offset', offsetMicros: this.#offset() })
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    // A start under way ends at once when its process is gone.
    await this.#current?.stop()
    await this.#starting.catch(() => {})
    await this.#current?.stop()
    await this.#leaving
    await this.#options.onDisposed()
    await this.#direct?.[Symbol.asyncDispose]()
  }

  #offset(): Micros {
    return this.#options.travelled() + this.#skew
  }

  async #begin(): Promise<void> {
    const { plan, onGone, onReady, directUrl } = this.#options
    if (this.#disposed) {
      throw new WorldError(`Region ${plan.name} belongs to a stack that was stopped`)
    }
    await this.#leaving
    this.#boot += 1
    const onExit = (): void => {
      this.#leaving = onGone().catch(() => {})
    }
    const options = { ...this.#options, onExit }
    const started = await startRegionProcess(options, this.#boot, this.#offset())
    this.#current = started
    if (this.#disposed) await started.life.kill()
    const ports = await started.ready()
    await this.#direct?.[Symbol.asyncDispose]()
    this.#direct = undiciHttpClient(directUrl(ports))
    this.#address = this.#options.directAddress?.(ports)
    await onReady(ports)
  }
}
