/** Places in the memory that the main thread and its watchdog share. */
export const slot = { beats: 0, armed: 1 } as const

/** Name of the global symbol under which the main thread keeps what is called when it is stuck. */
export const stuckHook = 'interregnum.stuck'

/** What the watchdog's thread starts with. */
export interface WatchdogData {
  readonly shared: Int32Array
  /** So many looks without a beat are an alarm. */
  readonly looksMax: number
}

/** A frame of the stack of what does not yield. */
export interface Frame {
  readonly name: string
  /** URL or path of the script. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** What the watchdog saw. */
export interface StuckReport {
  /** What was under way, such as `the script of black-hole`. */
  readonly what: string
  readonly frames: readonly Frame[]
  /** A signal that the main thread did not answer. */
  readonly signal?: string
}
