import { z } from 'zod'
import type { HttpClient } from '../../http/http.ts'
import type { Clock } from '../../kernel/clock.ts'
import { millis } from '../../kernel/time.ts'
import type { ServiceThing } from '../../ledger/service.ts'
import { jsonObject, textOf } from './outcomes.ts'
import { type ScimService, scimRequest } from './scim-request.ts'

/** How long a request whose sender died may still take effect, in milliseconds. */
const lateEffectMillis = 2_000

/** Most that are asked for at once, and most pages of a listing that are followed. */
const pageSize = 100
const pagesMax = 1_000

/** Pause between two looks at a replica that has yet to hear of a removal. */
const replicaPause = millis(200)

/** What a session makes at a SCIM service, as its ledger tells it. No secret stands here. */
export const madeUsers = z.object({
  /** Origin of the primary Region. */
  origin: z.url(),
  /** Sent as `Host`, where it is another. */
  host: z.string().optional(),
  /** A file with the certificates that are trusted there, beside the usual ones. */
  certificateAuthority: z.string().optional(),
  /** The same of the other Region: what was promoted meanwhile keeps users of its own. */
  replicaOrigin: z.url().optional(),
  replicaCertificateAuthority: z.string().optional(),
  path: z.string(),
  /** The variable that holds the token of the service. */
  tokenFrom: z.string(),
  /** What names of users and groups begin with, the session's own part included. */
  prefix: z.string().min(12).max(600),
  lateEffectMillis: z.number().min(0).max(60_000).default(lateEffectMillis),
})

export type MadeUsers = z.output<typeof madeUsers>

/** As it stands in a ledger. */
export function madeUsersDetail(made: MadeUsers): ServiceThing['detail'] {
  const entries = Object.entries(made).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Record<string, string | number>
}

/** The sentence of a ledger about it. */
export function whatUsersWereMade({ prefix, origin }: Pick<MadeUsers, 'prefix' | 'origin'>) {
  return `users and groups "${prefix}…" of the SCIM service at ${origin}`
}

/** By what a resource of SCIM is named. */
const kinds = [
  { path: '/Users', name: 'userName' },
  { path: '/Groups', name: 'displayName' },
] as const

type Kind = (typeof kinds)[number]

/** A service, the way to it, and how long it may be asked. */
export interface ScimCaller {
  readonly http: HttpClient
  readonly service: ScimService
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Deletes the users and groups whose names begin with a prefix and looks that they are gone: a
 * second look follows, after the time in which a request of somebody who died may still take
 * effect.
 *
 * @returns What is left, as sentences without a full stop.
 */
export async function removeMadeUsers(
  { prefix, lateEffectMillis: late }: Pick<MadeUsers, 'prefix' | 'lateEffectMillis'>,
  caller: ScimCaller,
): Promise<readonly string[]> {
  for (let looks = 0; ; ) {
    let found = 0
    for (const kind of kinds) {
      const ids = await namedWith(prefix, kind, caller)
      if (typeof ids === 'string') return [ids]
      found += ids.length
      for (const id of ids) {
        const path = `${kind.path}/${encodeURIComponent(id)}`
        const { status } = await send('DELETE', path, caller)
        if ([200, 202, 204, 404].includes(status)) continue
        return [`${kind.path.slice(1)} ${id} could not be deleted: the answer was ${status}`]
      }
    }
    looks = found === 0 ? looks + 1 : 0
    if (looks === 2) return []
    if (looks === 1) await caller.clock.sleep(millis(late), caller.signal).catch(() => {})
    if (caller.signal.aborted) return ['there was no time for a second look']
  }
}

/**
 * The same in both Regions at once. A replica follows its primary, so that one which cannot be
 * asked holds nothing by itself; one that was promoted meanwhile has to be rid of the users, too.
 *
 * @returns What is left, as sentences without a full stop.
 */
export async function removeInBothRegions(
  made: Pick<MadeUsers, 'prefix' | 'lateEffectMillis'>,
  primary: ScimCaller,
  replica: ScimCaller | undefined,
): Promise<readonly string[]> {
  const left = await Promise.all([
    removeMadeUsers(made, primary).catch((error: unknown) => [String(error)]),
    replica === undefined ? [] : removeAtReplica(made, replica).catch(() => []),
  ])
  return left.flat()
}

/** What it refuses to delete goes by replication: it is looked for until it is gone. */
async function removeAtReplica(
  { prefix }: Pick<MadeUsers, 'prefix'>,
  caller: ScimCaller,
): Promise<readonly string[]> {
  for (;;) {
    const ids = await namedWith(prefix, kinds[0], caller)
    if (typeof ids === 'string' || ids.length === 0) return []
    for (const id of ids) await send('DELETE', `/Users/${encodeURIComponent(id)}`, caller)
    await caller.clock.sleep(replicaPause, caller.signal).catch(() => {})
    if (caller.signal.aborted) return [`${ids.length} users are still there at the replica`]
  }
}

/** Identifiers; a sentence where they could not be listed. */
async function namedWith(
  prefix: string,
  { path, name }: Kind,
  caller: ScimCaller,
): Promise<readonly string[] | string> {
  const ids = new Set<string>()
  let query: Record<string, string> = { filter: `${name} sw ${JSON.stringify(prefix)}` }
  let startIndex = 1
  for (let page = 0; page < pagesMax; page += 1) {
    const pageOf = { ...query, startIndex: String(startIndex), count: String(pageSize) }
    const answer = await send('GET', `${path}?${new URLSearchParams(pageOf)}`, caller)
    if ([400, 501].includes(answer.status) && query.filter !== undefined) {
      // Not every service knows "sw" (RFC 7644 section 3.4.2.2): then all are listed.
      query = {}
      continue
    }
    // A service without groups made none.
    if (answer.status === 404 && path === '/Groups') return []
    if (answer.status !== 200) {
      return `${path.slice(1)} could not be listed: the answer was ${answer.status}`
    }
    const { Resources: listed, totalResults } = jsonObject(answer)
    const resources = Array.isArray(listed) ? (listed as Readonly<Record<string, unknown>>[]) : []
    for (const resource of resources) {
      const id = textOf(resource, 'id')
      // A service that overlooks the filter must not cost anybody an account.
      if (id !== undefined && textOf(resource, name)?.startsWith(prefix) === true) ids.add(id)
    }
    startIndex += resources.length
    const isLast = resources.length === 0 || !(Number(totalResults) >= startIndex)
    if (isLast) return [...ids]
  }
  return `${path.slice(1)} could not be listed: there are more than ${pagesMax} pages`
}

function send(method: string, path: string, { http, service, signal }: ScimCaller) {
  return scimRequest(http, service, method, path, undefined, signal)
}
