import { scaleLinear } from 'd3-scale'
import { html, type Markup } from './markup.ts'
import type { LegendEntry } from './parts.ts'
import { pixels } from './plot.ts'
import type { Timeline } from './timeline.ts'

const width = 144
const height = 18
const switchRadius = 3.5

/** What the colours of a course stand for. */
export const stripKeys: readonly LegendEntry[] = [
  { tone: 'swatch hard', text: 'Region unavailable' },
  { tone: 'swatch soft', text: 'other fault' },
  { tone: 'info', text: 'no answer to a user', shape: 'line' },
  { tone: 'ribbon primary', text: 'clients go to another Region', shape: 'circle' },
]

/** The course of a scenario in one line: faults, failed operations, switches of the route. */
export function stripSvg(timeline: Timeline): Markup {
  const x = scaleLinear([0, timeline.duration], [0, width])
  const faults = timeline.faults.filter(({ regions }) => regions.length > 0)
  const failed = new Set<number>()
  for (const { bins } of timeline.lanes) {
    for (const [index, { info }] of bins.entries()) {
      if (info > 0) failed.add(Math.round(x((index + 0.5) * timeline.binMicros)))
    }
  }
  return html`<svg class="strip" viewBox="0 0 ${width} ${height}" aria-hidden="true" preserveAspectRatio="none"><rect class="track" x="0" y="7" width="${width}" height="4"/>${faults.map(
    ({ start, end, unavailable }) =>
      html`<rect class="${unavailable.length > 0 ? 'fault hard' : 'fault'}" x="${pixels(x(start))}" y="4" width="${pixels(Math.max(1.5, x(end) - x(start)))}" height="10" opacity=".75"/>`,
  )}${[...failed].map((at) => html`<rect class="info" x="${at}" y="0" width="1.5" height="${height}"/>`)}${timeline.routes
    .slice(1)
    .map(
      ({ at }) =>
        html`<circle class="ribbon primary" cx="${pixels(Math.min(x(at), width - switchRadius))}" cy="9" r="${switchRadius}"/>`,
    )}</svg>`
}
