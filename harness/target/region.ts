import type { RegionName } from '../history/operation.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts'
import type { Clock, WallClock } from '../kernel/clock.ts'
import type { Json } from '../kernel/json.ts'
import type { Random } from '../kernel/random.ts'

/**
 * A directory of append-only files. What is appended survives a crash of the process; only what
 * is synced survives a loss of power, which drops or tears the rest.
 */
export interface Disk {
  /** Takes the bytes whole; if it rejects, none. A full disk rejects with the code `ENOSPC`. */
  append(file: string, bytes: Uint8Array): Promise<void>
  sync(file: string): Promise<void>
  /** The whole file, or undefined if there is none. */
  read(file: string): Promise<Uint8Array | undefined>
  /** Replaces the file in one durable step. */
  replace(file: string, bytes: Uint8Array): Promise<void>
}

/** One end of an ordered byte stream between Regions. Chunk boundaries mean nothing. */
export interface Connection {
  send(bytes: Uint8Array): void
  onData(listener: (bytes: Uint8Array) => void): void
  /** Called once, whatever ended the stream. */
  onClose(listener: () => void): void
  close(): void
}

/** What a Region sees of other Regions. Every stream runs over a link that can be disturbed. */
export interface Network {
  /** Accepts streams to a service of this Region, such as `replication`. */
  listen(service: string, accept: (connection: Connection) => void): Promise<void>
  /** Rejects when the peer cannot be reached; bounded by the signal. */
  connect(peer: RegionName, service: string, signal?: AbortSignal): Promise<Connection>
}

/** Runs work that leaves the event loop: in virtual time the clocks hold until it is done. */
export interface Offload {
  run<T>(work: () => Promise<T>): Promise<T>
}

/** What a Region that is a process of its own may run servers with. */
export interface HostPorts {
  /** A folder of this Region alone. */
  readonly dataFolder: string
  /** Says where at 127.0.0.1 a service of this Region listens, before the Region is ready. */
  announce(service: string, port: number): void
  /** Where a service of a peer is reached: over the link that can be disturbed. */
  addressOf(
    peer: RegionName,
    service: string,
  ): { readonly host: string; readonly port: number } | undefined
}

/** All that an embedded Region may touch. */
export interface RegionPorts {
  readonly clock: Clock
  readonly wall: WallClock
  readonly random: Random
  readonly disk: Disk
  readonly network: Network
  readonly offload: Offload
  /** Absent in virtual time. */
  readonly host?: HostPorts
}

/** One running life of a Region in this process; it ends with its process. */
export interface RegionInstance {
  handle(request: HttpRequest): Promise<HttpResponse>
  /** Commands of the control channel that concern the Region itself (see `RegionControl`). */
  command(name: string, parameters: Json): Promise<Json>
  /** Orderly stop. A crash never calls it. */
  close(): Promise<void>
}

/** Starts a Region on its ports: reads its disk, listens, and resolves when it is ready. */
export type RegionFactory = (ports: RegionPorts, settings: Json) => Promise<RegionInstance>

/** What a node that is no Region may touch: it reaches Regions over links of its own. */
export interface NodePorts extends RegionPorts {
  /** HTTP to a Region over the link `<node>→<region>`. */
  http(region: RegionName): HttpClient
}

/** Starts a node, such as a relying party or a router, on its ports. */
export type NodeFactory = (ports: NodePorts, settings: Json) => Promise<RegionInstance>
