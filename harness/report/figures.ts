import type { Interval } from '../checkers/checker.ts'

/** What the figure of a measurement counts; `flag` is 0 or 1. */
export type Unit = 'count' | 'seconds' | 'millis' | 'share' | 'factor' | 'flag'

/** The unit of a measurement, by its name: the last word tells it. */
export function unitOf(measurement: string): Unit {
  const name = measurement.slice(measurement.indexOf('.') + 1)
  if (/seconds/i.test(name)) return 'seconds'
  if (/millis/i.test(name)) return 'millis'
  if (/^(?:recovered|neverFailedOver|bothIssuers|stopAccountPossible)$/.test(name)) return 'flag'
  if (/share|(?:^r|R)atio(?![a-z])|locksCrossed/.test(name)) return 'share'
  if (/factor|amplification|perSuccess/i.test(name)) return 'factor'
  return 'count'
}

/** `0.94–1.7 s`, `at least 11.2 s`, `12`, `50 %`, `2×`: three digits, each end rounded outwards. */
export function intervalText({ low, high }: Interval, unit: Unit): string {
  if (unit === 'flag') return low === high ? (low >= 1 ? 'yes' : 'no') : 'not shown'
  if (low === high) return figureText(low, unit)
  if (!Number.isFinite(high)) return low > 0 ? `at least ${figureText(low, unit, 'down')}` : 'open'
  const scale = scaleOf(high, unit)
  const from = digits(low * scale.factor, unit, 'down')
  const to = digits(high * scale.factor, unit, 'up')
  return from === to ? `${to}${scale.suffix}` : `${from}–${to}${scale.suffix}`
}

/** One figure with its unit, three significant digits; whole counts keep all of theirs. */
export function figureText(value: number, unit: Unit, towards: Rounding = 'near'): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (unit === 'flag') return value >= 1 ? 'yes' : 'no'
  const { factor, suffix } = scaleOf(value, unit)
  return `${digits(value * factor, unit, towards)}${suffix}`
}

/** A moment on the clock of a history, in microseconds: `12.345 s`. */
export function momentText(at: number): string {
  return `${(at / 1_000_000).toFixed(3)} s`
}

/** A length of time in microseconds: `340 ms`, `1.25 s`. */
export function spanText(micros: number): string {
  return figureText(micros / 1_000, 'millis')
}

/** A whole number with thousands apart: `100,000`. */
export function countText(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

type Rounding = 'near' | 'down' | 'up'

function scaleOf(value: number, unit: Unit): { readonly factor: number; readonly suffix: string } {
  if (unit === 'share') return { factor: 100, suffix: ' %' }
  if (unit === 'factor') return { factor: 1, suffix: '×' }
  if (unit !== 'seconds' && unit !== 'millis') return { factor: 1, suffix: '' }
  const inMillis = unit === 'millis' ? 1 : 1_000
  const length = Math.abs(value) * inMillis
  if (length === 0) return { factor: inMillis, suffix: unit === 'millis' ? ' ms' : ' s' }
  if (length < 1_000) return { factor: inMillis, suffix: ' ms' }
  if (length < 600_000) return { factor: inMillis / 1_000, suffix: ' s' }
  return { factor: inMillis / 60_000, suffix: ' min' }
}

function digits(value: number, unit: Unit, towards: Rounding): string {
  if (unit === 'count' && Number.isInteger(value)) return countText(value)
  if (value === 0) return '0'
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  const places = Math.max(0, 2 - exponent)
  const step = 10 ** Math.min(2 - exponent, 12)
  const shifted = exponent > 2 ? value : value * step
  const whole = { near: Math.round, down: Math.floor, up: Math.ceil }[towards](
    // What is exact but for the noise of binary fractions stays as it is.
    Math.abs(shifted - Math.round(shifted)) < 1e-6 ? Math.round(shifted) : shifted,
  )
  const plain = exponent > 2 ? countText(whole) : (whole / step).toFixed(Math.min(places, 12))
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain
}
