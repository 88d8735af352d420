import type { RegionName } from '../history/operation.ts'
import type { Json } from '../kernel/json.ts'
import type { Micros } from '../kernel/time.ts'

/**
 * The control channel between the process world and a child Region: JSON lines, the world's on the
 * child's standard input, the child's on its standard output. It crosses no link. The child exits
 * when its standard input ends.
 */
export type ToChild =
  /** The first line. */
  | {
      readonly type: 'start'
      readonly region: RegionName
      readonly settings: Json
      /** Folder of the Region's disk; exists and belongs to it alone. */
      readonly dataFolder: string
      readonly seed: number
      readonly boot: number
      readonly wallOffsetMicros: Micros
      /** Where to connect for a peer's service: the link proxy. */
      readonly peers: Readonly<
        Record<
          RegionName,
          Readonly<Record<string, { readonly host: string; readonly port: number }>>
        >
      >
    }
  | { readonly type: 'status'; readonly id: number }
  | { readonly type: 'set-wall-offset'; readonly id: number; readonly offsetMicros: Micros }
  | {
      readonly type: 'command'
      readonly id: number
      readonly name: string
      readonly parameters: Json
    }
  | { readonly type: 'stop'; readonly id: number }

export type FromChild =
  /** Sent once, when the Region serves: the ports that it listens on at 127.0.0.1. */
  | {
      readonly type: 'ready'
      readonly apiPort: number
      readonly services: Readonly<Record<string, number>>
    }
  | { readonly type: 'result'; readonly id: number; readonly value: Json }
  | { readonly type: 'error'; readonly id: number; readonly message: string }
  /** The Region cannot go on; the child exits after it. `hint`: what to do about it. */
  | { readonly type: 'fatal'; readonly message: string; readonly hint?: string }

/**
 * The first line on a control channel over TCP, as nodes in containers have it. Nothing else is
 * heard before it. What the node has said of itself (`ready`) is said again to who comes later.
 */
export interface ControlHello {
  readonly type: 'hello'
  /** What the container's environment holds as `INTERREGNUM_CONTROL_TOKEN`. */
  readonly token: string
}
