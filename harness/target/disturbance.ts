import type { Micros } from '../kernel/time.ts'

/** Direction in Toxiproxy's words: upstream is from the end that opened the connection. */
export type Direction = 'upstream' | 'downstream' | 'both'

export type Disturbance =
  /** Refuses new connections, resets open ones, discards what the link holds. */
  | { readonly kind: 'cut' }
  /** Connections stay open, bytes vanish; one direction only is the fault `one-way`. */
  | { readonly kind: 'black-hole'; readonly direction: Direction }
  /** Bytes are kept in order until released; a `cut` meanwhile discards them. */
  | { readonly kind: 'hold'; readonly direction: Direction }
  | {
      readonly kind: 'latency'
      readonly direction: Direction
      readonly latencyMillis: number
      readonly jitterMillis: number
    }
  /** At most so many thousand bytes a second on each connection; a whole number from 1. */
  | {
      readonly kind: 'bandwidth'
      readonly direction: Direction
      readonly kilobytesPerSecond: number
    }
  /** Bytes pass at once, the end of a connection later. */
  | { readonly kind: 'slow-close'; readonly direction: Direction; readonly delayMillis: number }
  /** Bytes leave in slices of `averageBytes` ± `variationBytes`, this long apart. */
  | {
      readonly kind: 'slicer'
      readonly direction: Direction
      readonly averageBytes: number
      readonly variationBytes: number
      readonly delayMicros: Micros
    }
  /** A connection ends after so many bytes; what follows is discarded. */
  | { readonly kind: 'limit-data'; readonly direction: Direction; readonly bytes: number }
  /** A connection is reset this long after its next bytes, which are discarded. */
  | { readonly kind: 'reset-peer'; readonly direction: Direction; readonly afterMillis: number }

/** A disturbance that is in force. Lifting it twice is no error. */
export interface ActiveDisturbance {
  lift(): Promise<void>
}

/** How a world takes a Region from everybody where it ends no process. */
export interface RegionLoss {
  /** Whatever reaches below the links; nothing where only links can be cut. */
  begin(): Promise<ActiveDisturbance>
  /** Looks past every link; absent where there is nothing but the links to look at. */
  readonly isLost?: () => Promise<boolean>
}
