import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Sure } from './counts.ts'

/** A creation or a delete that was sent and not refused; `end` is ∞ until it is acknowledged. */
export interface Change {
  readonly operation: string
  readonly inv: Micros
  end: Micros
  region: RegionName
}

/** The accounts of one name, one after the other. */
export interface Account {
  readonly creations: Change[]
  readonly deletes: Change[]
  /** The subject of the newest tokens. */
  subject: string | undefined
  /** That of the account before the last delete. */
  formerSubject: string | undefined
  /** By Region: `end` of the first answer that showed the user, and that showed it gone again. */
  readonly seenAt: Map<RegionName, Micros>
  readonly goneAt: Map<RegionName, Micros>
  duplicate: Sure
  revived: boolean
  /** `end` of the first creation, of those that were forgotten. */
  forgottenEnd: Micros
}

/** An account of a name that was just met. */
export function newAccount(): Account {
  return {
    creations: [],
    deletes: [],
    subject: undefined,
    formerSubject: undefined,
    seenAt: new Map(),
    goneAt: new Map(),
    duplicate: 'no',
    revived: false,
    forgottenEnd: Infinity,
  }
}

/** More changes than this are cleared of what can no longer matter. */
const changesKept = 8

/**
 * Forgets creations and deletes that later ones stand for, whatever is asked of the account by an
 * attempt that began at `oldest` or later: of what was over by then the last creation counts, and
 * the last delete before that. What nobody knows of is kept.
 */
export function forget(account: Account, oldest: () => Micros): void {
  const { creations, deletes } = account
  if (creations.length + deletes.length <= changesKept) return
  const time = oldest()
  const created = creations.findLast(({ end }) => end < time)
  if (created === undefined) return
  const forgotten = dropBefore(creations, created)
  for (const { end } of forgotten) account.forgottenEnd = Math.min(account.forgottenEnd, end)
  const deleted = deletes.findLast(({ end }) => end < created.inv)
  if (deleted !== undefined) dropBefore(deletes, deleted)
}

/** Takes out what was sent before one of them and over no later. */
function dropBefore(changes: Change[], last: Change): readonly Change[] {
  const place = changes.indexOf(last)
  const isKept = ({ end }: Change, at: number): boolean => at >= place || end > last.end
  const dropped = changes.filter((change, at) => !isKept(change, at))
  changes.splice(0, changes.length, ...changes.filter(isKept))
  return dropped
}

/** Whether a creation that was not refused made a second account beside an earlier one. */
export function besideAnother({ creations, deletes }: Account, created: Change): Sure {
  const others = creations.filter((other) => other !== created)
  if (others.length === 0) return 'no'
  const isCertain = others.some(
    (other) => other.end !== Infinity && deletes.every((one) => one.end < other.inv),
  )
  if (isCertain && created.end !== Infinity) return 'certainly'
  const isFree = deletes.some(
    (one) => one.end < created.inv && others.every((other) => other.end < one.inv),
  )
  return isFree ? 'no' : 'perhaps'
}

/** The last acknowledged delete that nothing sent later may have undone. */
export function lastDelete({ creations, deletes }: Account): Change | undefined {
  const last = deletes.findLast(({ end }) => end !== Infinity)
  if (last === undefined) return undefined
  return creations.every(({ end }) => end < last.inv) ? last : undefined
}

/** An account that was deleted before another one of its name was made. */
export interface Handover {
  readonly deleted: Change
  readonly created: Change
}

/** The last time at which a name certainly changed hands before a moment. */
export function handoverBefore(
  { creations, deletes }: Account,
  time: Micros,
): Handover | undefined {
  const created = creations.findLast(({ end }) => end < time)
  if (created === undefined) return undefined
  const deleted = deletes.findLast(({ end }) => end < created.inv)
  return deleted === undefined ? undefined : { deleted, created }
}
