import { createHash } from 'node:crypto'
import { html, type Markup, trusted } from './markup.ts'
import { style } from './style.ts'

/** What a page of a report holds. */
export interface Page {
  readonly title: string
  /** Where the link leads that passes over the head: an id, and what stands there. */
  readonly skipTo: { readonly id: string; readonly words: string }
  readonly body: Markup
}

/**
 * A page of a report: one file without scripts and without anything to load, so it can be mailed
 * and opened offline.
 */
export function pageHtml({ title, skipTo, body }: Page): string {
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip-link" href="#${skipTo.id}">Skip to the ${skipTo.words}</a>
<div class="page">
${body}
</div>
</body>
</html>
`.text
}
