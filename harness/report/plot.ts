import type { ScaleLinear } from 'd3-scale'
import { area } from 'd3-shape'

/** From microseconds of a history to a place in a picture. */
export type TimeScale = ScaleLinear<number, number>

/** A coordinate with one decimal: finer is invisible and only makes the file longer. */
export function pixels(value: number): number {
  return Math.round(value * 10) / 10
}

/** One bar for each bin that is not empty, as one path. `''` where all are empty. */
export function binPath(
  bars: readonly { readonly from: number; readonly to: number }[],
  binMicros: number,
  x: TimeScale,
): string {
  const corners = bars.flatMap(({ from, to }, index) => {
    const filled = from !== to
    const start = x(index * binMicros)
    // A bar as wide as its bin, but never too thin to see.
    const end = Math.max(start + 1.5, x((index + 1) * binMicros) - 0.4)
    return [start, end].map((at) => ({ at, from, to, filled })).concat(gap)
  })
  const shape = area<(typeof corners)[number]>()
    .defined(({ filled }) => filled)
    .x(({ at }) => pixels(at))
    .y0(({ from }) => pixels(from))
    .y1(({ to }) => pixels(to))
    .digits(1)
  return shape(corners) ?? ''
}

/** Ends one bar, so that the next is not joined to it. */
const gap = [{ at: 0, from: 0, to: 0, filled: false }]
