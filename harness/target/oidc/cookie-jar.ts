/** Between two cookies that one header holds: a comma, and a name with its equals sign. */
const nextCookie = /,(?=\s*[^;,=\s]+=)/

/** Cookies of one browser at one host; what a path or an expiry says is enough for a sign-in. */
export class CookieJar {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()

  /** Takes the `Set-Cookie` of an answer, or several of them joined by commas. */
  take(header: string | undefined): void {
    for (const cookie of header?.split(nextCookie) ?? []) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim())
      const equals = pair.indexOf('=')
      if (equals <= 0) continue
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
      const path = attributeOf(attributes, 'path') ?? '/'
      const over = Date.parse(attributeOf(attributes, 'expires') ?? '') <= 0
      const key = `${name} ${path}`
      if (over || attributeOf(attributes, 'max-age') === '0') this.#cookies.delete(key)
      else this.#cookies.set(key, { value: `${name}=${value}`, path })
    }
  }

  /** The header `Cookie` for a path; undefined where no cookie is for it. */
  headerFor(path: string): string | undefined {
    const [plain = '/'] = path.split('?', 1)
    const meant = [...this.#cookies.values()].filter((cookie) => matches(plain, cookie.path))
    return meant.length === 0 ? undefined : meant.map(({ value }) => value).join('; ')
  }
}

/** RFC 6265 section 5.1.4. */
function matches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return (
    path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
  )
}

function attributeOf(attributes: readonly string[], name: string): string | undefined {
  const prefix = `${name}=`
  return attributes.find((part) => part.toLowerCase().startsWith(prefix))?.slice(prefix.length)
}
