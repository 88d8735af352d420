import { scaleLinear } from 'd3-scale'
import { countText, momentText, spanText } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { binPath, pixels, type TimeScale } from './plot.ts'
import type { Timeline, TimelineBin, TimelineFault, TimelineLane } from './timeline.ts'

const width = 960
const left = 140
const right = 14
const ribbonHeight = 22
const laneHeight = 84
/** Part of a lane below its base line, for the reads of the harness. */
const belowHeight = 20
const rowHeight = 22
const axisHeight = 26

/** What all parts of the picture share. */
interface Frame {
  readonly timeline: Timeline
  readonly x: TimeScale
  readonly lanesTop: number
  readonly lanesBottom: number
  readonly faultsBottom: number
}

/**
 * A picture of one history without scripts: the Regions as lanes with the operations of users above
 * the base line and reads of the harness below it, faults as bands, the route of the clients as a
 * ribbon.
 *
 * @param id - Prefix of the ids in the picture, unique in the page.
 */
export function timelineSvg(timeline: Timeline, id: string): Markup {
  const x = scaleLinear([0, timeline.duration], [left, width - right])
  const lanesTop = ribbonHeight + 14
  const lanesBottom = lanesTop + timeline.lanes.length * laneHeight
  const faults = timeline.faults.filter(({ regions }) => regions.length > 0)
  const faultsBottom = lanesBottom + 6 + faults.length * rowHeight
  const frame = { timeline, x, lanesTop, lanesBottom, faultsBottom }
  const height = faultsBottom + axisHeight + (timeline.moments.length > 0 ? 18 : 0)
  return html`<svg class="timeline" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}">
<title id="${id}-title">Operations and faults over time</title>
<desc id="${id}-desc">${describe(timeline)}</desc>
${bands(frame, faults)}
${grid(frame, height)}
${ribbon(frame)}
${timeline.lanes.map((lane, index) => laneOf(frame, lane, lanesTop + index * laneHeight))}
${faults.map((fault, index) => faultRow(frame, fault, lanesBottom + 8 + index * rowHeight))}
${moments(frame, height)}
</svg>`
}

/** The picture in words, for those who hear it. */
function describe({ duration, operations, lanes, faults, routes }: Timeline): string {
  const parts = [
    `${countText(operations)} operations in ${spanText(duration)} at ${lanes.map(({ name }) => name).join(', ')}.`,
    ...faults.map(
      ({ kind, regions, start, end, healed }) =>
        `${kind}${regions.length > 0 ? ` on ${regions.join(', ')}` : ''} from ${momentText(start)} to ${healed ? momentText(end) : 'the end'}.`,
    ),
    ...routes
      .slice(1)
      .map(({ at, region }) => `Clients go to ${region} from ${momentText(at)} on.`),
  ]
  return parts.join(' ')
}

function bands({ timeline, x, lanesTop }: Frame, faults: readonly TimelineFault[]): Markup {
  return html`${faults.map((fault) =>
    timeline.lanes.map((lane, index) => {
      if (!fault.regions.includes(lane.name)) return undefined
      const hard = fault.unavailable.includes(lane.name)
      const from = pixels(x(fault.start))
      const top = lanesTop + index * laneHeight
      return html`<rect class="${hard ? 'band hard' : 'band'}" x="${from}" y="${top}" width="${pixels(Math.max(2, x(fault.end) - from))}" height="${laneHeight - 8}"/>`
    }),
  )}`
}

function grid({ timeline, x, lanesTop, faultsBottom }: Frame, height: number): Markup {
  const scale = scaleLinear([0, timeline.duration / 1e6], [left, width - right])
  const ticks = scale.ticks(8)
  const text = scale.tickFormat(8)
  const top = height - (timeline.moments.length > 0 ? 18 : 0)
  return html`${ticks.map((tick) => {
    const at = pixels(x(tick * 1e6))
    return html`<line class="grid" x1="${at}" x2="${at}" y1="${lanesTop - 4}" y2="${faultsBottom + 4}"/><text class="tick" text-anchor="middle" x="${at}" y="${top - 8}">${text(tick)} s</text>`
  })}`
}

/** Where clients were routed, as a strip above the lanes. */
function ribbon({ timeline, x }: Frame): Markup | undefined {
  const { routes, duration, lanes } = timeline
  if (routes.length === 0) return undefined
  const pieces = routes.map(({ at, region }, index) => {
    const from = pixels(x(at))
    const wide = pixels(Math.max(1, x(routes[index + 1]?.at ?? duration) - from - 1))
    const role = lanes.find(({ name }) => name === region)?.role ?? 'node'
    const fits = wide > region.length * 7 + 10
    return html`<rect class="ribbon ${role}" x="${from}" y="2" width="${wide}" height="${ribbonHeight - 4}" rx="3">
<title>clients go to ${region} from ${momentText(at)}</title></rect>
${fits && html`<text class="on" x="${from + 7}" y="15">${region}</text>`}`
  })
  return html`<text class="label" x="0" y="15">clients go to</text>${pieces}`
}

function laneOf(frame: Frame, lane: TimelineLane, top: number): Markup {
  const base = top + laneHeight - 8 - belowHeight
  const totals = lane.bins.reduce((sum, bin) => sum + usersOf(bin), 0)
  const draw = lane.singles === undefined ? density : singles
  return html`<text class="label strong" x="0" y="${top + 22}">${shorten(lane.name, 20)}</text>
<text class="tick" x="0" y="${top + 38}">${lane.role}</text>
<text class="tick" x="0" y="${top + 53}">${countText(totals)} by users</text>
${draw(frame, lane, base, base - top - 6)}
${reads(frame, lane, base)}
<line class="base" x1="${left}" x2="${width - right}" y1="${base}" y2="${base}"/>
`
}

const outcomes = ['ok', 'fail', 'info'] as const

/** Operations of users in each stretch of time, stacked by outcome. */
function density({ timeline, x }: Frame, lane: TimelineLane, base: number, room: number): Markup {
  const peak = Math.max(1, ...timeline.lanes.flatMap(({ bins }) => bins.map(usersOf)))
  // Square roots: a single unanswered request stays visible beside a burst of hundreds.
  const y = (count: number): number => Math.sqrt(count / peak) * room
  const below = lane.bins.map(() => 0)
  return html`${outcomes.map((outcome) => {
    const bars = lane.bins.map((bin, index) => {
      const from = below[index] ?? 0
      const to = from + bin[outcome]
      below[index] = to
      return { from: base - y(from), to: base - y(to) }
    })
    const path = binPath(bars, timeline.binMicros, x)
    return path !== '' && html`<path class="${outcome}" d="${path}"/>`
  })}`
}

/** Each operation by itself, one row above the other where they overlap. */
function singles({ x }: Frame, lane: TimelineLane, base: number, room: number): Markup {
  const rows: number[] = []
  const rowsMax = 6
  const high = room / rowsMax
  const sorted = [...(lane.singles ?? [])].sort((a, b) => a.start - b.start || a.end - b.end)
  return html`${sorted.map(({ operation, text, start, end, outcome }) => {
    const from = pixels(x(start))
    const wide = pixels(Math.max(2.5, x(end) - from))
    const free = rows.findIndex((until) => until <= from)
    const row = free >= 0 ? free : Math.min(rows.length, rowsMax - 1)
    rows[row] = from + wide + 0.5
    const title = `${operation} ${text}: ${outcome} after ${spanText(end - start)}`
    return html`<rect class="${outcome}" x="${from}" y="${pixels(base - (row + 1) * high)}" width="${wide}" height="${pixels(high - 1.5)}"><title>${title}</title></rect>`
  })}`
}

/** Reads of the harness, below the line. */
function reads({ timeline, x }: Frame, lane: TimelineLane, base: number): Markup | false {
  const peak = Math.max(1, ...timeline.lanes.flatMap(({ bins }) => bins.map((bin) => bin.reads)))
  const bars = lane.bins.map((bin) => ({
    from: base + 1,
    to: base + 1 + Math.sqrt(bin.reads / peak) * (belowHeight - 3),
  }))
  const path = binPath(bars, timeline.binMicros, x)
  return path !== '' && html`<path class="reads" d="${path}"/>`
}

function faultRow({ x }: Frame, fault: TimelineFault, top: number): Markup {
  const { kind, start, end, healed } = fault
  const regions = fault.unavailable.length > 0 ? fault.unavailable : fault.regions
  const from = pixels(x(start))
  const wide = pixels(Math.max(3, x(end) - from))
  const until = healed ? momentText(end) : 'the end'
  const text = `${regions.join(', ')}, ${spanText(end - start)}`
  const baseline = top + 13
  return html`<text class="label" x="0" y="${baseline}">${shorten(kind, 21)}</text>
<rect class="${fault.unavailable.length > 0 ? 'fault hard' : 'fault'}" x="${from}" y="${top + 2}" width="${wide}" height="${rowHeight - 8}" rx="2">
<title>${kind} on ${regions.join(', ')}: ${momentText(start)} to ${until}</title></rect>
${beside(text, { from, wide, baseline })}
`
}

/** Words in a bar where it is wide enough, otherwise behind it, otherwise before it. */
function beside(
  text: string,
  { from, wide, baseline }: { from: number; wide: number; baseline: number },
): Markup {
  const needed = text.length * 6.2 + 12
  if (wide > needed) return html`<text class="on" x="${from + 6}" y="${baseline}">${text}</text>`
  const after = pixels(from + wide + 6)
  if (after + needed < width) {
    return html`<text class="tick" x="${after}" y="${baseline}">${text}</text>`
  }
  const before = pixels(from - 6)
  return html`<text class="tick" text-anchor="end" x="${before}" y="${baseline}">${text}</text>`
}

/** Marks below the axis; the words of those that stand too close give way. */
function moments({ timeline, x, lanesTop, faultsBottom }: Frame, height: number): Markup {
  let free = 0
  const placed = timeline.moments.map(({ at, text }) => {
    const center = x(at)
    const half = (text.length * 6) / 2
    const start = Math.min(Math.max(center - half, left), width - 2 * half)
    const shown = start >= free
    if (shown) free = start + 2 * half + 14
    return { at, text, center: pixels(center), start: pixels(start), shown }
  })
  return html`${placed.map(
    ({ at, text, center, start, shown }) =>
      html`<line class="moment" x1="${center}" x2="${center}" y1="${lanesTop}" y2="${faultsBottom + 2}"><title>${text} at ${momentText(at)}</title></line>${shown && html`<text class="tick mark" x="${start}" y="${height - 4}">${text}</text>`}`,
  )}`
}

/** Operations of users and probes. */
export function usersOf({ ok, fail, info }: TimelineBin): number {
  return ok + fail + info
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
