import type { WallClock } from './clock.ts'

/** The day (UTC) of a clock: `2027-05-01`. */
export function todayOf(wall: WallClock): string {
  return dayText(wall.now())
}

/**
 * The day (UTC) that lies so many days after that of a clock.
 *
 * @param days - A whole number.
 */
export function dayAfter(wall: WallClock, days: number): string {
  return dayText(wall.now() + days * 86_400_000_000)
}

function dayText(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 10)
}
