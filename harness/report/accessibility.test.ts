import { expect, test } from 'vitest'
import { HistoryBuilder, headerOf, primary, replica } from '../checkers/testing/history-builder.ts'
import { type Chronicles, chronicleOf } from './chronicle.ts'
import { dark, light, type Palette, textColours } from './palette.ts'
import { reportHtml } from './report-html.ts'
import { failed, mixed } from './testing/sample-result.ts'

/**
 * Goal: the page can be read by keyboard, by ear and by weak eyes. Method: its markup and its
 * colours, against what WCAG 2.2 asks for (1.3.1, 1.4.3, 2.4.1, 4.1.2).
 */
const page = reportHtml(mixed, chronicles())

/** A history with everything that is drawn. */
function chronicles(): Chronicles {
  const history = new HistoryBuilder()
  history.route(primary, null)
  for (let index = 0; index < 40; index += 1) {
    const user = `u${index % 4}`
    const write = history.write(user)
    const register = `${user}/attribute:nickname`
    history.read(user, replica, 'lag-probe', { [register]: write })
    history.perform('u1', { function: 'guess-password', purpose: 'guess', region: replica })
  }
  history.strike('fault1').route(replica, primary).heal('fault1').mark('settled')
  const lines = history.end()
  const findings = failed.findings.map((finding) => ({ ...finding, user: 'u1' }))
  return {
    of: new Map([['lossy', chronicleOf(headerOf('lossy'), lines, findings)]]),
    trouble: new Map(),
  }
}

test('headings descend one step at a time from a single first one', () => {
  const levels = [...page.matchAll(/<h([1-6])[\s>]/g)].map((match) => Number(match[1]))
  expect(levels.filter((level) => level === 1)).toHaveLength(1)
  const jumps = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)
  expect(jumps).toEqual([])
})

test('every id is there once, and whatever is referred to exists', () => {
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1])
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1])
  const labels = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  )
  expect([...links, ...labels].filter((id) => !ids.includes(id))).toEqual([])
})

test('tables name their heads, pictures have words, what scrolls can be reached', () => {
  expect(page.match(/<th(?=[\s>])(?![^>]*\bscope=)[^>]*>/g)).toBeNull()
  const pictures = page.match(/<svg[^>]*>/g) ?? []
  expect(pictures.length).toBeGreaterThan(5)
  expect(pictures.filter((tag) => !/aria-hidden="true"|role="img"/.test(tag))).toEqual([])
  const drawn = pictures.filter((tag) => tag.includes('role="img"'))
  expect(drawn.filter((tag) => !tag.includes('aria-labelledby='))).toEqual([])
  const scrolling = page.match(/<div class="scroll"[^>]*>/g) ?? []
  expect(scrolling.filter((tag) => !/tabindex="0"/.test(tag) || !/aria-label/.test(tag))).toEqual(
    [],
  )
})

test('the page has a language, a header, a main part and a way past the first screen', () => {
  expect(page).toContain('<html lang="en">')
  for (const landmark of ['<header', '<main']) expect(page.split(landmark)).toHaveLength(2)
  expect(page).toContain('<a class="skip-link" href="#scenarios">')
})

test('text stands out from its ground by 4.5 to 1, in light and in dark', () => {
  const weak: string[] = []
  for (const [scheme, palette] of Object.entries({ light, dark })) {
    for (const name of textColours) {
      for (const ground of ['paper', 'card']) {
        const ratio = contrast(palette, name, ground)
        if (ratio < 4.5) weak.push(`${scheme}: ${name} on ${ground} ${ratio.toFixed(2)}`)
      }
    }
    for (const ground of ['primary', 'replica', 'node', 'fault', 'unanswered']) {
      const ratio = contrast(palette, 'on', ground)
      if (ratio < 4.5) weak.push(`${scheme}: on ${ground} ${ratio.toFixed(2)}`)
    }
  }
  expect(weak).toEqual([])
})

/** WCAG 2.2, definition of contrast ratio. */
function contrast(palette: Palette, one: string, other: string): number {
  const [a, b] = [luminance(palette[one] ?? ''), luminance(palette[other] ?? '')]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** WCAG 2.2, definition of relative luminance. */
function luminance(colour: string): number {
  const part = (start: number): number => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
