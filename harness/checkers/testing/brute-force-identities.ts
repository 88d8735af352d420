import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchangesOf } from './plain-exchanges.ts'
import { arrivedBy, type PlainHistory } from './plain-history.ts'

const user = 'u1'
const existence = 'u1/existence'

/** The identities checker for one name: each answer against all that was sent before it. */
export function bruteForceIdentities(history: PlainHistory): BruteForce {
  const all = exchangesOf(history)
  const answered = all.filter(({ answeredAt }) => answeredAt !== Infinity)
  const findings = new Set<string>()
  let duplicate: 'no' | 'perhaps' | 'certainly' = 'no'
  const crossed = [0, 0]
  let revived = false
  for (const now of answered) {
    const sure = secondAccount(all, now)
    if (duplicate !== 'certainly' && sure !== 'no' && sure !== duplicate) {
      duplicate = sure
      if (sure === 'certainly') findings.add(`second-identity ${now.invoke.operation}`)
    }
    const over = crossing(history, all, now)
    if (over !== 'no') crossed[1] = (crossed[1] ?? 0) + 1
    if (over === 'certainly') {
      crossed[0] = (crossed[0] ?? 0) + 1
      findings.add(`crossed ${now.invoke.operation}`)
    }
    if (revived || !shows(now) || !wasGone(history, all, now)) continue
    revived = true
    findings.add(`revived ${now.invoke.operation}`)
  }
  return {
    values: {
      'identities.duplicates': [duplicate === 'certainly' ? 1 : 0, duplicate === 'no' ? 0 : 1],
      'identities.crossed': [crossed[0] ?? 0, crossed[1] ?? 0],
      'identities.revived': [revived ? 1 : 0, revived ? 1 : 0],
    },
    findings,
  }
}

function changes(all: readonly Exchange[], at: number, isDelete: boolean): readonly Exchange[] {
  return all.filter(
    ({ invoke, inv, type, answeredAt }) =>
      inv <= at &&
      (type !== 'fail' || answeredAt > at) &&
      invoke.writes?.some(
        ({ register, value }) => register === existence && (value === 'deleted') === isDelete,
      ) === true,
  )
}

/** What was known of the end of a change at a moment. */
function endAt({ type, end, answeredAt }: Exchange, at: number): number {
  return type === 'fail' || answeredAt > at ? Infinity : end
}

function secondAccount(all: readonly Exchange[], now: Exchange): 'no' | 'perhaps' | 'certainly' {
  const at = now.answeredAt
  const creations = changes(all, at, false)
  const deletes = changes(all, at, true)
  const subjects = all.filter((one) => one.answeredAt < at).flatMap(mintedSubject)
  const before = subjects.at(-1)
  const [subject] = mintedSubject(now)
  const isOther = before !== undefined && subject !== undefined && subject !== before
  if (isOther && creations.length > 0 && deletes.length === 0) return 'certainly'
  if (!creations.includes(now)) return 'no'
  const others = creations.filter((one) => one !== now)
  if (others.length === 0) return 'no'
  const isCertain = others.some(
    (one) => endAt(one, at) !== Infinity && deletes.every((gone) => endAt(gone, at) < one.inv),
  )
  if (isCertain && now.end !== Infinity) return 'certainly'
  const isFree = deletes.some(
    (gone) => endAt(gone, at) < now.inv && others.every((one) => endAt(one, at) < gone.inv),
  )
  return isFree ? 'no' : 'perhaps'
}

function mintedSubject(one: Exchange): readonly string[] {
  const isMint = ['sign-in', 'refresh'].includes(one.invoke.function) && one.type === 'ok'
  const subject = isMint ? one.tokens.find((token) => token.use !== 'refresh')?.subject : undefined
  return subject === undefined ? [] : [subject]
}

/** An accepted use of what belonged to a former owner. */
function crossing(
  history: PlainHistory,
  all: readonly Exchange[],
  now: Exchange,
): 'no' | 'perhaps' | 'certainly' {
  if (now.type !== 'ok' || !['sign-in', 'refresh', 'use-token'].includes(now.invoke.function)) {
    return 'no'
  }
  const at = now.answeredAt
  const created = changes(all, at, false)
    .filter((one) => endAt(one, at) < now.inv)
    .sort((a, b) => a.inv - b.inv)
    .at(-1)
  if (created === undefined) return 'no'
  const deleted = changes(all, at, true)
    .filter((one) => endAt(one, at) < created.inv)
    .sort((a, b) => a.inv - b.inv)
    .at(-1)
  if (deleted === undefined || !isOlder(all, now, deleted)) return 'no'
  const lastGone = changes(all, at, true)
    .filter(({ type }) => type === 'ok')
    .filter(({ answeredAt }) => answeredAt < at)
    .at(-1)
  const former = all
    .filter((one) => one.answeredAt < (lastGone?.answeredAt ?? 0))
    .flatMap(mintedSubject)
    .at(-1)
  const [subject] = mintedSubject(now)
  const knows = now.node === created.node || arrivedBy(history, created.end, now)
  if (subject !== undefined && subject === former) return knows ? 'perhaps' : 'no'
  const toldApart = subject !== undefined && former !== undefined
  return toldApart || knows ? 'certainly' : 'perhaps'
}

/** The session or the password is of before the delete. */
function isOlder(all: readonly Exchange[], { invoke }: Exchange, deleted: Exchange): boolean {
  if (invoke.function === 'sign-in') {
    const written = all.find(
      (one) =>
        one.invoke.operation === invoke.arguments.password &&
        one.invoke.writes?.some(({ register }) => register === 'u1/password'),
    )
    return written !== undefined && written.type === 'ok' && written.end < deleted.inv
  }
  return begun(all, invoke) < deleted.inv
}

function begun(all: readonly Exchange[], invoke: Exchange['invoke']): number {
  const argument = invoke.arguments.refreshToken ?? invoke.arguments.accessToken
  const from =
    typeof argument === 'object' && argument !== null && 'from' in argument ? argument.from : ''
  const one = all.find((other) => other.invoke.operation === from && other.type === 'ok')
  if (one === undefined || !['sign-in', 'refresh'].includes(one.invoke.function)) return Number.NaN
  const before = one.invoke.function === 'refresh' ? begun(all, one.invoke) : Number.NaN
  if (!Number.isNaN(before)) return before
  return one.tokens.length > 0 ? one.end : Number.NaN
}

/** The Region lets the user in, or reads the account. */
function shows(one: Exchange): boolean {
  const isUse = ['sign-in', 'refresh', 'use-token'].includes(one.invoke.function)
  return (
    (isUse && one.type === 'ok') ||
    one.observed.some(({ register, value }) => register === existence && value !== null)
  )
}

function lacks(one: Exchange): boolean {
  const isUse = ['sign-in', 'refresh', 'use-token'].includes(one.invoke.function)
  return (
    (isUse && one.type === 'fail' && one.meaning === 'absent') ||
    one.observed.some(({ register, value }) => register === existence && value === null)
  )
}

/** The delete that nothing sent by then may undo, and the Region had shown it. */
function wasGone(history: PlainHistory, all: readonly Exchange[], now: Exchange): boolean {
  const at = now.answeredAt
  const creations = changes(all, at, false)
  /** Nothing that was shown before another account was sent for counts. */
  const sentAt = Math.max(
    -Infinity,
    ...history.lines.map((line) =>
      line.type === 'invoke' &&
      line.at < at &&
      line.writes?.some((write) => write.register === existence && write.value !== 'deleted')
        ? line.at
        : -Infinity,
    ),
  )
  const last = (time: number): Exchange | undefined => {
    const gone = changes(all, time, true)
      .filter((one) => endAt(one, time) !== Infinity)
      .sort((a, b) => a.inv - b.inv)
      .at(-1)
    if (gone === undefined) return undefined
    const later = changes(all, time, false)
    return later.every((one) => endAt(one, time) < gone.inv) ? gone : undefined
  }
  if (creations.length === 0 && changes(all, at, true).length === 0) return false
  if (last(at) === undefined) return false
  const acknowledged = all.some(
    (one) =>
      one.type === 'ok' &&
      one.answeredAt > sentAt &&
      one.end < now.inv &&
      one.node === now.node &&
      one.invoke.writes?.some((write) => write.register === existence && write.value === 'deleted'),
  )
  if (acknowledged) return true
  return all.some((one) => {
    const gone = last(one.answeredAt)
    if (gone === undefined || !lacks(one) || one.node !== now.node) return false
    if (one.answeredAt <= sentAt || one.end >= now.inv || one.inv <= gone.inv) return false
    const seen = all.some(
      (other) =>
        other.node === one.node && shows(other) && other.end < one.inv && isMet(all, other),
    )
    const arrived = changes(all, one.answeredAt, false).some((created) =>
      arrivedBy(history, endAt(created, one.answeredAt), one),
    )
    return seen || arrived
  })
}

/** The name had been written by then: before that nothing is remembered. */
function isMet(all: readonly Exchange[], { answeredAt }: Exchange): boolean {
  return all.some(
    ({ invoke, inv }) =>
      inv < answeredAt &&
      invoke.user === user &&
      invoke.writes?.some(({ register }) => register === existence) === true,
  )
}
