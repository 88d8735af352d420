import { type ScaleLogarithmic, scaleLinear, scaleLog } from 'd3-scale'
import { line } from 'd3-shape'
import { countText, momentText, spanText } from './figures.ts'
import type { GuessFate, GuessSample } from './guess-samples.ts'
import type { LagSample } from './lag-samples.ts'
import { html, type Markup } from './markup.ts'
import { pixels, type TimeScale } from './plot.ts'
import type { Timeline } from './timeline.ts'

const width = 960
const left = 140
const right = 14
const top = 12
const height = 150
const bottom = 24
/** Fewer make no picture; the figures stand in the tables. */
const pointsMin = 8

type Scale = ScaleLogarithmic<number, number>

/** The same time scale as the timeline above it, so that the eye can go down. */
function timeScale(timeline: Timeline): TimeScale {
  return scaleLinear([0, timeline.duration], [left, width - right])
}

/** Answer times of what users did: the median of each stretch of time, and its longest. */
export function latencySvg(timeline: Timeline, id: string): Markup | undefined {
  const lanes = timeline.lanes.map(({ name, role, bins }) => ({
    name,
    role,
    points: bins.flatMap(({ latency }, index) => {
      const median = latency.quantile(0.5)
      const at = (index + 0.5) * timeline.binMicros
      return median === undefined ? [] : [{ at, index, median, max: latency.max }]
    }),
  }))
  const all = lanes.flatMap(({ points }) => points)
  if (all.length < pointsMin) return undefined
  const x = timeScale(timeline)
  const y = logScale(all.flatMap(({ median, max }) => [median, max]))
  const drawn = lanes.map(({ name, role, points }) => {
    // A line only joins stretches that follow each other.
    const path = line<(typeof points)[number] | undefined>()
      .defined((point) => point !== undefined)
      .x((point) => pixels(x(point?.at ?? 0)))
      .y((point) => pixels(y(point?.median ?? 1)))
      .digits(1)(withGaps(points))
    const dots = points.map(
      ({ at, max }) =>
        html`<circle class="dot ${role}" cx="${pixels(x(at))}" cy="${pixels(y(max))}" r="1.6"/>`,
    )
    const alone = points.map(
      ({ at, median }) =>
        html`<circle class="ribbon ${role}" cx="${pixels(x(at))}" cy="${pixels(y(median))}" r="2"/>`,
    )
    return html`<g><title>${name}</title>${path !== null && html`<path class="curve ${role}" d="${path}"/>`}${alone}${dots}</g>`
  })
  const slowest = Math.max(...all.map(({ max }) => max))
  const words = `Median and longest answer time over time; the longest is ${spanText(slowest)}.`
  return chart(timeline, { id, title: 'Answer times', words, y }, html`${drawn}`)
}

/** Puts a gap wherever a stretch of time is missing. */
function withGaps<P extends { readonly index: number }>(points: readonly P[]): (P | undefined)[] {
  return points.flatMap((point, place) => {
    const before = points[place - 1]
    return before !== undefined && point.index - before.index > 3 ? [undefined, point] : [point]
  })
}

/** How late writes were seen on the replicas; each bar is an interval that holds the truth. */
export function lagSvg(
  timeline: Timeline,
  samples: readonly LagSample[],
  options: { readonly id: string; readonly declared: number },
): Markup | undefined {
  if (samples.length < pointsMin) return undefined
  const { id, declared } = options
  const x = timeScale(timeline)
  // Below a tenth of a millisecond nothing is worth a line of the scale.
  const ends = samples.flatMap(({ low, high }) => [Math.max(low, 100), high])
  const y = logScale([...ends, declared])
  const bars = samples.map(({ at, region, low, high }) => {
    const to = y(high)
    // Seen at the first look: only the upper end is known.
    const tall = low > 0 ? Math.max(2, y(Math.max(low, 100)) - to) : 2
    const text = `${region}: ${spanText(low)} to ${spanText(high)}, written at ${momentText(at)}`
    const tone = low > 0 ? 'lag' : 'lag first'
    return html`<rect class="${tone}" x="${pixels(x(at) - 1.2)}" y="${pixels(to)}" width="2.4" height="${pixels(tall)}"><title>${text}</title></rect>`
  })
  const limit = pixels(y(declared))
  const rule = html`<line class="limit" x1="${left}" x2="${width - right}" y1="${limit}" y2="${limit}"/><text class="tick" text-anchor="end" x="${width - right}" y="${limit - 4}">declared: ${spanText(declared)}</text>`
  const worst = samples.reduce((a, b) => (b.low > a.low ? b : a))
  const words = `${countText(samples.length)} samples; the longest is at least ${spanText(worst.low)}, declared are ${spanText(declared)}.`
  return chart(timeline, { id, title: 'Replication lag', words, y }, html`${bars}${rule}`)
}

function logScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0)
  const low = Math.min(...positive)
  const high = Math.max(...positive)
  return scaleLog([low / 1.5, Math.max(high * 1.5, low * 4)], [height - bottom, top])
}

function chart(
  timeline: Timeline,
  about: { readonly id: string; readonly title: string; readonly words: string; readonly y: Scale },
  content: Markup,
): Markup {
  const { id, title, words, y } = about
  const x = timeScale(timeline)
  const all = y.ticks(6)
  const powers = all.filter((tick) => Number.isInteger(Math.log10(tick)))
  const ticks = powers.length > 1 ? powers : all.filter((_, index) => index % 2 === 0).slice(0, 6)
  return html`<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${words}</desc>
${bands(timeline, x)}
${ticks.map((tick) => {
  const at = pixels(y(tick))
  return html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text class="tick" text-anchor="end" x="${left - 8}" y="${at + 4}">${spanText(tick)}</text>`
})}
${timeTicks(timeline, x, height - 6)}
${content}
</svg>`
}

function bands({ faults }: Timeline, x: TimeScale): Markup {
  const shown = faults.filter(({ regions }) => regions.length > 0)
  return html`${shown.map(({ start, end, unavailable }) => {
    const from = pixels(x(start))
    const tone = unavailable.length > 0 ? 'band hard' : 'band'
    return html`<rect class="${tone}" x="${from}" y="${top}" width="${pixels(Math.max(2, x(end) - from))}" height="${height - bottom - top}"/>`
  })}`
}

function timeTicks({ duration }: Timeline, x: TimeScale, baseline: number): Markup {
  const scale = scaleLinear([0, duration / 1e6], [left, width - right])
  const text = scale.tickFormat(8)
  return html`${scale.ticks(8).map((tick) => html`<text class="tick" text-anchor="middle" x="${pixels(x(tick * 1e6))}" y="${baseline}">${text(tick)} s</text>`)}`
}

const fates: readonly GuessFate[] = ['evaluated', 'locked', 'accepted', 'unknown']

/** Every guess of the attacker, by Region: what was looked at, and what a lock kept out. */
export function guessesSvg(
  timeline: Timeline,
  guesses: readonly GuessSample[],
  id: string,
): Markup | undefined {
  const lanes = [...new Set(guesses.map(laneOf))].sort()
  const first = guesses[0]
  if (first === undefined) return undefined
  const x = timeScale(timeline)
  const rowHeight = 34
  const tall = lanes.length * rowHeight + 26
  const rows = lanes.map((lane, index) => {
    const own = guesses.filter((guess) => laneOf(guess) === lane)
    const center = index * rowHeight + 20
    const counts = fates.flatMap((fate) => {
      const count = own.filter((guess) => guess.fate === fate).length
      return count === 0 ? [] : [`${count} ${fate}`]
    })
    const dots = own.map(
      ({ at, fate }) =>
        html`<circle class="guess ${fate}" cx="${pixels(x(at))}" cy="${center}" r="4"/>`,
    )
    return html`<text class="label strong" x="0" y="${center - 2}">${lane}</text><text class="tick" x="0" y="${center + 12}">${counts.join(', ')}</text>
<line class="grid" x1="${left}" x2="${width - right}" y1="${center}" y2="${center}"/>${dots}`
  })
  return html`<svg class="chart" role="img" aria-labelledby="${id}-title" viewBox="0 0 ${width} ${tall}">
<title id="${id}-title">Guesses of the attacker over time</title>
${rows}${timeTicks(timeline, x, tall - 4)}</svg>`
}

function laneOf({ region, control }: GuessSample): string {
  return control ? `${region} (control)` : region
}
