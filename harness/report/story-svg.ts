import { momentText, spanText } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { pixels } from './plot.ts'
import type { Story, StoryEvent } from './story.ts'

const width = 860
const timeWidth = 84
const clientX = 150
const top = 34
const rowHeights = { ask: 32, answer: 30, fault: 26, route: 26 } as const
/** A pause that is longer gets a line of its own, in microseconds. */
const pauseMicrosMin = 100_000
const pauseHeight = 20

interface Row {
  readonly event: StoryEvent
  readonly y: number
  /** Since the event before it, where that is long. */
  readonly pause: number | undefined
}

/** A message diagram: the client, the Regions, and what went between them, from top to bottom. */
export function storySvg(story: Story, id: string): Markup {
  const rows = place(story.events)
  const height = (rows.at(-1)?.y ?? top) + 22
  const laneX = placesOf(story.lanes)
  return html`<svg class="story" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}">
<title id="${id}-title">The operations behind: ${story.finding.message}</title>
<desc id="${id}-desc">${storyLines(story).join('. ')}.</desc>
${heads(laneX, height)}
${outages(story, rows, laneX, height)}
${rows.map((row, index) => rowOf(row, laneX, rows[index - 1]?.event))}
</svg>`
}

/** The story as sentences, one for each event. */
export function storyLines({ events }: Story): readonly string[] {
  return events.map((event) => {
    const at = momentText(event.at)
    if (event.kind === 'ask') return `${at}: ${event.operation} to ${event.lane}: ${event.text}`
    if (event.kind === 'answer') return `${at}: ${event.lane} to ${event.operation}: ${event.text}`
    return `${at}: ${event.text}`
  })
}

function place(events: readonly StoryEvent[]): readonly Row[] {
  let y = top
  let before: number | undefined
  return events.map((event) => {
    const since = before === undefined ? 0 : event.at - before
    const pause = since >= pauseMicrosMin ? since : undefined
    before = event.at
    y += rowHeights[event.kind] + (pause === undefined ? 0 : pauseHeight)
    return { event, y, pause }
  })
}

function placesOf(lanes: readonly string[]): ReadonlyMap<string, number> {
  const room = width - 80 - clientX
  return new Map(
    lanes.map((lane, index) => [lane, pixels(clientX + (room * (index + 1)) / lanes.length)]),
  )
}

function heads(laneX: ReadonlyMap<string, number>, height: number): Markup {
  return html`${[['client', clientX] as const, ...laneX].map(
    ([name, x]) =>
      html`<line class="life" x1="${x}" x2="${x}" y1="26" y2="${height - 4}"/><text class="label strong" text-anchor="middle" x="${x}" y="16">${name}</text>\n`,
  )}`
}

/** The time in which a Region could not answer, on its line. */
function outages(
  { lanes }: Story,
  rows: readonly Row[],
  laneX: ReadonlyMap<string, number>,
  height: number,
): Markup {
  return html`${lanes.map((lane) => {
    const x = laneX.get(lane) ?? 0
    const touching = rows.filter(
      ({ event }) => event.kind === 'fault' && event.unavailable.includes(lane),
    )
    return touching.map(({ event, y }, index) => {
      if (event.kind !== 'fault' || !event.begins) return undefined
      const until = touching[index + 1]?.y ?? height - 4
      return html`<rect class="band hard" x="${x - 7}" y="${y - 8}" width="14" height="${until - y}"/>`
    })
  })}`
}

function rowOf(
  { event, y, pause }: Row,
  laneX: ReadonlyMap<string, number>,
  before: StoryEvent | undefined,
): Markup {
  const later =
    pause !== undefined &&
    html`<text class="tick" x="${clientX + 8}" y="${y - rowHeights[event.kind] + 4}">⋮ ${spanText(pause)} later</text>`
  const time = html`<text class="tick" text-anchor="end" x="${timeWidth}" y="${y + 4}">${momentText(event.at)}</text>`
  if (event.kind === 'ask' || event.kind === 'answer') {
    const lane = laneX.get(event.lane) ?? width
    return html`${later}${time}${arrow(event, { y, lane, apart: isApart(event, before) })}`
  }
  const tone = event.kind === 'fault' ? 'hurt' : 'route'
  return html`${later}${time}<rect class="stripe ${tone}" x="${clientX - 12}" y="${y - 11}" width="${width - clientX - 30}" height="20" rx="3"/><text class="label" x="${clientX}" y="${y + 3}">${event.text}</text>
`
}

function arrow(
  event: Extract<StoryEvent, { kind: 'ask' | 'answer' }>,
  { y, lane, apart }: { readonly y: number; readonly lane: number; readonly apart: boolean },
): Markup {
  const asks = event.kind === 'ask'
  const tone = asks ? 'ask' : event.outcome
  const tip = asks ? lane - 2 : clientX + 2
  const back = asks ? -8 : 8
  const text = asks || apart ? `${event.operation}  ${event.text}` : event.text
  const lost = !asks && event.outcome === 'info'
  // An answer that never came ends on its way.
  const end = lost ? (clientX + lane) / 2 : tip
  const start = asks ? clientX + 2 : lane - 2
  const head = lost
    ? html`<path class="head ${tone}" d="M${end - 5} ${y - 5}l10 10m0-10l-10 10"/>`
    : html`<path class="head ${tone}" d="M${tip + back} ${y - 4}L${tip} ${y}L${tip + back} ${y + 4}"/>`
  return html`<line class="message ${tone}" x1="${start}" x2="${end}" y1="${y}" y2="${y}"/>${head}<text class="${asks ? 'label' : `label reply ${tone}`}" x="${clientX + 14}" y="${y - 6}">${clip(text)}</text>
`
}

/** True for an answer that does not follow its question at once: then it says which it answers. */
function isApart(event: StoryEvent, before: StoryEvent | undefined): boolean {
  if (event.kind !== 'answer') return false
  return before?.kind !== 'ask' || before.operation !== event.operation
}

/** Longer words would run out of the picture; the text below it has all of them. */
function clip(text: string): string {
  const longest = 104
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}
