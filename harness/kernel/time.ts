/** A duration or a point of the monotonic clock, in whole microseconds. */
export type Micros = number

/** A point of wall-clock time: whole microseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** Milliseconds as microseconds. */
export const millis = (value: number): Micros => Math.round(value * 1_000)

/** Seconds as microseconds. */
export const seconds = (value: number): Micros => Math.round(value * 1_000_000)

/** Microseconds as fractional milliseconds, for people. */
export const toMillis = (value: Micros): number => value / 1_000

/** Microseconds as fractional seconds, for people. */
export const toSeconds = (value: Micros): number => value / 1_000_000
