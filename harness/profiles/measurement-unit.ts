/** Unit of a measurement: durations in two sizes, shares from 0 to 1, and plain numbers. */
export type MeasurementUnit = 'seconds' | 'millis' | 'share' | 'number'

/** Shares whose names do not end in a word that says so. */
const shares: ReadonlySet<string> = new Set(['lockout.locksCrossed'])

/**
 * The unit that the name of a measurement carries: `…Seconds`, `…Millis`, `millisP99`,
 * `…MillisMax`, `…share…`, `…Ratio`. What says nothing is a number without a unit.
 */
export function unitOf(measurement: string): MeasurementUnit {
  const what = measurement.slice(measurement.indexOf('.') + 1)
  if (/(?:^|\.)seconds|Seconds/.test(what)) return 'seconds'
  if (/(?:^|\.)millis|Millis/.test(what)) return 'millis'
  if (/(?:^|\.)share|Share|Ratio/.test(what) || shares.has(measurement)) return 'share'
  return 'number'
}

/** Whether the measurement is a time. */
export function isDuration(measurement: string): boolean {
  const unit = unitOf(measurement)
  return unit === 'seconds' || unit === 'millis'
}
