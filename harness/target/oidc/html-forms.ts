/** One input that people see, in the order of the page. */
export interface FormInput {
  readonly name: string
  /** Such as `text`, `password`, `email`, `submit`. */
  readonly type: string
  readonly value: string
}

/** A form of a page. */
export interface HtmlForm {
  readonly method: 'GET' | 'POST'
  readonly action: string
  /** Sent as they are. */
  readonly hidden: Readonly<Record<string, string>>
  readonly inputs: readonly FormInput[]
}

/** A page longer than this is no sign-in. */
const pageCharactersMax = 1_000_000

/** The forms of a page, as much of HTML as sign-in pages use. */
export function formsOf(html: string): readonly HtmlForm[] {
  const text = html.slice(0, pageCharactersMax)
  return [...text.matchAll(/<form\b([^>]*)>(.*?)<\/form\s*>/gis)].map(
    ([, tag = '', content = '']) => formOf(attributesOf(tag), content),
  )
}

function formOf(form: ReadonlyMap<string, string>, content: string): HtmlForm {
  const hidden: Record<string, string> = {}
  const inputs: FormInput[] = []
  for (const [, element = '', tag = ''] of content.matchAll(/<(input|button)\b([^>]*)>/gi)) {
    const attributes = attributesOf(tag)
    const name = attributes.get('name')
    if (name === undefined) continue
    const usual = element.toLowerCase() === 'button' ? 'submit' : 'text'
    const type = (attributes.get('type') ?? usual).toLowerCase()
    const value = attributes.get('value') ?? ''
    if (type === 'hidden') hidden[name] = value
    else inputs.push({ name, type, value })
  }
  const method = form.get('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET'
  return { method, action: form.get('action') ?? '', hidden, inputs }
}

function attributesOf(tag: string): ReadonlyMap<string, string> {
  const pairs = tag.matchAll(/([a-z][a-z0-9:_-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi)
  return new Map(
    [...pairs].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      decoded(double ?? single ?? bare ?? ''),
    ]),
  )
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, ten, hex, name) => {
    const code = ten === undefined ? Number.parseInt(hex ?? '', 16) : Number(ten)
    if (Number.isInteger(code) && code <= 0x10_ffff) return String.fromCodePoint(code)
    return entities[String(name).toLowerCase()] ?? whole
  })
}
