import type { ToxicBody, ToxicRequest } from './active-toxic.ts'
import { type Address, isLoopback, parseAddress } from './address.ts'
import { badRequest, LinkApiError, missingField } from './api-error.ts'
import { linkLimits } from './limits.ts'
import type { ProxyBody, ProxyRequest } from './proxy.ts'
import { toxicTypes } from './toxics/registry.ts'
import type { ToxicType } from './toxics/toxic.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reads the body of a request as JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LinkApiError(`bad request body: ${(cause as Error).message}`, 400, { cause })
  }
}

/** `POST /proxies`: name and upstream are required, listen may ask for a free port. */
export function parseProxy(body: unknown, exposed = false, place = ''): ProxyRequest {
  const fields = object(body, `proxy${place}`)
  const name = text(fields, 'name') ?? ''
  if (name === '') throw missingField(`name${place}`)
  const upstream = text(fields, 'upstream') ?? ''
  if (upstream === '') throw missingField(`upstream${place}`)
  return {
    name: checkedName(name),
    listen: listenAddress(text(fields, 'listen') ?? '', exposed),
    upstream: upstreamAddress(upstream),
    enabled: flag(fields, 'enabled') ?? true,
  }
}

/** `POST /populate`: an array, or an object with `proxies`; all is checked before any is made. */
export function parsePopulate(body: unknown, exposed = false): readonly ProxyRequest[] {
  const list = Array.isArray(body) ? body : object(body, 'body').proxies
  if (!Array.isArray(list)) throw badRequest('expected an array of proxies')
  const requests = list.map((entry, index) => parseProxy(entry, exposed, ` at proxy ${index + 1}`))
  const names = new Set<string>()
  for (const { name } of requests) {
    if (names.has(name)) throw badRequest(`name: ${JSON.stringify(name)} occurs twice`)
    names.add(name)
  }
  return requests
}

/** `PATCH /proxies/{name}`: what is missing stays as it is. */
export function parseProxyChange(
  body: unknown,
  current: ProxyBody,
  exposed = false,
): Omit<ProxyRequest, 'name'> {
  const fields = object(body, 'proxy')
  return {
    listen: listenAddress(text(fields, 'listen') ?? current.listen, exposed),
    upstream: upstreamAddress(text(fields, 'upstream') ?? current.upstream),
    enabled: flag(fields, 'enabled') ?? current.enabled,
  }
}

/** `POST …/toxics`: downstream, toxicity 1 and the name `<type>_<stream>` by default. */
export function parseToxic(body: unknown): ToxicRequest {
  const fields = object(body, 'toxic')
  const stream = text(fields, 'stream') ?? 'downstream'
  if (stream !== 'upstream' && stream !== 'downstream') {
    throw new LinkApiError('stream was invalid, can be either upstream or downstream', 400)
  }
  const typeName = text(fields, 'type') ?? ''
  const type = toxicTypes.find((candidate) => candidate.type === typeName)
  if (type === undefined) throw new LinkApiError('invalid toxic type', 400)
  const name = text(fields, 'name') ?? ''
  return {
    type,
    name: checkedName(name === '' ? `${typeName}_${stream}` : name),
    stream,
    toxicity: toxicity(fields, type) ?? 1,
    attributes: attributes(fields, type, {}),
  }
}

/** `PATCH /proxies/{name}/toxics/{toxic}`: what is missing stays as it is. */
export function parseToxicChange(
  body: unknown,
  current: ToxicBody,
): Pick<ToxicRequest, 'toxicity' | 'attributes'> {
  const fields = object(body, 'toxic')
  const type = toxicTypes.find((candidate) => candidate.type === current.type)
  if (type === undefined) throw new LinkApiError('invalid toxic type', 400)
  return {
    toxicity: toxicity(fields, type) ?? current.toxicity,
    attributes: attributes(fields, type, current.attributes),
  }
}

function attributes(
  fields: Fields,
  type: ToxicType,
  current: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const given = object(fields.attributes ?? {}, 'attributes')
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(type.attributes, name)) continue
    const known = Object.keys(type.attributes).join(', ') || 'none'
    throw badRequest(`attributes.${name}: unknown for ${type.type}; known: ${known}`)
  }
  const values: Record<string, number> = {}
  for (const [name, rule] of Object.entries(type.attributes)) {
    const value = given[name] ?? current[name] ?? rule.initial
    if (value === undefined) throw missingField(`attributes.${name}`)
    if (!Number.isSafeInteger(value) || (value as number) < rule.min) {
      throw badRequest(`attributes.${name}: expected a whole number (${rule.unit}) ≥ ${rule.min}`)
    }
    values[name] = value as number
  }
  return values
}

function toxicity(fields: Fields, type: ToxicType): number | undefined {
  const value = fields.toxicity ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw badRequest('toxicity: expected a number from 0 to 1')
  }
  if (type.begin === undefined && value !== 1) {
    throw badRequest(`toxicity: ${type.type} acts on the whole link, so it can only be 1`)
  }
  return value
}

/** @param exposed - Whether others than this machine may reach the listener. */
function listenAddress(value: string, exposed: boolean): Address {
  const address = parseAddress(value === '' ? ':0' : value)
  if (address === undefined) {
    throw badRequest(`listen: expected host:port, got ${JSON.stringify(value)}`)
  }
  if (!exposed && address.host !== '' && !isLoopback(address.host)) {
    throw badRequest(`listen: only loopback addresses are allowed, got ${JSON.stringify(value)}`)
  }
  return address
}

function upstreamAddress(value: string): Address {
  const address = parseAddress(value)
  if (address === undefined || address.host === '' || address.port === 0) {
    throw badRequest(`upstream: expected host:port, got ${JSON.stringify(value)}`)
  }
  return address
}

function checkedName(name: string): string {
  // Clients put names into paths as they are.
  const reachable = !/[/?#%\\]/.test(name) && !/\p{Cc}/u.test(name) && !/^\.{1,2}$/.test(name)
  if (reachable && name.length <= linkLimits.nameCharactersMax) return name
  throw badRequest(
    `name: expected at most ${linkLimits.nameCharactersMax} characters without / ? # % \\ or controls`,
  )
}

function object(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw badRequest(`${what}: expected an object`)
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw badRequest(`${name}: expected a string`)
}

function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  throw badRequest(`${name}: expected true or false`)
}
