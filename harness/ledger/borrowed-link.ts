import { systemClock } from '../kernel/clock.ts'
import { WorldError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { millis } from '../kernel/time.ts'
import type { LedgerEntry } from './ledger.ts'

/** What every toxic of ours is called. */
export const toxicPrefix = 'interregnum-'

/** A link that a Toxiproxy of somebody carries: it was whole when the run came. */
export interface BorrowedLink {
  /** Base of the HTTP API, such as `http://127.0.0.1:8474`. */
  readonly api: string
  /** The name of its proxy there. */
  readonly proxy: string
}

/** What a borrowed link is in a ledger. */
export function borrowedLinkDetail({ api, proxy }: BorrowedLink): Readonly<Record<string, Json>> {
  return { api, proxy }
}

/** The link that an entry names; undefined for other entries. */
export function borrowedLinkOf({ kind, detail }: LedgerEntry): BorrowedLink | undefined {
  const { api, proxy } = detail
  if (kind !== 'link' || typeof api !== 'string' || typeof proxy !== 'string') return undefined
  return { api, proxy }
}

/** A borrowed link as a sentence without a full stop. */
export function borrowedLinkText(entry: LedgerEntry): string | undefined {
  const link = borrowedLinkOf(entry)
  return link && `the proxy ${link.proxy} of ${link.api} is perhaps disturbed`
}

/** How long the API may take to answer one call. */
const callMicrosMax = millis(10_000)

interface RemoteProxy {
  readonly listen?: string
  readonly upstream?: string
  readonly enabled?: boolean
  readonly toxics?: readonly { readonly name: string }[]
}

/** Why a link is no ground for a run; undefined where it is whole. */
export async function whyNotWhole(link: BorrowedLink): Promise<string | undefined> {
  const proxy = await read(link)
  const [toxic] = proxy.toxics ?? []
  if (proxy.enabled === false) return 'is disabled'
  return toxic === undefined ? undefined : `carries the toxic ${toxic.name}`
}

/**
 * Leaves a link as it was found: enabled, without toxics of ours. No other proxy is touched.
 *
 * @throws WorldError if the API does not answer, or refuses.
 */
export async function restoreBorrowedLink(link: BorrowedLink): Promise<void> {
  const proxy = await read(link)
  for (const { name } of proxy.toxics ?? []) {
    if (name.startsWith(toxicPrefix)) await call(link, 'DELETE', `${pathOf(link)}/toxics/${name}`)
  }
  if (proxy.enabled === false) {
    const { listen = '', upstream = '' } = proxy
    await call(link, 'POST', pathOf(link), { enabled: true, listen, upstream })
  }
}

/** Leaves every link of these as it was found. */
export async function undoBorrowedLinks(
  entries: readonly LedgerEntry[],
): Promise<{ readonly removed: readonly string[]; readonly remaining: readonly string[] }> {
  const removed: string[] = []
  const remaining: string[] = []
  for (const entry of entries) {
    const link = borrowedLinkOf(entry)
    if (link === undefined) continue
    await restoreBorrowedLink(link).then(
      () => removed.push(`disturbances of the proxy ${link.proxy} of ${link.api}`),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        remaining.push(`the proxy ${link.proxy} of ${link.api} is perhaps disturbed: ${why}`)
      },
    )
  }
  return { removed, remaining }
}

async function read(link: BorrowedLink): Promise<RemoteProxy> {
  return (await call(link, 'GET', pathOf(link))) as unknown as RemoteProxy
}

function pathOf({ proxy }: BorrowedLink): string {
  return `/proxies/${encodeURIComponent(proxy)}`
}

async function call(
  { api, proxy }: BorrowedLink,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: Json,
): Promise<Json> {
  const answer = await fetch(`${api.replace(/\/$/, '')}${path}`, {
    method,
    signal: systemClock().timeout(callMicrosMax),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    const why = cause instanceof Error ? (cause.cause ?? cause) : cause
    throw new WorldError(
      `the API of the proxy ${proxy} at ${api} does not answer: ${String(why)}`,
      {
        cause,
      },
    )
  })
  const text = await answer.text()
  if (!answer.ok) {
    throw new WorldError(`${api} answered ${method} of the proxy ${proxy} with ${answer.status}`)
  }
  return text === '' ? null : (JSON.parse(text) as Json)
}
