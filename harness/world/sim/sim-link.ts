import { UsageError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { ActiveDisturbance, Direction, Disturbance } from '../../target/contract.ts'
import { type LaneOptions, SimLane } from './sim-lane.ts'
import { Pipe } from './sim-pipe.ts'

/** Both directions of one connection over a link. */
export interface LinkConnection {
  readonly upstream: Pipe
  readonly downstream: Pipe
  /** Called at once when the link resets the connection. */
  onReset: () => void
}

/**
 * A directed connection in virtual time. Disturbances stack: one direction is held, swallowed or
 * slowed as long as one disturbance says so, and the link is cut as long as one cut is in force.
 */
export class SimLink {
  readonly name: string
  readonly #options: LaneOptions
  readonly #up: SimLane
  readonly #down: SimLane
  readonly #open = new Set<LinkConnection>()
  #cuts = 0

  constructor(options: LaneOptions) {
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
      upstream: new Pipe(scheduler, this.#up, `${this.name} >`, () => this.#break(connection)),
      downstream: new Pipe(scheduler, this.#down, `${this.name} <`, () => this.#break(connection)),
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
   * @throws UsageError if one of its numbers is out of bounds.
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
      default:
        checkNumbers(this.name, disturbance)
        return this.#pace(disturbance)
    }
  }

  /** What passes, but later, in smaller pieces or not to its end. */
  #pace(disturbance: Paced): () => void {
    const lanes = this.#lanes(disturbance.direction)
    switch (disturbance.kind) {
      case 'latency': {
        const { latencyMillis, jitterMillis } = disturbance
        const latency = { latency: millis(latencyMillis), jitter: millis(jitterMillis) }
        return combine(lanes.map((lane) => added(lane.latencies, { ...latency })))
      }
      case 'bandwidth':
        return this.#hurrying(lanes, (lane) => added(lane.bandwidths, { ...disturbance }))
      case 'slicer':
        return this.#hurrying(lanes, (lane) => added(lane.slicers, { ...disturbance }))
      case 'slow-close':
        return this.#hurrying(lanes, (lane) => added(lane.closeDelays, { ...disturbance }))
      case 'limit-data':
        return combine(lanes.map((lane) => added(lane.limits, { ...disturbance })))
      case 'reset-peer':
        return combine(
          lanes.map((lane) => {
            const undo = added(lane.resets, { ...disturbance })
            return () => {
              undo()
              if (lane.resets.size === 0) this.#resetSwallowed(lane)
            }
          }),
        )
    }
  }

  /** When it is lifted, what waits leaves at once. */
  #hurrying(lanes: readonly SimLane[], put: (lane: SimLane) => () => void): () => void {
    const undo = combine(lanes.map(put))
    return () => {
      undo()
      for (const { upstream, downstream } of this.#open) {
        if (lanes.includes(this.#up)) upstream.hurry()
        if (lanes.includes(this.#down)) downstream.hurry()
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
      if (lane.blackHoles === 0) this.#resetSwallowed(lane)
    }
  }

  /** Bytes are missing from these streams for good, so no end may go on reading them. */
  #resetSwallowed(lane: SimLane): void {
    const upstream = lane === this.#up
    this.#reset((connection) =>
      upstream ? connection.upstream.swallowed : connection.downstream.swallowed,
    )
  }

  #break(connection: LinkConnection): void {
    this.#reset((open) => open === connection)
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

function added<T>(all: Set<T>, entry: T): () => void {
  all.add(entry)
  return () => all.delete(entry)
}

function combine(undos: readonly (() => void)[]): () => void {
  return () => {
    for (const undo of undos) undo()
  }
}

type Paced = Exclude<Disturbance, { kind: 'cut' | 'hold' | 'black-hole' }>

/** Bounds that every world keeps. */
function checkNumbers(link: string, disturbance: Paced): void {
  for (const [field, value] of Object.entries(disturbance)) {
    if (typeof value !== 'number') continue
    const min = field === 'kilobytesPerSecond' || field === 'averageBytes' ? 1 : 0
    if (value >= min) continue
    throw new UsageError(
      `"${field}" of ${disturbance.kind} on link "${link}" is ${value}; it must be at least ${min}`,
    )
  }
}
