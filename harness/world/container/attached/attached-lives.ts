import type { HttpClient } from '../../../http/http.ts'
import { undiciHttpClient } from '../../../http/undici-client.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { RegionNotReadyError, WorldError } from '../../../kernel/errors.ts'
import { type Micros, millis } from '../../../kernel/time.ts'
import type { Casualty } from '../../../target/contract.ts'
import { type ChildChannel, type ChildRequest, childChannel } from '../../process/child-channel.ts'
import type { Lives } from '../../process/child-region.ts'
import type { Endpoint } from '../../process/endpoint.ts'
import type { SoftwareLife } from '../../process/software-life.ts'
import { within } from '../../process/within.ts'
import { containerLife, stateOf } from '../container-life.ts'
import type { EngineRuntime } from '../engine-runtime.ts'

/** What the lives of an attached Region need. */
export interface AttachedLivesOptions {
  readonly engine: EngineRuntime
  readonly clock: Clock
  /** For messages, such as `Region us-east-1`. */
  readonly owner: string
  /** Its container. */
  readonly id: string
  readonly token: string
  readonly readyMillisMax: number
  /** The sum of all time travel so far. */
  readonly travelled: () => Micros
  /** Where a port of its container is reached now: a container that starts may move. */
  readonly endOf: (port: number) => Promise<Endpoint>
  /** Starts what the Region needs; resolves when that is ready. */
  readonly startDatabases: () => Promise<void>
  readonly killDatabases: () => Promise<void>
  readonly onCasualty: (casualty: Casualty) => void
  /** Called before the Region is told something that its next life has forgotten. */
  readonly onTouch: () => Promise<void>
}

/** Ports of a Region's container. */
const apiPort = 8_080
const controlPort = 8_082

/** Commands that only ask. */
const questions: ReadonlySet<string> = new Set([
  ...['status', 'messages', 'signing-keys', 'database', 'conduct', 'audit'],
  ...['disk-probe', 'dependency-probe'],
])

/** True for what the next life of a Region has forgotten. */
function disturbs(request: ChildRequest): boolean {
  if (request.type === 'command') return !questions.has(request.name)
  return request.type === 'set-wall-offset' && request.offsetMicros !== 0
}

/** One life, from when it was met. */
interface Met {
  readonly life: SoftwareLife
  readonly channel: ChildChannel
  readonly unwatch: AbortController
  /** How it misbehaved then, as it says itself. */
  readonly conduct: string
}

/**
 * The lives of a Region that was up before the run: the first is met, the next are started by the
 * engine, and the last goes on. A Region of this kind begins by itself with its own settings.
 */
export class AttachedLives implements Lives {
  readonly #options: AttachedLivesOptions
  #met: Met | undefined
  #direct: (HttpClient & AsyncDisposable) | undefined
  #skew: Micros = 0
  /** Whether this life was told something that the next one has forgotten. */
  #touched = false

  constructor(options: AttachedLivesOptions) {
    this.#options = options
  }

  get life(): SoftwareLife | undefined {
    return this.#met?.life
  }

  get direct(): HttpClient | undefined {
    return this.life?.gone === false ? this.#direct : undefined
  }

  get channel(): ChildChannel {
    if (this.#met !== undefined) return this.#met.channel
    throw new WorldError(`${this.#options.owner} was not met yet`)
  }

  /** Starts it, if it does not run; resolves when it says that it is ready. */
  async start(): Promise<void> {
    const { engine, owner, id, startDatabases, endOf } = this.#options
    await startDatabases()
    const container = engine.docker.getContainer(id)
    if ((await stateOf(container)) === 'stopped') {
      if (this.#met === undefined) throw new WorldError(`the container of ${owner} has stopped`)
      await container.start()
    }
    this.#touched = false
    const met = await this.#meet()
    this.#met = { ...met, conduct: await conductOf(met.channel) }
    await this.#direct?.[Symbol.asyncDispose]()
    const { host, port } = await endOf(apiPort)
    this.#direct = undiciHttpClient(`http://${host}:${port}`)
    if (this.#offset() !== 0) await this.applyOffset()
  }

  async settled(): Promise<void> {}

  async setSkew(skew: Micros): Promise<void> {
    this.#skew = skew
    await this.applyOffset()
  }

  async applyOffset(): Promise<void> {
    if ((await this.life?.observe()) !== 'running') return
    await this.channel.request({ type: 'set-wall-offset', offsetMicros: this.#offset() })
  }

  /**
   * Sets its clock right. True if its software is not as it was met all the same: then only a new
   * life has forgotten that.
   */
  async isDisturbed(): Promise<boolean> {
    const met = this.#met
    if (met === undefined || !this.#touched) return false
    const state = await met.life.observe()
    if (state !== 'running') return state === 'paused'
    try {
      await met.channel.request({ type: 'set-wall-offset', offsetMicros: 0 })
      return (await conductOf(met.channel)) !== met.conduct
    } catch {
      return true
    }
  }

  async dispose(): Promise<void> {
    this.#met?.life.dismiss()
    this.#met?.unwatch.abort()
    await this.#direct?.[Symbol.asyncDispose]()
  }

  #offset(): Micros {
    return this.#options.travelled() + this.#skew
  }

  async #meet(): Promise<Omit<Met, 'conduct'>> {
    const { engine, clock, owner, id, token, endOf, onTouch } = this.#options
    const { onCasualty, killDatabases } = this.#options
    const unwatch = new AbortController()
    const life = await containerLife({
      ...{ clock, owner, onCasualty },
      container: engine.docker.getContainer(id),
      control: { ...(await endOf(controlPort)), token },
      unwatched: unwatch.signal,
      alsoKill: killDatabases,
    })
    const channel = childChannel({
      ...{ clock, owner, input: life.input, output: life.output },
      onNoise: () => {},
    })
    const touching: ChildChannel = {
      ...channel,
      request: async (request, millisMax) => {
        if (disturbs(request)) {
          this.#touched = true
          await onTouch()
        }
        return channel.request(request, millisMax)
      },
    }
    void life.exited.then((how) => channel.close(`is gone (${how})`))
    await this.#ready(channel, life)
    return { life, channel: touching, unwatch }
  }

  async #ready(channel: ChildChannel, life: SoftwareLife): Promise<void> {
    const { clock, owner, readyMillisMax } = this.#options
    const ready = channel.ready.then(
      () => undefined,
      (error: Error) => error.message,
    )
    const outcome = await within(clock, millis(readyMillisMax), ready)
    if (outcome !== undefined && outcome.value === undefined) return
    const what = outcome?.value ?? `${owner} did not say that it is ready`
    throw new RegionNotReadyError(
      `${what}; it was expected to be ready within ${readyMillisMax} ms\n${await life.lastWords()}`,
      { hint: 'docker compose ps and docker compose logs show how it is' },
    )
  }
}

/** What is in force, by a command that a Region need not know. */
async function conductOf(channel: ChildChannel): Promise<string> {
  return channel.request({ type: 'command', name: 'conduct', parameters: null }).then(
    (state) => JSON.stringify(state),
    (error: unknown) => {
      if (String(error).includes('no command is called')) return ''
      throw error
    },
  )
}
