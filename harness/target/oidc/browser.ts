import type { HttpClient, HttpResponse } from '../../http/http.ts'
import { CookieJar } from './cookie-jar.ts'
import { formsOf, type HtmlForm } from './html-forms.ts'

export type { FormInput, HtmlForm } from './html-forms.ts'

/** Requests of one sign-in: what needs more goes round in circles. */
const requestsMax = 20

/** What a provider shows in place of the application. */
export interface SignInPage {
  readonly status: number
  /** Path and query. */
  readonly path: string
  readonly html: string
  readonly forms: readonly HtmlForm[]
}

/** What a browser was answered; it did not follow a redirect. */
export interface BrowserAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** A browser on the pages of one Region: cookies, redirects and forms, and no program of a page. */
export interface SignInBrowser {
  /** The page that is shown; undefined once the browser is back at the application. */
  readonly page: SignInPage | undefined
  /** Opens a path or a URL of the provider and follows its redirects. */
  open(url: string): Promise<void>
  /** Sends a form of the page with its hidden fields and these, and follows the redirects. */
  submit(form: HtmlForm, fields?: Readonly<Record<string, string>>): Promise<void>
  /** One request with the cookies of the browser, for pages that talk to an API. */
  fetch(
    url: string,
    request?: {
      readonly method?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    },
  ): Promise<BrowserAnswer>
  /**
   * Ends the sign-in as refused.
   *
   * @param code - `wrong-password`, `account-locked`, `account-disabled`, `password-expired`,
   *   `challenge-required` or another code of the target.
   */
  refuse(code: string): never
}

/**
 * What somebody does who signs in: from the first page until the browser is back at the
 * application. It repeats nothing.
 */
export type SignInScript = (
  browser: SignInBrowser,
  user: { readonly username: string; readonly password: string },
) => Promise<void>

/** The sign-in ended without a code, for a reason that the provider or the script gave. */
export class SignInRefused extends Error {
  readonly code: string
  readonly status: number | undefined

  constructor(code: string, status?: number) {
    super(code)
    this.code = code
    this.status = status
  }
}

export interface BrowserOptions {
  readonly http: HttpClient
  readonly redirectUri: string
  /** Origins that are the provider's: what leads to another is not followed. */
  readonly origins: ReadonlySet<string>
  readonly signal: AbortSignal
}

/** A browser that ends at the redirect URI of the application, which it does not visit. */
export class RegionBrowser implements SignInBrowser {
  readonly #options: BrowserOptions
  readonly #jar = new CookieJar()
  #requests = 0
  #page: SignInPage | undefined
  /** What the application was called with. */
  returned: URLSearchParams | undefined

  constructor(options: BrowserOptions) {
    this.#options = options
  }

  get page(): SignInPage | undefined {
    return this.#page
  }

  async open(url: string): Promise<void> {
    await this.#go('GET', this.#pathOf(url), undefined)
  }

  async submit(form: HtmlForm, fields: Readonly<Record<string, string>> = {}): Promise<void> {
    const text = String(new URLSearchParams({ ...form.hidden, ...fields }))
    const action = this.#pathOf(form.action === '' ? (this.#page?.path ?? '/') : form.action)
    if (form.method === 'POST') return this.#go('POST', action, text)
    await this.#go('GET', `${action.split('?', 1)[0]}?${text}`, undefined)
  }

  async fetch(
    url: string,
    request: Parameters<SignInBrowser['fetch']>[1] = {},
  ): Promise<BrowserAnswer> {
    const { method = 'GET', headers = {}, body } = request
    const answer = await this.#send(method, this.#pathOf(url), headers, body)
    return { status: answer.status, headers: answer.headers, text: textOf(answer) }
  }

  refuse(code: string): never {
    throw new SignInRefused(code)
  }

  async #go(method: string, path: string, body: string | undefined): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/html' }
    if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
    let next = { method, path, headers, body }
    for (;;) {
      const answer = await this.#send(next.method, next.path, next.headers, next.body)
      const { location } = answer.headers
      if (answer.status < 300 || answer.status >= 400 || location === undefined) {
        const html = textOf(answer)
        this.#page = { status: answer.status, path: next.path, html, forms: formsOf(html) }
        return
      }
      if (this.#isBack(location)) return
      const kept = answer.status === 307 || answer.status === 308
      const path = this.#pathOf(location, next.path)
      next = kept
        ? { ...next, path }
        : { method: 'GET', path, headers: { accept: 'text/html' }, body: undefined }
    }
  }

  #isBack(location: string): boolean {
    const { redirectUri } = this.#options
    if (!location.startsWith(redirectUri)) return false
    if (!/^(?:[?#]|$)/.test(location.slice(redirectUri.length))) return false
    const url = new URL(location)
    this.returned = url.searchParams
    this.#page = undefined
    return true
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<HttpResponse> {
    this.#requests += 1
    if (this.#requests > requestsMax) throw new SignInRefused('sign-in-page-unknown')
    const cookie = this.#jar.headerFor(path)
    const answer = await this.#options.http.send(
      {
        ...{ method, path },
        headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
        body: Buffer.from(body ?? ''),
      },
      this.#options.signal,
    )
    this.#jar.take(answer.headers['set-cookie'])
    if (answer.status === 429) throw new SignInRefused('throttled', 429)
    if (answer.status >= 500) throw new SignInRefused('server-error', answer.status)
    return answer
  }

  /** A URL of another origin is refused: it is another system. */
  #pathOf(url: string, from = this.#page?.path ?? '/'): string {
    const here = 'http://region.invalid'
    const parsed = new URL(url, here + from)
    if (parsed.origin !== here && !this.#options.origins.has(parsed.origin)) {
      throw new SignInRefused('redirected-elsewhere')
    }
    return parsed.pathname + parsed.search
  }
}

function textOf({ body }: HttpResponse): string {
  return Buffer.from(body).toString('utf8')
}
