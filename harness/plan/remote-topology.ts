import { z } from 'zod'
import { secretProblems } from './secret-problems.ts'
import type { TopologyProblem } from './topology-error.ts'

/** Most Regions, links and arguments that a topology may name. */
const linksMax = 16
const argumentsMax = 256

/** The longest that a hook may take: what Terraform needs to move a database. */
const hookMillisMax = 3_600_000

/** Where a hook says nothing of time. */
export const hookMillisDefault = 60_000

/** A name that stands in histories and in the paths of an API. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'Expected letters, digits, ".", "_" and "-"')

/** `host:port`; an IPv6 address in brackets. */
const address = z
  .string()
  .refine(
    (text) => addressOf(text) !== undefined,
    'Expected <host>:<port>, such as db.internal:5432',
  )

/** Scheme, host and port alone: paths are what a target adds. */
const origin = checkedText(originProblem)

/** The same, or the address of something that does not speak HTTP. */
const place = checkedText((text) =>
  text.startsWith('tcp:') ? socketProblem(text) : originProblem(text),
)

/** Bytes up to 127 that the far end answers by itself, before anybody signs in. */
const canary = z.strictObject({
  send: z.string().min(1).max(4_096),
  expect: z.string().min(1).max(4_096),
})

const region = z
  .strictObject({
    role: z.enum(['primary', 'replica']),
    /** Where clients reach it: `https://login-east.example.com`, or `tcp://ldap-east:389`. */
    url: place,
    /** A path, answered with a status below 400 where it serves; without it, any below 500. */
    health: z
      .string()
      .regex(/^\/[!-~]*$/, 'Expected a path that begins with "/"')
      .optional(),
    /** With `tcp:` alone, in place of `health`: what it answers where it serves. */
    canary: canary.optional(),
    /** A file with the certificates that its own has to lead to, in PEM; from the topology. */
    certificateAuthority: z.string().min(1).optional(),
  })
  .superRefine(({ url, health, canary: bytes }, context) => {
    const isPlain = url.startsWith('tcp:')
    const problem = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [field], message })
    }
    if (isPlain && bytes === undefined) problem('canary', 'Expected what a "tcp:" Region answers')
    if (!isPlain && bytes !== undefined) problem('canary', 'Expected "health": it speaks HTTP')
    if (isPlain && health !== undefined) problem('health', 'Expected "canary": it speaks no HTTP')
  })

/** A connection between Regions that the run may disturb. */
const link = z
  .strictObject({
    /** The Region that opens connections. */
    from: name,
    /** The Region that accepts them. */
    to: name,
    /** Our proxy takes connections there, for the life of a scenario: point your system at it. */
    listen: address.optional(),
    /** Where these connections lead. */
    upstream: address.optional(),
    /** Or: the HTTP API of a Toxiproxy that carries the link already. */
    toxiproxy: origin.optional(),
    /** Its name there. */
    proxy: z
      .string()
      .regex(/^[\w.-]{1,128}$/, 'Expected the name of a proxy')
      .optional(),
    canary,
  })
  .superRefine((value, context) => {
    const own = value.listen !== undefined && value.upstream !== undefined
    const theirs = value.toxiproxy !== undefined && value.proxy !== undefined
    const parts = [value.listen, value.upstream, value.toxiproxy, value.proxy]
    if (own !== theirs && parts.filter((part) => part !== undefined).length === 2) return
    context.addIssue({
      code: 'custom',
      message: 'Expected either "listen" and "upstream", or "toxiproxy" and "proxy"',
    })
  })

/** A program and its arguments; no shell reads them. */
const command = z
  .array(
    z
      .string()
      .max(8_192)
      .regex(/^[^\0]*$/, 'Expected no NUL'),
  )
  .min(1)
  .max(argumentsMax)
  .refine(([program]) => program !== '', 'Expected a program and its arguments')

const hook = z.strictObject({
  run: command,
  /** Takes back what `run` did, also where that was done by half; it may run more than once. */
  undo: command.optional(),
  timeoutMillis: z.int().min(1).max(hookMillisMax).default(hookMillisDefault),
  /** Names of variables that it is given of the environment of the run, beside a few plain ones. */
  environment: z
    .array(z.string().regex(/^[A-Za-z_]\w*$/))
    .max(64)
    .default([]),
})

/** Every hook that a topology may name, with what it is for. */
export const hookNames = [
  'failover',
  'failback',
  'isolatePrimary',
  'health',
  'lag',
  'stop',
  'start',
  'kill',
] as const

export type HookName = (typeof hookNames)[number]

const hooks = z.strictObject({
  /** Makes clients and data go to `{region}`; taken back by `failback`, or by its own `undo`. */
  failover: hook.optional(),
  /** Makes clients and data go to `{region}` again, where they were before. */
  failback: hook.optional(),
  /** Takes the primary from everybody: clients and the replica. */
  isolatePrimary: hook.optional(),
  /** Exit code 0 says that `{region}` serves. */
  health: hook.optional(),
  /** Prints one number: how far `{region}` is behind, in whatever unit; 0 where it is not. */
  lag: hook.optional(),
  /** Ends `{region}` in order. */
  stop: hook.optional(),
  /** Starts `{region}`; resolves when it was started, the run then waits until it serves. */
  start: hook.optional(),
  /** Ends `{region}` at once. */
  kill: hook.optional(),
})

/** What a topology file says: somebody's system as Regions, links and hooks. */
export const remoteTopologySchema = z
  .strictObject({
    regions: z.record(name, region),
    links: z.record(name, link).default({}),
    hooks: hooks.default({}),
    /** Hosts beyond this machine that a run may disturb: each is named, or nothing starts. */
    consent: z.array(z.string().min(1)).max(64).default([]),
    /** Handed to the target as it stands. */
    target: z.json().optional(),
  })
  .superRefine((value, context) => {
    for (const { path, message } of problemsOf(value)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

export type RemoteTopologyFile = z.infer<typeof remoteTopologySchema>
export type RemoteRegion = z.infer<typeof region>
export type RemoteLink = z.infer<typeof link>
export type Hook = z.infer<typeof hook>

/** A topology file as it stands in a plan: what it said, and where it stood. */
export const plannedTopology = z.object({
  /** Where it stood: hooks run in its folder, and files are named from there. */
  file: z.string().min(1),
  /** SHA-256 of its bytes, in hexadecimal digits. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  content: remoteTopologySchema,
})

export type PlannedTopology = z.infer<typeof plannedTopology>

function problemsOf(value: RemoteTopologyFile): readonly TopologyProblem[] {
  return [
    ...roleProblems(value),
    ...linkProblems(value),
    ...hookProblems(value),
    ...consentProblems(value),
    ...secretProblems(value.target, ['target'], 0),
  ]
}

function roleProblems({ regions }: RemoteTopologyFile): readonly TopologyProblem[] {
  const roles = Object.values(regions).map(({ role }) => role)
  const isPair = roles.length === 2 && new Set(roles).size === 2
  if (!isPair) {
    return [{ path: ['regions'], message: 'Expected two Regions: one primary and one replica' }]
  }
  const [[first = '', one] = [], [second = '', other] = []] = Object.entries(regions)
  const message = sameOriginProblem(other?.url ?? '', one?.url ?? '', `that of ${first}`)
  return message === undefined ? [] : [{ path: ['regions', second, 'url'], message }]
}

function linkProblems({ regions, links }: RemoteTopologyFile): readonly TopologyProblem[] {
  const names = Object.keys(regions)
  const all = Object.entries(links)
  const many = all.length > linksMax
  const places = new Map<string, string>()
  return [
    ...(many ? [{ path: ['links'], message: `Expected at most ${linksMax} links` }] : []),
    ...all.flatMap(([key, link]) => placeProblems(key, link, places)),
    ...all.flatMap(([key, { from, to }]) => [
      ...(['from', 'to'] as const)
        .filter((end) => !names.includes({ from, to }[end]))
        .map((end) => ({
          path: ['links', key, end],
          message: `Expected one of the Regions: ${names.join(', ')}`,
        })),
      ...(from === to
        ? [{ path: ['links', key, 'to'], message: 'Expected another Region than "from"' }]
        : []),
    ]),
  ]
}

/** Where a link is carried is its own. @param places - Those that were seen, with their link. */
function placeProblems(
  key: string,
  { listen, upstream, toxiproxy, proxy }: RemoteLink,
  places: Map<string, string>,
): readonly TopologyProblem[] {
  const place = listen ?? `${toxiproxy?.replace(/\/$/, '')} ${proxy}`
  const other = places.get(place)
  places.set(place, key)
  if (other !== undefined) {
    const message = `Expected a place of its own: ${other} is there already`
    return [{ path: ['links', key], message }]
  }
  if (listen === undefined || listen !== upstream) return []
  const message = 'Expected another address than "listen"'
  return [{ path: ['links', key, 'upstream'], message }]
}

/** What takes each disturbing hook back: a run leaves a system as it found it. */
function hookProblems({ hooks: given }: RemoteTopologyFile): readonly TopologyProblem[] {
  const problems: TopologyProblem[] = []
  const needs = (hookName: HookName, other: string, has: boolean): void => {
    if (given[hookName] === undefined || has) return
    problems.push({
      path: ['hooks', hookName],
      message: `Expected ${other}, which takes it back`,
    })
  }
  const { failover, failback, isolatePrimary, stop, start, kill } = given
  needs('failover', 'an "undo", or the hook "failback"', Boolean(failover?.undo ?? failback))
  needs('isolatePrimary', 'an "undo"', isolatePrimary?.undo !== undefined)
  needs('stop', 'an "undo", or the hook "start"', Boolean(stop?.undo ?? start))
  needs('kill', 'an "undo", or the hook "start"', Boolean(kill?.undo ?? start))
  for (const [hookName, one] of Object.entries(given)) {
    for (const part of ['run', 'undo'] as const) {
      one?.[part]?.forEach((word, index) => {
        const unknown = [...word.matchAll(/\{(\w+)\}/g)].find(([, key]) => !isFilledIn(key))
        if (unknown === undefined) return
        problems.push({
          path: ['hooks', hookName, part, index],
          message: `${unknown[0]} is unknown; there are {region}, {role} and {url}`,
        })
      })
    }
  }
  return problems
}

/** What words of a command may hold in braces. */
export const filledIn = ['region', 'role', 'url'] as const

function isFilledIn(key: string | undefined): boolean {
  return filledIn.some((known) => known === key)
}

function consentProblems(value: RemoteTopologyFile): readonly TopologyProblem[] {
  return disturbedHosts(value)
    .filter((host) => !isLoopback(host) && !value.consent.includes(host))
    .map((host) => ({
      path: ['consent'],
      message: `Expected "${host}" to be named: it is no address of this machine, and a run disturbs it`,
    }))
}

/**
 * Whether some declared link is what the replica hears of the primary by.
 *
 * @param from - The Region that opens connections; the primary for the other direction.
 */
export function declaresReplication(
  { regions, links }: Pick<RemoteTopologyFile, 'regions' | 'links'>,
  from: RemoteRegion['role'] = 'replica',
): boolean {
  return Object.values(links).some(
    (link) => regions[link.from]?.role === from && regions[link.to]?.role !== from,
  )
}

/** Hosts that a run with this topology sends to, each once. */
export function disturbedHosts({
  regions,
  links,
}: Pick<RemoteTopologyFile, 'regions' | 'links'>): readonly string[] {
  const hosts = [
    ...Object.values(regions).flatMap(({ url }) => (URL.canParse(url) ? [hostOf(url)] : [])),
    ...Object.values(links).flatMap(({ upstream, toxiproxy }) => [
      ...(upstream === undefined ? [] : [addressOf(upstream)?.host ?? upstream]),
      ...(toxiproxy === undefined ? [] : [hostOf(toxiproxy)]),
    ]),
  ]
  return [...new Set(hosts)]
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url).hostname : url
  return parsed.replace(/^\[|\]$/g, '')
}

/** True for what never leaves this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** An address from `host:port`; undefined where it is none. */
export function addressOf(
  text: string,
): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

function checkedText(problemOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })
}

/** What keeps a text from being the URL of a Region; undefined where nothing does. */
export function originProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'Expected a URL such as https://login.example.com'
  const { protocol, username, password, pathname, search, hash, hostname } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return 'Expected http:// or https://'
  if (username !== '' || password !== '') return 'Expected no user and no password in it'
  if (hostname === '') return 'Expected a host'
  if (pathname === '/' && search === '' && hash === '') return undefined
  return 'Expected scheme, host and port alone; paths are for the section "target"'
}

function socketProblem(text: string): string | undefined {
  const isAddress = text.startsWith('tcp://') && addressOf(text.slice(6)) !== undefined
  return isAddress ? undefined : 'Expected tcp://<host>:<port>'
}

/** Two Regions at one address are one. @param whose - Such as `that of east`. */
export function sameOriginProblem(text: string, other: string, whose: string): string | undefined {
  if (!URL.canParse(text) || !URL.canParse(other)) return undefined
  const [one, two] = [new URL(text), new URL(other)]
  if (one.protocol !== two.protocol || one.host !== two.host) return undefined
  return `Expected another URL than ${whose}`
}
