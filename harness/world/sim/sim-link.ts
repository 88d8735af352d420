import { UsageError } from '../../kernel/errors.ts'
import type { Random } from '../../kernel/random.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { ActiveDisturbance, Direction, Disturbance } from '../../target/contract.ts'
import type { Scheduler } from './scheduler.ts'
import { type Lane, Pipe } from './sim-pipe.ts'

export interface SimLinkOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly name: string
  readonly latencyMicros: Micros
  /** Added to the latency of each parcel, uniform from 0. */
  readonly jitterMicros: Micros
}

/** Both directions of one connection over a link. */
export interface LinkConnection {
  readonly upstream: Pipe
  readonly downstream: Pipe
  /** Called at once when the link resets the connection. */
  onReset: () => void
}

interface LinkLatency {
  readonly latency: Micros
  readonly jitter: Micros
}

class SimLane implements Lane {
  holds = 0
  blackHoles = 0
  blocked: Pipe[] = []
  readonly latencies = new Set<LinkLatency>()
  readonly #options: SimLinkOptions
  readonly #stream: string

  constructor(options: SimLinkOptions, direction: string) {
    this.#options = options
    this.#stream = `link:${options.name}:${direction}`
  }

  /** Keyed by content and moment: another parcel more or less shifts no draw. */
  delay(content: number): Micros {
    const { scheduler, random, latencyMicros, jitterMicros } = this.#options
    let delay = latencyMicros
    if (jitterMicros > 0) {
      delay += random.at(this.#stream, content, scheduler.now).integer(0, jitterMicros)
    }
    let ordinal = 0
    for (const { latency, jitter } of this.latencies) {
      ordinal += 1
      delay += latency
      if (jitter > 0) {
        const stream = `${this.#stream}:${ordinal}`
        delay += random.at(stream, content, scheduler.now).integer(-jitter, jitter)
      }
    }
    return Math.max(0, delay)
  }
}

/**
 * A directed connection in virtual time. Disturbances stack: one direction is held, swallowed or
 * slowed as long as any disturbance says so, and the link is cut as long as any cut is in force.
 */
export class SimLink {
  readonly name: string
  readonly #options: SimLinkOptions
  readonly #up: SimLane
  readonly #down: SimLane
  readonly #open = new Set<LinkConnection>()
  #cuts = 0

  constructor(options: SimLinkOptions) {
    this.name = options.name
    this.#options = options
    this.#up = new SimLane(options, 'up')
    this.#down = new SimLane(options, 'down')
  }

  /** New connections are refused. */
  get refusing(): boolean {
    return this.#cuts > 0
  }

  /** One-way travel time of an undisturbed link, without jitter: what a refusal takes. */
  get latencyMicros(): Micros {
    return this.#options.latencyMicros
  }

  /** A new connection. Ask {@link refusing} first. */
  open(onReset: () => void): LinkConnection {
    const { scheduler } = this.#options
    const connection: LinkConnection = {
      upstream: new Pipe(scheduler, this.#up, `${this.name} >`),
      downstream: new Pipe(scheduler, this.#down, `${this.name} <`),
      onReset,
    }
    this.#open.add(connection)
    return connection
  }

  /** The connection came to its end by itself. */
  forget(connection: LinkConnection): void {
    this.#open.delete(connection)
  }

  /** Resets every connection and discards what is under way or held. */
  disconnect(): void {
    this.#reset(() => true)
    this.#up.blocked = []
    this.#down.blocked = []
  }

  /**
   * Puts a disturbance in force.
   *
   * @throws UsageError if a latency or jitter is negative.
   */
  disturb(disturbance: Disturbance): ActiveDisturbance {
    const { scheduler } = this.#options
    scheduler.inside('link.disturb')
    scheduler.trace.note(`disturb ${this.name} ${JSON.stringify(disturbance)}`)
    const undo = this.#apply(disturbance)
    let lifted = false
    return {
      lift: async () => {
        if (lifted) return
        lifted = true
        scheduler.inside('disturbance.lift')
        scheduler.trace.note(`lift ${this.name} ${disturbance.kind}`)
        undo()
      },
    }
  }

  #apply(disturbance: Disturbance): () => void {
    switch (disturbance.kind) {
      case 'cut':
        return this.#cut()
      case 'hold':
        return combine(this.#lanes(disturbance.direction).map(hold))
      case 'black-hole':
        return combine(this.#lanes(disturbance.direction).map((lane) => this.#blackHole(lane)))
      case 'latency': {
        const { latencyMillis, jitterMillis } = disturbance
        if (!(latencyMillis >= 0 && jitterMillis >= 0)) {
          throw new UsageError(
            `latency of link "${this.name}" is ${latencyMillis} ± ${jitterMillis} ms; neither may be negative`,
          )
        }
        const latency = { latency: millis(latencyMillis), jitter: millis(jitterMillis) }
        return combine(this.#lanes(disturbance.direction).map((lane) => slow(lane, { ...latency })))
      }
    }
  }

  #lanes(direction: Direction): SimLane[] {
    if (direction === 'both') return [this.#up, this.#down]
    return [direction === 'upstream' ? this.#up : this.#down]
  }

  #cut(): () => void {
    this.#cuts += 1
    this.disconnect()
    return () => {
      this.#cuts -= 1
    }
  }

  #blackHole(lane: SimLane): () => void {
    lane.blackHoles += 1
    return () => {
      lane.blackHoles -= 1
      // Bytes are missing from these streams for good, so no end may go on reading them.
      if (lane.blackHoles > 0) return
      const upstream = lane === this.#up
      this.#reset((connection) =>
        upstream ? connection.upstream.swallowed : connection.downstream.swallowed,
      )
    }
  }

  #reset(chosen: (connection: LinkConnection) => boolean): void {
    for (const connection of [...this.#open]) {
      if (!chosen(connection)) continue
      this.#open.delete(connection)
      connection.upstream.discard()
      connection.downstream.discard()
      connection.onReset()
    }
  }
}

function hold(lane: SimLane): () => void {
  lane.holds += 1
  return () => {
    lane.holds -= 1
    if (lane.holds > 0) return
    const { blocked } = lane
    lane.blocked = []
    for (const pipe of blocked) pipe.release()
  }
}

function slow(lane: SimLane, latency: LinkLatency): () => void {
  lane.latencies.add(latency)
  return () => lane.latencies.delete(latency)
}

function combine(undos: readonly (() => void)[]): () => void {
  return () => {
    for (const undo of undos) undo()
  }
}
