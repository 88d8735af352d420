import type { HttpClient, HttpResponse } from '../../http/http.ts'
import { HttpError } from '../../http/http.ts'
import type { Clock } from '../../kernel/clock.ts'
import { WorldError } from '../../kernel/errors.ts'
import { type Micros, millis } from '../../kernel/time.ts'
import type { OidcEndpoints, OidcOptions } from './options.ts'
import { jsonObject, textOf } from './outcomes.ts'

const wellKnown = '/.well-known/openid-configuration'
const requestDurationMax: Micros = millis(5_000)
const pollPause: Micros = millis(50)

/** Members of a discovery document that name endpoints. */
const members = {
  jwks: 'jwks_uri',
  token: 'token_endpoint',
  authorization: 'authorization_endpoint',
  userinfo: 'userinfo_endpoint',
  revocation: 'revocation_endpoint',
  introspection: 'introspection_endpoint',
} as const satisfies Record<keyof OidcEndpoints, string>

/** What a Region says of itself. */
export interface Discovered {
  readonly endpoints: OidcEndpoints
  /** Origins of its issuer and its endpoints: a browser may follow a redirect there. */
  readonly origins: ReadonlySet<string>
  readonly issuer: string
}

/**
 * Where the discovery document of an issuer is: behind the path of the issuer
 * (OpenID Connect Discovery 1.0 section 4).
 */
export function discoveryPathOf(issuer: string): string {
  const { pathname } = new URL(issuer)
  return pathname.replace(/\/$/, '') + wellKnown
}

/**
 * Reads the discovery document of a Region, past every link, until it answers.
 *
 * @param withinMillis - How long a Region may take to answer.
 * @throws WorldError that quotes the last answer, or names what the document lacks.
 */
export async function discover(
  region: { readonly name: string; readonly direct: HttpClient },
  options: OidcOptions,
  clock: Clock,
  withinMillis: number,
): Promise<Discovered> {
  const path = options.discoveryPath ?? discoveryPathOf(issuerAt(region.name, options))
  const end = clock.monotonic() + millis(withinMillis)
  for (;;) {
    const answer = await fetchOnce(region.direct, path, options, clock)
    if (typeof answer !== 'string' && answer.status === 200) {
      return discovered(jsonObject(answer), options, `${region.name} ${path}`)
    }
    const last = typeof answer === 'string' ? answer : `status ${answer.status}`
    if (clock.monotonic() >= end || (typeof answer !== 'string' && answer.status === 404)) {
      throw new WorldError(`${options.name}: no discovery document at ${path} of ${region.name}`, {
        hint: `the last answer was ${last}; look at the issuer and at where the Region is reached`,
      })
    }
    await clock.sleep(pollPause)
  }
}

function issuerAt(region: string, { issuerByRegion, issuers }: OidcOptions): string {
  return issuerByRegion?.[region] ?? issuers[0]
}

/**
 * What a discovery document says.
 *
 * @throws WorldError if it names another issuer than the options, or lacks an endpoint.
 */
export function discovered(
  document: Readonly<Record<string, unknown>>,
  options: OidcOptions,
  where: string,
): Discovered {
  const issuer = textOf(document, 'issuer')
  if (issuer === undefined || !options.issuers.includes(issuer)) {
    throw new WorldError(
      `${where}: the issuer is ${issuer ?? 'not told'}, expected ${options.issuers.join(' or ')}`,
      { hint: 'tokens of an issuer that was not expected would be refused by every application' },
    )
  }
  const paths: Record<string, string> = {}
  const origins = new Set([new URL(issuer).origin])
  for (const [name, member] of Object.entries(members)) {
    const url = textOf(document, member)
    if (url === undefined || !URL.canParse(url)) continue
    const { origin, pathname, search } = new URL(url)
    paths[name] = pathname + search
    origins.add(origin)
  }
  const { jwks, token, ...others } = { ...paths, ...options.endpoints } as Partial<OidcEndpoints>
  if (jwks === undefined || token === undefined) {
    const lacking = jwks === undefined ? members.jwks : members.token
    throw new WorldError(`${where}: the discovery document has no ${lacking}`)
  }
  return { issuer, endpoints: { jwks, token, ...others }, origins }
}

async function fetchOnce(
  http: HttpClient,
  path: string,
  { host }: OidcOptions,
  clock: Clock,
): Promise<HttpResponse | string> {
  const headers = { accept: 'application/json', ...(host === undefined ? {} : { host }) }
  const request = { method: 'GET', path, headers, body: new Uint8Array(0) }
  try {
    return await http.send(request, clock.timeout(requestDurationMax))
  } catch (error) {
    if (error instanceof HttpError) return error.message
    throw error
  }
}
