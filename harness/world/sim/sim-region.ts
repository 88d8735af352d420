import type { Role } from '../../history/line.ts'
import type { HttpClient } from '../../http/http.ts'
import { RegionNotReadyError, WorldError } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/json.ts'
import { type Instant, type Micros, millis, seconds } from '../../kernel/time.ts'
import type {
  RegionControl,
  RegionLifecycle,
  RegionPlan,
  RegionState,
  RunningRegion,
} from '../../target/contract.ts'
import type { RegionInstance } from '../../target/region.ts'
import { parseStatus, readDateHeader } from '../process/region-control.ts'
import { Generation } from './owner.ts'
import { regionPorts, type Way } from './region-ports.ts'
import type { Sim } from './run-in-sim.ts'
import type { SimDisk } from './sim-disk.ts'
import { type Serving, type SimHttpOptions, simHttpClient } from './sim-http.ts'
import { SimLink } from './sim-link.ts'
import type { Listener } from './sim-stream.ts'

/** Travel time of what crosses no link: the control channel and {@link SimRegion.direct}. */
const directLatencyMicros: Micros = 50

/** How long an orderly stop and an answer on the control channel may take. */
const controlMicrosMax: Micros = seconds(5)

export interface SimRegionOptions {
  readonly sim: Sim
  readonly plan: RegionPlan
  readonly disk: SimDisk
  readonly readyMillisMax: number
  /** The `clients→` link of the Region. */
  readonly clientLink: SimLink
  /** Every link that ends at the Region. */
  readonly incomingLinks: readonly SimLink[]
  readonly wayTo: (peer: string, service: string) => Way | undefined
  /** HTTP over the link from here to the API of another Region. */
  readonly httpTo: (peer: string) => HttpClient
}

/** A Region over all its lives: its disk, its wall clock, and the life that is on. */
export class SimRegion implements RunningRegion {
  readonly name: string
  readonly role: Role
  readonly http: HttpClient
  readonly direct: HttpClient
  readonly lifecycle: RegionLifecycle
  readonly control: RegionControl
  readonly #options: SimRegionOptions
  readonly #listeners = new Map<string, Listener>()
  #boot = 0
  #wallOffset: Micros = 0
  #generation: Generation | undefined
  #serving: Serving | undefined

  constructor(options: SimRegionOptions) {
    const { sim, plan, clientLink } = options
    const { scheduler } = sim
    this.#options = options
    this.name = plan.name
    this.role = plan.role
    const directLink = new SimLink({
      scheduler,
      random: sim.random,
      name: `direct→${plan.name}`,
      latencyMicros: directLatencyMicros,
      jitterMicros: 0,
    })
    this.http = this.httpOver(clientLink, 'link')
    this.direct = this.httpOver(directLink, 'region')
    this.lifecycle = {
      observe: async () => this.#state(),
      crash: async () => this.#kill('crash'),
      start: () => this.start(),
      pause: async () => this.#alive('pause').pause(),
      resume: async () => this.#alive('resume').resume(),
      losePower: async () => {
        this.#kill('lose power')
        this.#options.disk.losePower()
      },
      fillDisk: async () => {
        scheduler.inside('lifecycle.fillDisk')
        scheduler.trace.note(`fill the disk of ${this.name}`)
        this.#options.disk.fill()
      },
      freeDisk: async () => {
        scheduler.inside('lifecycle.freeDisk')
        scheduler.trace.note(`free the disk of ${this.name}`)
        this.#options.disk.free()
      },
      failSyncs: async () => {
        scheduler.inside('lifecycle.failSyncs')
        scheduler.trace.note(`fail the syncs of ${this.name}`)
        this.#options.disk.failSyncs(true)
      },
      mendSyncs: async () => {
        scheduler.inside('lifecycle.mendSyncs')
        scheduler.trace.note(`mend the syncs of ${this.name}`)
        this.#options.disk.failSyncs(false)
      },
    }
    this.control = {
      status: async () => {
        const value = await this.#command('status', null)
        const fields = typeof value === 'object' && value !== null ? value : {}
        return parseStatus(this.name, { ...fields, boot: this.#boot })
      },
      setWallOffset: async (offset) => {
        scheduler.inside('control.setWallOffset')
        scheduler.trace.note(`offset ${this.name} ${offset}`)
        this.#wallOffset = Math.round(offset)
      },
      readWall: () => readDateHeader(this.name, this.direct, sim.clock.timeout(controlMicrosMax)),
      command: (name, parameters) => this.#command(name, parameters),
    }
  }

  /** A client whose messages cross this link. */
  httpOver(link: SimLink, acceptedBy: SimHttpOptions['acceptedBy']): HttpClient {
    const { scheduler } = this.#options.sim
    return simHttpClient({ scheduler, link, acceptedBy, serving: () => this.#serving })
  }

  /** Who accepts streams to a service at this moment. */
  listener(service: string): Listener | undefined {
    return this.#listeners.get(service)
  }

  /**
   * Begins a new life from the disk; resolves when the Region is ready.
   *
   * @throws RegionNotReadyError if it fails to start or takes too long; WorldError if it runs.
   */
  async start(): Promise<void> {
    const { sim, plan, readyMillisMax } = this.#options
    sim.scheduler.inside('lifecycle.start')
    if (this.#generation !== undefined) {
      throw new WorldError(`Region ${this.name} is ${this.#state()}: it cannot be started again`)
    }
    const factory = plan.launch.inProcess
    if (factory === undefined) {
      throw new WorldError(`Region ${this.name} cannot be embedded: its plan names no factory`, {
        hint: 'Give the target a launch.inProcess, or use a world that it supports.',
      })
    }
    this.#boot += 1
    const generation = new Generation(sim.scheduler, `${this.name}/${this.#boot}`)
    this.#generation = generation
    const wallNow = (): Instant => sim.trueWall.now() + this.#wallOffset
    const ports = regionPorts({
      ...this.#options,
      owner: generation,
      wallNow,
      onListen: (service, listener) => this.#listeners.set(service, listener),
    })
    try {
      const instance = await this.#bounded<RegionInstance>(
        generation,
        millis(readyMillisMax),
        `start ${generation.label}`,
        () => factory(ports, plan.settings),
      )
      // A new life listens elsewhere: links are led there, which closes what led to the old one.
      if (this.#boot > 1) for (const link of this.#options.incomingLinks) link.disconnect()
      this.#serving = { owner: generation, instance, wallNow }
    } catch (cause) {
      if (this.#generation === generation) this.#kill('give up')
      throw new RegionNotReadyError(
        `Region ${this.name} was expected to be ready within ${readyMillisMax} ms: ${messageOf(cause)}`,
        { cause },
      )
    }
  }

  /** Stops in order if the Region still can, and ends its life in any case. */
  async stop(): Promise<void> {
    const serving = this.#serving
    try {
      if (serving !== undefined && this.#generation?.paused === false) {
        await this.#bounded(this.#generation, controlMicrosMax, `stop ${this.name}`, () =>
          serving.instance.close(),
        )
      }
    } finally {
      this.#kill('stop')
    }
  }

  #state(): RegionState {
    this.#options.sim.scheduler.inside('lifecycle.observe')
    if (this.#generation === undefined) return 'stopped'
    return this.#generation.paused ? 'paused' : 'running'
  }

  #alive(what: string): Generation {
    const { scheduler } = this.#options.sim
    scheduler.inside(`lifecycle.${what}`)
    if (this.#generation === undefined) {
      throw new WorldError(`Region ${this.name} is stopped: no process to ${what}`)
    }
    scheduler.trace.note(`${what} ${this.#generation.label}`)
    return this.#generation
  }

  #kill(why: string): void {
    const { scheduler } = this.#options.sim
    scheduler.inside(`lifecycle.${why}`)
    const generation = this.#generation
    if (generation === undefined) return
    scheduler.trace.note(`${why} ${generation.label}`)
    this.#generation = undefined
    this.#serving = undefined
    this.#listeners.clear()
    generation.die()
  }

  async #command(name: string, parameters: Json): Promise<Json> {
    const serving = this.#serving
    const generation = this.#generation
    if (serving === undefined || generation === undefined) {
      throw new WorldError(`Region ${this.name} is ${this.#state()}: it takes no command`)
    }
    const label = `command ${name} ${generation.label}`
    return this.#bounded(generation, controlMicrosMax, label, () =>
      serving.instance.command(name, parameters),
    )
  }

  /** Lets a life do something in an event of its own, as long as it lives and time is left. */
  #bounded<T>(
    generation: Generation,
    limit: Micros,
    label: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const { scheduler } = this.#options.sim
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => {
        end()
        reject(new WorldError(`Region ${this.name} ${what} (${label})`))
      }
      const onDeath = (): void => fail('ended meanwhile')
      const deadline = scheduler.after(limit, `${label} deadline`, () =>
        fail(`did not do it within ${limit / 1_000} ms`),
      )
      const end = (): void => {
        generation.atDeath.delete(onDeath)
        scheduler.cancel(deadline)
      }
      generation.atDeath.add(onDeath)
      scheduler.after(directLatencyMicros, label, () =>
        generation.enter(() => {
          invoke(work).then(
            (value) => {
              if (!generation.alive) return
              end()
              resolve(value)
            },
            (reason: unknown) => {
              if (!generation.alive) return
              end()
              reject(reason)
            },
          )
        }),
      )
    })
  }
}

async function invoke<T>(work: () => Promise<T>): Promise<T> {
  return work()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
