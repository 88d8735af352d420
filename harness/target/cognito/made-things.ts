import { z } from 'zod'
import { millis } from '../../kernel/time.ts'
import type { ServiceThing } from '../../ledger/service.ts'
import { textField } from '../reference/api.ts'
import { type Caller, describe } from './caller.ts'
import { runTag } from './consent.ts'

/** How long a request whose sender died may still take effect, in milliseconds. */
const lateEffectMillis = 2_000

/** Most that the API lists at once. */
const pageMax = 60

/** Most pages of a listing that are followed. */
const pagesMax = 1_000

/** What a run makes at Cognito, as its ledger tells it. No secret stands here. */
export const madeThings = z.object({
  /** The Region of the primary, which alone removes users. */
  region: z.string(),
  endpoint: z.string(),
  /** What names of users and groups begin with, the run's own part included. */
  prefix: z.string().regex(/^[a-z0-9-]{8,64}$/),
  /** Absent while a pool of its own is not known to exist. */
  poolId: z.string().optional(),
  /** The name of a pool of its own, which goes as a whole. */
  poolName: z.string().optional(),
  /** Whether groups were made, too: who only watches makes none, and may list none. */
  groups: z.enum(['made', 'none']).default('made'),
  lateEffectMillis: z.number().min(0).max(60_000).default(lateEffectMillis),
})

export type MadeThings = z.output<typeof madeThings>

/** As it stands in a ledger. */
export function madeDetail(made: MadeThings): ServiceThing['detail'] {
  const entries = Object.entries(made).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Record<string, string | number>
}

/** The sentence of a ledger about it. */
export function whatWasMade({ prefix, poolId, poolName, region }: MadeThings): string {
  return poolName === undefined
    ? `users "${prefix}…" of pool ${poolId ?? 'unknown'}`
    : `pool "${poolName}" in ${region}`
}

/**
 * Removes what a run made and looks that it is gone: a second look follows, after the time in which
 * a request of somebody who died may still take effect.
 *
 * @returns What is left, as sentences without a full stop.
 */
export async function removeMadeThings(
  made: MadeThings,
  caller: Caller,
): Promise<readonly string[]> {
  if (made.poolName !== undefined) return removePool(made.poolName, made, caller)
  const { poolId, prefix } = made
  if (poolId === undefined) return []
  const left = await removeUsers(poolId, made, caller)
  return left.length > 0 || made.groups === 'none' ? left : removeGroups(poolId, prefix, caller)
}

/** Names of users that begin with a prefix; a sentence where they could not be listed. */
export async function listUsers(
  poolId: string,
  prefix: string,
  caller: Caller,
): Promise<readonly string[] | string> {
  const names: string[] = []
  let token: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await caller.answer('ListUsers', {
      UserPoolId: poolId,
      Filter: `username ^= "${prefix}"`,
      Limit: pageMax,
      ...(token === undefined ? {} : { PaginationToken: token }),
    })
    if (!answer.ok) return `its users could not be listed: ${describe(answer)}`
    const found = textsOf(answer.output.Users, 'Username')
    // A service that overlooks the filter must not cost anybody an account.
    names.push(...found.filter((name) => name.startsWith(prefix)))
    token = textField(answer.output, 'PaginationToken')
    if (token === undefined) return names
  }
  return names
}

async function removeUsers(
  poolId: string,
  made: MadeThings,
  caller: Caller,
): Promise<readonly string[]> {
  for (let looks = 0; ; ) {
    const names = await listUsers(poolId, made.prefix, caller)
    if (typeof names === 'string') return [names]
    looks = names.length === 0 ? looks + 1 : 0
    if (looks === 2) return []
    for (const name of names) {
      const answer = await caller.answer('AdminDeleteUser', { UserPoolId: poolId, Username: name })
      if (answer.ok || answer.code === 'UserNotFoundException') continue
      return [`user ${name} could not be deleted: ${describe(answer)}`]
    }
    if (looks === 0) continue
    if (!(await caller.pause(millis(made.lateEffectMillis))))
      return ['there was no time for a second look']
  }
}

async function removeGroups(
  poolId: string,
  prefix: string,
  caller: Caller,
): Promise<readonly string[]> {
  const names: string[] = []
  let token: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await caller.answer('ListGroups', {
      UserPoolId: poolId,
      Limit: pageMax,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    if (!answer.ok) return [`its groups could not be listed: ${describe(answer)}`]
    const found = textsOf(answer.output.Groups, 'GroupName')
    names.push(...found.filter((name) => name.startsWith(prefix)))
    token = textField(answer.output, 'NextToken')
    if (token === undefined) break
  }
  for (const name of names) {
    const deleted = await caller.answer('DeleteGroup', { UserPoolId: poolId, GroupName: name })
    if (deleted.ok || deleted.code === 'ResourceNotFoundException') continue
    return [`group ${name} could not be deleted: ${describe(deleted)}`]
  }
  return []
}

async function removePool(
  name: string,
  made: MadeThings,
  caller: Caller,
): Promise<readonly string[]> {
  for (let looks = 0; ; ) {
    const ids = await poolsNamed(name, caller)
    if (typeof ids === 'string') return [ids]
    looks = ids.length === 0 ? looks + 1 : 0
    if (looks === 2) return []
    for (const id of ids) {
      const left = await deletePool(id, made.prefix, caller)
      if (left !== undefined) return [left]
    }
    if (looks === 0) continue
    if (!(await caller.pause(millis(made.lateEffectMillis))))
      return ['there was no time for a second look']
  }
}

async function poolsNamed(name: string, caller: Caller): Promise<readonly string[] | string> {
  const ids: string[] = []
  let token: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await caller.answer('ListUserPools', {
      MaxResults: pageMax,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    if (!answer.ok) return `pools could not be listed: ${describe(answer)}`
    const pools = answer.output.UserPools
    for (const pool of Array.isArray(pools) ? (pools as Record<string, unknown>[]) : []) {
      const id = textField(pool, 'Id')
      if (id !== undefined && textField(pool, 'Name') === name) ids.push(id)
    }
    token = textField(answer.output, 'NextToken')
    if (token === undefined) return ids
  }
  return ids
}

/** A pool that does not carry the tag of the run is somebody else's, whatever its name. */
async function deletePool(
  poolId: string,
  prefix: string,
  caller: Caller,
): Promise<string | undefined> {
  const named = { UserPoolId: poolId }
  const described = await caller.answer('DescribeUserPool', named)
  if (!described.ok) {
    return described.code === 'ResourceNotFoundException'
      ? undefined
      : `pool ${poolId} could not be looked at: ${describe(described)}`
  }
  const { UserPoolTags: tags } = described.output.UserPool as {
    readonly UserPoolTags?: Readonly<Record<string, string>>
  }
  if (tags?.[runTag] !== prefix) return `pool ${poolId} does not carry the tag ${runTag} of the run`
  const replica = await deleteReplica(poolId, caller)
  if (replica !== undefined) return replica
  const deleted = await caller.answer('DeleteUserPool', named)
  if (deleted.ok || deleted.code === 'ResourceNotFoundException') return undefined
  return `pool ${poolId} could not be deleted: ${describe(deleted)}`
}

/** A replica is deleted once it is INACTIVE, and its pool once the replica is gone. */
async function deleteReplica(poolId: string, caller: Caller): Promise<string | undefined> {
  const named = { UserPoolId: poolId }
  for (;;) {
    const listed = await caller.answer('ListUserPoolReplicas', named)
    if (!listed.ok) return `replicas of ${poolId} could not be listed: ${describe(listed)}`
    const { UserPoolReplicas: all } = listed.output
    const replica = (Array.isArray(all) ? (all as Record<string, unknown>[]) : []).find(
      (one) => textField(one, 'Role') === 'SECONDARY',
    )
    if (replica === undefined) return undefined
    const at = { ...named, RegionName: textField(replica, 'RegionName') ?? '' }
    const status = textField(replica, 'Status')
    const step =
      status === 'ACTIVE'
        ? await caller.answer('UpdateUserPoolReplica', { ...at, Status: 'INACTIVE' })
        : status === 'INACTIVE'
          ? await caller.answer('DeleteUserPoolReplica', at)
          : undefined
    if (step?.ok === false)
      return `the replica of ${poolId} could not be deleted: ${describe(step)}`
    if (!(await caller.pause(millis(200)))) return `the replica of ${poolId} is still ${status}`
  }
}

function textsOf(list: unknown, field: string): readonly string[] {
  if (!Array.isArray(list)) return []
  return (list as readonly Record<string, unknown>[]).flatMap((entry) => {
    const text = textField(entry, field)
    return text === undefined ? [] : [text]
  })
}
