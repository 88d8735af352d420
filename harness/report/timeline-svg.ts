import { toSeconds } from '../kernel/time.ts'
import { html, type Markup } from './markup.ts'
import type { Timeline, TimelineBucket, TimelineFault, TimelineMoment } from './timeline.ts'

const width = 960
const labelWidth = 150
const laneHeight = 56
const rowHeight = 20
const axisHeight = 26

/** A static picture: operations of each Region over time, fault bands, moments. No script. */
export function timelineSvg(timeline: Timeline): Markup {
  const scale = (width - labelWidth - 10) / timeline.duration
  const x = (at: number): number => round(labelWidth + at * scale)
  const lanesHeight = timeline.regions.length * laneHeight
  const faultsHeight = timeline.faults.length * rowHeight
  const height = lanesHeight + faultsHeight + axisHeight + 14
  const peak = Math.max(1, ...timeline.regions.flatMap(({ buckets }) => buckets.map(totalOf)))
  return html`<svg class="timeline" role="img" aria-label="Operations and faults over time" viewBox="0 0 ${width} ${height}">
${timeline.regions.map(({ name, buckets }, index) =>
  laneOf(name, buckets, (index + 1) * laneHeight, { x, peak, bucketMicros: timeline.bucketMicros }),
)}
${timeline.faults.map((fault, index) => faultOf(fault, lanesHeight + index * rowHeight + 4, x))}
${timeline.moments.map((moment) => momentOf(moment, lanesHeight + faultsHeight + 6, x))}
${axis(timeline.duration, lanesHeight + faultsHeight + 8, x)}
</svg>`
}

function faultOf(fault: TimelineFault, top: number, x: (at: number) => number): Markup {
  const { start, end } = fault
  const left = x(start)
  const barWidth = round(Math.max(2, x(end) - left))
  const about = `${fault.fault} ${fault.kind} ${fault.regions.join(', ')}`
  return html`<text class="label" x="0" y="${top + 12}">${fault.kind}</text>
<rect class="fault" x="${left}" y="${top}" width="${barWidth}" height="${rowHeight - 4}">
<title>${about}: ${secondsOf(start)} to ${secondsOf(end)}</title></rect>
`
}

function momentOf({ at, text }: TimelineMoment, bottom: number, x: (at: number) => number): Markup {
  return html`<line class="moment" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${bottom}">
<title>${text} at ${secondsOf(at)}</title></line>
`
}

interface LaneScale {
  readonly x: (at: number) => number
  readonly peak: number
  readonly bucketMicros: number
}

function laneOf(
  name: string,
  buckets: readonly TimelineBucket[],
  base: number,
  { x, peak, bucketMicros }: LaneScale,
): Markup {
  const bars = buckets.map((bucket, index) => {
    if (totalOf(bucket) === 0) return undefined
    const left = x(index * bucketMicros)
    const barWidth = round(Math.max(1, x((index + 1) * bucketMicros) - left - 0.5))
    let y = base
    return (['ok', 'info', 'fail'] as const).map((kind) => {
      if (bucket[kind] === 0) return undefined
      const barHeight = round((bucket[kind] / peak) * (laneHeight - 10))
      y = round(y - barHeight)
      return html`<rect class="${kind}" x="${left}" y="${y}" width="${barWidth}" height="${barHeight}"><title>${bucket[kind]} ${kind}</title></rect>`
    })
  })
  return html`<text class="label" x="0" y="${base - laneHeight / 2 + 4}">${name}</text>
<line class="base" x1="${labelWidth}" x2="${width}" y1="${base}" y2="${base}"/>
${bars}
`
}

function axis(duration: number, top: number, x: (at: number) => number): readonly Markup[] {
  const ticks = 5
  return Array.from({ length: ticks + 1 }, (_, index) => {
    const at = (duration * index) / ticks
    const anchor = index === 0 ? 'start' : index === ticks ? 'end' : 'middle'
    return html`<text class="tick" text-anchor="${anchor}" x="${x(at)}" y="${top + 16}">${secondsOf(at)}</text>
`
  })
}

function totalOf({ ok, fail, info }: TimelineBucket): number {
  return ok + fail + info
}

function secondsOf(at: number): string {
  const value = toSeconds(at)
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
