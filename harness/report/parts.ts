import type { Verdict } from '../verdict/verdict.ts'
import { countText } from './figures.ts'
import { html, type Insertable, type Markup } from './markup.ts'

/** A column of a table; figures stand on the right. */
export interface Column {
  readonly title: string
  readonly figures?: boolean
}

/** Text columns by their titles; a title that begins with `#` is a column of figures. */
export function columns(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) =>
    title.startsWith('#') ? { title: title.slice(1), figures: true } : { title },
  )
}

/**
 * A table that scrolls by itself where the page is narrow, reachable by keyboard. The first cell of
 * a row is its heading. A column in which nothing stands takes no room, nor does a table without
 * rows.
 */
export function dataTable(
  label: string,
  allHeads: readonly Column[],
  rows: readonly (readonly Insertable[])[],
): Markup | undefined {
  if (rows.length === 0) return undefined
  const filled = allHeads.map((_, index) => index === 0 || rows.some((row) => !isEmpty(row[index])))
  const heads = allHeads.filter((_, index) => filled[index])
  const cell = (content: Insertable, index: number): Markup => {
    if (index === 0) return html`<th scope="row">${content}</th>`
    if (heads[index]?.figures === true) return html`<td class="number">${content}</td>`
    return html`<td>${content}</td>`
  }
  return scroll(
    label,
    html`<table>
${tableHead(heads)}
<tbody>
${rows.map((row) => html`<tr>${row.filter((_, index) => filled[index]).map(cell)}</tr>\n`)}</tbody></table>`,
  )
}

function isEmpty(cell: Insertable): boolean {
  return cell === undefined || cell === false || cell === ''
}

/** The head of a table. */
export function tableHead(heads: readonly Column[]): Markup {
  const cells = heads.map(({ title, figures }) =>
    figures === true
      ? html`<th scope="col" class="number">${title}</th>`
      : html`<th scope="col">${title}</th>`,
  )
  return html`<thead><tr>${cells}</tr></thead>`
}

/** What a shortened list leaves to `verdict.json`; nothing where it is whole. */
export function moreText(count: number): Markup | false {
  return (
    count > 0 &&
    html`<p class="dim small">${countText(count)} more in <code>verdict.json</code>.</p>`
  )
}

/** Something wide that scrolls by itself, also by keyboard. */
export function scroll(label: string, content: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`
}

/** A verdict as a word in its colour. */
export function verdictWord(verdict: Verdict | 'expected'): Markup {
  return html`<span class="verdict ${verdict}">${verdict}</span>`
}

/** What a colour of a picture stands for. */
export interface LegendEntry {
  /** The classes that colour it. */
  readonly tone: string
  readonly text: string
  /** Default: a square. */
  readonly shape?: 'circle' | 'line'
}

/** The colours of a picture in words. */
export function legend(entries: readonly LegendEntry[]): Markup {
  const swatches = { circle: circleSwatch, line: lineSwatch, square: squareSwatch }
  return html`<ul class="legend">${entries.map(
    ({ tone, text, shape }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true">${swatches[shape ?? 'square'](tone)}</svg>${text}</li>`,
  )}</ul>`
}

const squareSwatch = (tone: string): Markup =>
  html`<rect class="${tone}" width="10" height="10" rx="2"/>`
const lineSwatch = (tone: string): Markup =>
  html`<rect class="${tone}" x="4" width="2" height="10"/>`
const circleSwatch = (tone: string): Markup => html`<circle class="${tone}" cx="5" cy="5" r="4"/>`
