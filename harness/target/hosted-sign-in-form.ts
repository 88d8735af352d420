/** The first form of a page. */
export interface HtmlForm {
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  /** Names of the inputs that people fill in, in their order. */
  readonly asks: readonly string[]
}

/** What a page of a sign-in shows. */
export interface HtmlPage {
  readonly form?: HtmlForm
  /** The text with role `alert`, and the name of the error in its `data-error`. */
  readonly alert?: { readonly type: string; readonly message: string }
}

/** Reads form and alert of a page, as much of HTML as such pages use. */
export function readForm(html: string): HtmlPage {
  const [, alertTag, message] = /<p\b([^>]*\brole="alert"[^>]*)>([^<]*)<\/p>/.exec(html) ?? []
  const [, formTag, content] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(html) ?? []
  return {
    ...(formTag === undefined ? {} : { form: formOf(attributesOf(formTag), content ?? '') }),
    ...(alertTag === undefined
      ? {}
      : {
          alert: {
            type: attributesOf(alertTag).get('data-error') ?? '',
            message: decoded(message ?? ''),
          },
        }),
  }
}

function formOf(form: ReadonlyMap<string, string>, content: string): HtmlForm {
  const hidden: Record<string, string> = {}
  const asks: string[] = []
  for (const [, tag] of content.matchAll(/<input\b([^>]*)>/g)) {
    const input = attributesOf(tag ?? '')
    const name = input.get('name')
    if (name === undefined) continue
    if (input.get('type') === 'hidden') hidden[name] = input.get('value') ?? ''
    else asks.push(name)
  }
  // Choices of one question share their name.
  return { action: form.get('action') ?? '', hidden, asks: [...new Set(asks)] }
}

function attributesOf(tag: string): ReadonlyMap<string, string> {
  const pairs = [...tag.matchAll(/([a-z][a-z-]*)="([^"]*)"/g)]
  return new Map(pairs.map(([, name = '', value = '']) => [name, decoded(value)]))
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
}

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => entities[name] ?? whole)
}
