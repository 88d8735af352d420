import type { BruteForce } from './brute-force.ts'
import { type Exchange, exchangesOf } from './plain-exchanges.ts'
import { type PlainHistory, plainDisaster } from './plain-history.ts'

const lag = 100_000

type Bounds = readonly [low: number, high: number]

/** The lockout checker: counts over every pair of tries. */
export function bruteForceLockout(history: PlainHistory): BruteForce {
  const all = exchangesOf(history)
  const findings = new Set<string>()
  const side = (control: boolean): readonly Exchange[] =>
    all.filter((one) => isGuess(one) && isControl(one) === control)
  const [attack, control] = [side(false), side(true)]
  const most = (tries: readonly Exchange[], apart: (one: Exchange) => string): Bounds => {
    const groups = [...new Set(tries.map(apart))].map((key) =>
      sum(tries.filter((one) => apart(one) === key)),
    )
    return [Math.max(0, ...groups.map(([low]) => low)), Math.max(0, ...groups.map(([, h]) => h))]
  }
  const user = (one: Exchange): string => one.invoke.user
  const [attackedLow, attackedHigh] = most(attack, user)
  const [controlLow, controlHigh] = most(control, user)
  for (const name of control.length > 0 ? new Set(attack.map(user)) : []) {
    const own = attack.filter((one) => user(one) === name)
    if (sum(own)[0] <= controlHigh) continue
    const last = own.filter((one) => admission(one)[0] > 0).at(-1)
    findings.add(`more-guesses ${last?.invoke.operation}`)
  }
  const accepted = [...attack, ...control].filter(({ type }) => type === 'ok')
  for (const { invoke } of accepted) findings.add(`wrongly-accepted ${invoke.operation}`)
  const kept = keptOut(history, all)
  for (const operation of kept) findings.add(`kept-out ${operation}`)
  const resets = countersReset(history, all)
  for (const operation of resets.certain) findings.add(`counter-reset ${operation}`)
  const crossed = locksCrossed(all)
  const share = crossed.length === 0 ? 0 : crossed.filter(Boolean).length / crossed.length
  return {
    values: {
      'lockout.guessesAdmitted': sum(attack),
      'lockout.guessesAdmittedControl': sum(control),
      'lockout.guessesAdmittedPerRegionMax': most(attack, (one) => `${user(one)} ${one.node}`),
      'lockout.guessFactor': [
        controlHigh === 0 ? 0 : attackedLow / controlHigh,
        controlLow === 0 ? Infinity : attackedHigh / controlLow,
      ],
      'lockout.regionsAttacked': regionsAttacked(attack),
      'lockout.locksCrossed': [share, share],
      'lockout.countersReset': [resets.certain.length, resets.high],
      'lockout.keptOutUsers': [kept.length, kept.length],
      'lockout.wronglyAccepted': [accepted.length, accepted.length],
    },
    findings,
  }
}

function regionsAttacked(attack: readonly Exchange[]): Bounds {
  const heard = attack.filter(({ meaning }) => meaning !== 'gated')
  const users = [...new Set(heard.map(({ invoke }) => invoke.user))]
  const counts = users.map(
    (user) => new Set(heard.filter((one) => one.invoke.user === user).map(({ node }) => node)).size,
  )
  const most = Math.max(0, ...counts)
  return [most, most]
}

function isGuess({ invoke }: Exchange): boolean {
  return invoke.purpose.startsWith('guess') || invoke.function === 'guess-password'
}

function isControl({ invoke }: Exchange): boolean {
  return invoke.purpose === 'guess-control'
}

/** Whether the Region evaluated it. */
function admission({ type, meaning }: Exchange): Bounds {
  if (type === 'ok' || meaning === 'wrong-credentials') return [1, 1]
  if (type === 'info' || meaning === '') return [0, 1]
  return [0, 0]
}

function sum(tries: readonly Exchange[]): Bounds {
  const all = tries.map(admission)
  return [
    all.reduce((total, [low]) => total + low, 0),
    all.reduce((total, [, high]) => total + high, 0),
  ]
}

/** One operation for each owner who was answered as locked after the cutover: the first. */
function keptOut(history: PlainHistory, all: readonly Exchange[]): readonly string[] {
  /** As it was known then: a later switch may turn out to answer a disaster. */
  const cutoverAt = (time: number): number => {
    const lines = history.lines.filter(({ at }) => at <= time)
    const faults = history.faults.filter(({ at }) => at <= time)
    return plainDisaster({ ...history, lines, faults }).cutover?.at ?? Infinity
  }
  const locked = all.filter(
    (one) =>
      !isGuess(one) &&
      one.invoke.function === 'sign-in' &&
      one.meaning === 'locked' &&
      one.inv > cutoverAt(one.answeredAt),
  )
  const users = [...new Set(locked.map(({ invoke }) => invoke.user))]
  return users.map(
    (user) => locked.find(({ invoke }) => invoke.user === user)?.invoke.operation ?? '',
  )
}

interface Failure extends Exchange {
  readonly disturbed: boolean
}

interface Series {
  readonly failures: readonly Failure[]
  readonly unknown: number
  readonly locks: ReadonlyMap<number, number>
  readonly isControl: boolean
  readonly disturbed: boolean
}

/** The tries at one user and Region, cut where the owner got in. */
function seriesOf(history: PlainHistory, all: readonly Exchange[]): readonly Series[] {
  const tries = all.filter(({ invoke }) => ['sign-in', 'guess-password'].includes(invoke.function))
  const keys = new Set(tries.filter(isGuess).map((one) => `${one.invoke.user} ${one.node}`))
  return [...keys].flatMap((key) => {
    const own = tries.filter((one) => `${one.invoke.user} ${one.node}` === key)
    // What the owner did before anybody guessed is no part of an attack.
    const from = own.findIndex(isGuess)
    const parts: Exchange[][] = [[]]
    for (const one of own.slice(from)) {
      if (one.type === 'ok' && !isGuess(one)) parts.push([])
      else parts.at(-1)?.push(one)
    }
    return parts.map((part) => oneSeries(history, all, part, own.some(isControl)))
  })
}

function oneSeries(
  history: PlainHistory,
  all: readonly Exchange[],
  tries: readonly Exchange[],
  control: boolean,
): Series {
  const failures: Failure[] = []
  const locks = new Map<number, number>()
  let unknown = 0
  let lockedFrom = -Infinity
  const first = tries.find(({ meaning }) => meaning === 'wrong-credentials')
  const wasDisturbed = (at: number): boolean =>
    first !== undefined && disturbedBetween(history, first.invoke.user, first.answeredAt, at)
  for (const one of tries) {
    const count = failures.length
    const last = failures.at(-1)
    if (one.meaning === 'wrong-credentials') {
      if (one.inv <= lockedFrom) locks.delete(count)
      failures.push({ ...one, disturbed: count > 0 && wasDisturbed(one.answeredAt) })
    } else if (one.meaning === 'locked') {
      lockedFrom = Math.max(lockedFrom, one.inv)
      if (last !== undefined && unknown === 0 && one.inv > last.end) {
        locks.set(count, Math.max(locks.get(count) ?? 0, one.inv - last.end))
      }
    } else if (admission(one)[1] > admission(one)[0]) unknown += 1
  }
  const disturbed = failures.length > 0 && disturbedUntilNext(history, all, tries, first)
  return { failures, unknown, locks, isControl: control, disturbed }
}

/** Something happened after the first failure, before the owner got in. */
function disturbedUntilNext(
  history: PlainHistory,
  all: readonly Exchange[],
  tries: readonly Exchange[],
  first: Exchange | undefined,
): boolean {
  if (first === undefined) return false
  const next = all.find(
    (one) =>
      one.invoke.function === 'sign-in' &&
      one.invoke.user === first.invoke.user &&
      one.node === first.node &&
      one.type === 'ok' &&
      !isGuess(one) &&
      one.answeredAt > (tries.at(-1)?.answeredAt ?? 0),
  )
  const until = next?.answeredAt ?? Infinity
  return disturbedBetween(history, first.invoke.user, first.answeredAt, until)
}

function disturbedBetween(
  history: PlainHistory,
  user: string,
  from: number,
  until: number,
): boolean {
  const events = history.lines.some(
    (line) =>
      line.at > from &&
      line.at < until &&
      ((line.type === 'fault' && line.phase === 'apply') ||
        (line.type === 'route' && line.previous !== null)),
  )
  return (
    events ||
    history.writes.some(
      (write) =>
        write.outcome === 'ok' &&
        write.register === `${user}/attribute:nickname` &&
        write.answeredAt > from &&
        write.answeredAt < until,
    )
  )
}

function countersReset(
  history: PlainHistory,
  all: readonly Exchange[],
): { readonly certain: readonly string[]; readonly high: number } {
  const series = seriesOf(history, all)
  const controls = series.filter((one) => one.isControl)
  const longest = Math.max(0, ...controls.map(({ failures }) => failures.length))
  const certain: string[] = []
  let high = 0
  for (const { failures, unknown, disturbed } of series.filter((one) => isAttacked(one, all))) {
    if (longest === 0 || !disturbed) continue
    const inside = failures.filter(
      (guess, index) =>
        guess.disturbed &&
        controls.some(({ locks }) =>
          [...locks].some(([count, lasts]) => {
            const start = failures[count - 1]
            return count <= index && start !== undefined && guess.end - start.inv <= lasts
          }),
        ),
    )
    certain.push(...inside.map(({ invoke }) => invoke.operation))
    high += Math.max(inside.length, failures.length + unknown - longest, 0)
  }
  return { certain, high: Math.max(high, certain.length) }
}

function isAttacked({ failures }: Series, all: readonly Exchange[]): boolean {
  const [first] = failures
  if (first === undefined) return false
  return all.some(
    (one) =>
      isGuess(one) &&
      !isControl(one) &&
      one.invoke.user === first.invoke.user &&
      one.node === first.node,
  )
}

/** For each lock and other Region in which it was certainly tried: whether it held. */
function locksCrossed(all: readonly Exchange[]): readonly boolean[] {
  const tries = all.filter(({ invoke }) => ['sign-in', 'guess-password'].includes(invoke.function))
  const results: boolean[] = []
  for (const key of new Set(tries.map((one) => `${one.invoke.user} ${one.node}`))) {
    const own = tries.filter((one) => `${one.invoke.user} ${one.node}` === key)
    for (const lock of locksOf(own)) {
      const [first] = lock
      if (first === undefined) continue
      const owners = tries.filter(
        (one) =>
          one.invoke.user === first.invoke.user &&
          one.node !== first.node &&
          !isGuess(one) &&
          one.inv > first.end + lag &&
          lock.some((later) => later.inv > one.end) &&
          isSure(one, all),
      )
      for (const region of new Set(owners.map(({ node }) => node))) {
        const there = owners.filter(({ node }) => node === region)
        results.push(there.every(({ meaning }) => meaning === 'locked'))
      }
    }
  }
  return results
}

/** Answers that speak of one lock: no other answer that evaluated anything stands between. */
function locksOf(own: readonly Exchange[]): readonly (readonly Exchange[])[] {
  const locks: Exchange[][] = []
  let open: Exchange[] | undefined
  for (const one of own) {
    if (one.type === 'fail' && one.meaning === 'locked') {
      if (open === undefined) {
        open = []
        locks.push(open)
      }
      open.push(one)
    } else if (one.type !== 'fail' || one.meaning === 'wrong-credentials') open = undefined
  }
  return locks
}

/** The owner got in, or is locked in a Region in which nobody may have failed since. */
function isSure(one: Exchange, all: readonly Exchange[]): boolean {
  if (one.type === 'ok') return true
  if (one.type !== 'fail' || one.meaning !== 'locked') return false
  const before = all.filter(
    (other) =>
      other.invoke.user === one.invoke.user &&
      other.node === one.node &&
      ['sign-in', 'guess-password'].includes(other.invoke.function) &&
      other.answeredAt < one.answeredAt,
  )
  const guessedFrom = before.findIndex(isGuess)
  const since = before.findLastIndex((other) => other.type === 'ok' && !isGuess(other))
  return (
    guessedFrom < 0 ||
    before
      .slice(Math.max(guessedFrom, since + 1))
      .every((other) => admission(other)[1] === 0 || (isGuess(other) && other.type === 'ok'))
  )
}
