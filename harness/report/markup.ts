import { plainText } from './plain-text.ts'

/** Markup that was built by {@link html}, so that it is not escaped again. */
export interface Markup {
  readonly [markupKey]: true
  readonly text: string
}

const markupKey: unique symbol = Symbol('markup')

/** What may stand in a template: text and numbers are escaped, markup is taken as it is. */
export type Insertable = string | number | Markup | undefined | false | readonly Insertable[]

/**
 * Builds markup. Everything inserted is escaped, for text and for quoted attributes alike; only
 * what this tag itself built goes in as it is.
 */
export function html(parts: TemplateStringsArray, ...inserted: readonly Insertable[]): Markup {
  let text = ''
  for (const [index, part] of parts.entries()) {
    text += part
    if (index < inserted.length) text += render(inserted[index])
  }
  return { [markupKey]: true, text }
}

/** Text of this project's own files, taken as it is. Never for anything that came from outside. */
export function trusted(text: string): Markup {
  return { [markupKey]: true, text }
}

/** Text without any character that has a meaning in HTML, SVG or XML. */
export function escapeMarkup(text: string): string {
  return plainText(text).replace(/[&<>"'`]/g, (character) => `&#${character.codePointAt(0)};`)
}

function render(value: Insertable): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeMarkup(value)
  if (typeof value === 'number') return String(value)
  if (isMarkup(value)) return value.text
  return value.map(render).join('')
}

function isMarkup(value: object): value is Markup {
  return markupKey in value
}
