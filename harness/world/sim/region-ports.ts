import type { HttpClient } from '../../http/http.ts'
import type { WallClock } from '../../kernel/clock.ts'
import { LinkError } from '../../kernel/errors.ts'
import type { Random } from '../../kernel/random.ts'
import type { Instant } from '../../kernel/time.ts'
import type { Connection, Network, NodePorts, Offload } from '../../target/region.ts'
import { holdClock } from './offload.ts'
import type { Owner } from './owner.ts'
import type { Sim } from './run-in-sim.ts'
import { simClock } from './sim-clock.ts'
import type { SimDisk } from './sim-disk.ts'
import type { SimLink } from './sim-link.ts'
import { type Listener, openStream } from './sim-stream.ts'

/** A way from one Region to a service of another. */
export interface Way {
  readonly link: SimLink
  readonly listener: () => Listener | undefined
}

export interface RegionPortsOptions {
  readonly sim: Sim
  /** The life that the ports belong to: when it ends, they do nothing any more. */
  readonly owner: Owner
  readonly disk: SimDisk
  /** True time plus the Region's offset. */
  readonly wallNow: () => Instant
  readonly wayTo: (peer: string, service: string) => Way | undefined
  readonly onListen: (service: string, listener: Listener) => void
  /** HTTP to another Region over the link that leads there from here. */
  readonly httpTo: (peer: string) => HttpClient
}

/**
 * The ports of one life of a Region. After its end nothing leaves them: what would wait waits for
 * ever, clocks stand, and draws give the same values but leave no trace.
 */
export function regionPorts(options: RegionPortsOptions): NodePorts {
  const { sim, owner, disk } = options
  return {
    clock: simClock(sim.scheduler, owner),
    wall: regionWall(options),
    random: regionRandom(
      owner,
      sim.random.scope(owner.label),
      sim.untracedRandom.scope(owner.label),
    ),
    disk: disk.open(owner),
    network: regionNetwork(options),
    offload: regionOffload(sim, owner),
    http: (peer) => ownedHttp(owner, options.httpTo(peer)),
  }
}

/** A client whose answers reach one life only: a pause defers them, death drops them. */
function ownedHttp(owner: Owner, client: HttpClient): HttpClient {
  return {
    send: (request, signal) => {
      if (!owner.alive) return new Promise(() => {})
      return new Promise((resolve, reject) => {
        client.send(request, signal).then(
          (response) => owner.enter(() => resolve(response)),
          (error: unknown) => owner.enter(() => reject(error)),
        )
      })
    },
  }
}

function regionWall({ sim, owner, wallNow }: RegionPortsOptions): WallClock {
  let last: Instant = 0
  return {
    now: () => {
      sim.scheduler.inside('wall.now')
      if (owner.alive) last = wallNow()
      return last
    },
  }
}

function regionRandom(owner: Owner, traced: Random, untraced: Random): Random {
  return {
    at: (stream, process, ordinal) =>
      (owner.alive ? traced : untraced).at(stream, process, ordinal),
    scope: (name) => regionRandom(owner, traced.scope(name), untraced.scope(name)),
  }
}

function regionOffload(sim: Sim, owner: Owner): Offload {
  return {
    run: <T>(work: () => Promise<T>): Promise<T> => {
      sim.scheduler.inside('offload.run')
      if (!owner.alive) return new Promise(() => {})
      return holdClock(sim.scheduler, 'offload.run', work, 'outside')
    },
  }
}

function regionNetwork({ sim, owner, wayTo, onListen }: RegionPortsOptions): Network {
  const { scheduler } = sim
  return {
    listen: async (service, accept: (connection: Connection) => void) => {
      scheduler.inside('network.listen')
      if (owner.alive) onListen(service, { owner, accept })
    },
    connect: (peer, service, signal) => {
      scheduler.inside('network.connect')
      if (!owner.alive) return new Promise(() => {})
      const way = wayTo(peer, service)
      if (way === undefined) {
        return Promise.reject(new LinkError(`no link leads from here to ${service} of ${peer}`))
      }
      return openStream({ scheduler, near: owner, signal, ...way })
    },
  }
}
