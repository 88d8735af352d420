import type { BruteForce } from './brute-force.ts'
import { primary, replica } from './history-builder.ts'
import { type Exchange, exchangesOf } from './plain-exchanges.ts'
import { arrivedBy, type PlainHistory } from './plain-history.ts'

type Sure = 'no' | 'perhaps' | 'certainly'
type Kind = 'disable' | 'password' | 'revocation' | 'mfa'

/** An acknowledged change of the only user of these histories. */
interface Taken {
  readonly kind: Kind
  readonly change: Exchange
  /** The sign-in of a revoked session. */
  readonly root: string
}

const registers: Readonly<Record<string, Kind>> = {
  'u1/enabled': 'disable',
  'u1/password': 'password',
  'u1/factor': 'mfa',
}
const silent = ['locked', 'gated', 'throttled', 'unavailable']

/** The deauthorisation checker: each change against each use, by the words of the definition. */
export function bruteForceDeauthorisation(history: PlainHistory): BruteForce {
  const world = new World(history)
  const findings = new Set<string>()
  const values: Record<string, [number, number]> = {}
  const widen = (name: string, low: number, high: number): void => {
    const known = values[name] ?? [0, 0]
    values[name] = [Math.max(known[0], low), Math.max(known[1], high)]
  }
  const never: [number, number] = [0, 0]
  for (const taken of world.taken) {
    for (const node of [primary, replica, 'shop']) {
      const seen = world.staleness(taken, node)
      if (seen === undefined) continue
      const { low, high, isLate, isRefused } = seen
      const own = taken.change.node === node ? 'sameRegion' : 'otherRegion'
      const place = node === 'shop' ? 'offline' : own
      widen(`deauthorisation.${taken.kind}.${place}Seconds`, low / 1e6, high / 1e6)
      widen(`deauthorisation.${place}Seconds`, low / 1e6, high / 1e6)
      if (!isLate || high !== Infinity) continue
      never[1] += 1
      if (isRefused) continue
      never[0] += 1
      findings.add(`never-stopped ${taken.change.invoke.operation}`)
    }
  }
  const issued: [number, number] = [0, 0]
  const revived: [number, number] = [0, 0]
  const old: [number, number] = [0, 0]
  for (const use of world.uses) {
    const forbidding = world.forbidding(use)
    const { operation } = use.invoke
    const accepted = forbidding.filter((taken) => world.accepts(taken, use) === true)
    const firm = accepted.filter(() => !world.inDoubt(use))
    const sure = accepted.filter((taken) => taken.kind !== 'disable' || firm.includes(taken))
    const late = sure.filter((taken) => use.inv > taken.change.end)
    if (late.length > 0) findings.add(`still-accepted ${operation}`)
    const tokens = use.tokens.length > 0
    const isUnknown = use.type === 'info' && world.mints(use) && forbidding.length > 0
    if ((tokens && accepted.length > 0) || isUnknown) issued[1] += 1
    if (tokens && late.length > 0) issued[0] += 1
    const again = sure.map((taken) => world.refusedBefore(taken, use))
    if (again.some((one) => one !== 'no')) revived[1] += 1
    if (again.includes('certainly')) {
      revived[0] += 1
      findings.add(`revived ${operation}`)
    }
    const isOld = late.some(
      ({ kind, change }) => kind === 'password' && change.node === use.node && use.type === 'ok',
    )
    if (!isOld) continue
    old[0] += 1
    old[1] += 1
    findings.add(`old-password ${operation}`)
  }
  return {
    values: {
      ...values,
      'deauthorisation.neverStopped': never,
      'deauthorisation.tokensIssuedMeanwhile': issued,
      'deauthorisation.revived': revived,
      'deauthorisation.oldPasswordAfterAcknowledgement': old,
    },
    findings,
  }
}

class World {
  readonly #history: PlainHistory
  readonly all: readonly Exchange[]
  readonly uses: readonly Exchange[]
  readonly taken: readonly Taken[]

  constructor(history: PlainHistory) {
    this.#history = history
    this.all = exchangesOf(history)
    const uses = ['sign-in', 'refresh', 'use-token', 'visit']
    this.uses = this.all.filter(({ invoke }) => uses.includes(invoke.function))
    this.taken = this.all.flatMap((change): readonly Taken[] => {
      const [write] = change.invoke.writes ?? []
      if (change.type !== 'ok' || write === undefined || write.value === null) return []
      if (change.invoke.function === 'sign-up') return []
      const detail = write.register.split('revoked:')[1]
      const kind = detail === undefined ? registers[write.register] : 'revocation'
      if (kind === undefined) return []
      return [{ kind, change, root: detail === undefined ? '' : this.rootOf(detail) }]
    })
  }

  mints({ invoke }: Exchange): boolean {
    return invoke.function === 'sign-in' || invoke.function === 'refresh'
  }

  accepts({ kind }: Taken, use: Exchange): boolean | undefined {
    if (use.type === 'info') return undefined
    return kind === 'mfa' ? use.tokens.length > 0 : use.type === 'ok'
  }

  /** The changes that forbid a use, as far as anybody could know when it was answered. */
  forbidding(use: Exchange): readonly Taken[] {
    return this.taken.filter((taken) => this.#forbids(taken, use))
  }

  #forbids({ kind, change, root }: Taken, use: Exchange): boolean {
    if (use.inv <= change.inv || use.answeredAt < change.answeredAt) return false
    if (kind === 'revocation')
      return this.#source(use) !== undefined && this.#rootOfUse(use) === root
    if (kind === 'mfa') return use.invoke.function === 'sign-in'
    if (kind === 'password') {
      const span = this.#label(use)
      return span !== undefined && span.end < change.inv
    }
    const overAt = this.#overAt(change)
    return !this.#isVoid(change) && (overAt === Infinity || use.answeredAt < overAt)
  }

  /** Enabled by something that may come after the change although it was sent before. */
  #isVoid(change: Exchange): boolean {
    return this.#enables().some(
      (one) => one.type !== 'fail' && one.answeredAt < change.answeredAt && one.end >= change.inv,
    )
  }

  #overAt(change: Exchange): number {
    const given = this.#enables().filter(
      (one) => one.type !== 'fail' && one.answeredAt > change.answeredAt,
    )
    return Math.min(Infinity, ...given.map(({ answeredAt }) => answeredAt))
  }

  #enables(): readonly Exchange[] {
    return this.all.filter(({ invoke }) => invoke.function === 'enable-user')
  }

  inDoubt({ answeredAt }: Pick<Exchange, 'answeredAt'>): boolean {
    return this.#enables().some((one) => one.inv < answeredAt && one.answeredAt > answeredAt)
  }

  #isClear({ kind, change }: Taken): boolean {
    if (kind !== 'disable') return true
    const disables = this.all.filter(({ invoke }) => invoke.function === 'disable-user')
    return !this.#enables().some(
      (given) =>
        given.type !== 'fail' &&
        given.answeredAt < change.answeredAt &&
        disables.some(
          (one) =>
            one.inv < given.answeredAt &&
            (one.type !== 'fail' || one.answeredAt > given.answeredAt),
        ),
    )
  }

  /** What the uses of one change at one node come to; undefined where nothing was seen. */
  staleness(
    taken: Taken,
    node: string,
  ):
    | { readonly low: number; readonly high: number; isLate: boolean; isRefused: boolean }
    | undefined {
    const { change, kind } = taken
    const uses = this.uses.filter((use) => use.node === node && this.#forbids(taken, use))
    const isDoubted = (use: Exchange): boolean => kind === 'disable' && this.inDoubt(use)
    const accepted = uses.filter((use) => this.accepts(taken, use) === true)
    const counted = accepted.filter((use) => !isDoubted(use))
    const opening = accepted.filter((use) => !isDoubted(use) || this.#staysTrue(change, use))
    const refused = uses.filter((use) => this.accepts(taken, use) === false && !isDoubted(use))
    const certain = refused.filter((use) => this.owed(taken, use) === 'certainly')
    const seen = [...counted, ...certain].filter((use) => use.inv > change.end)
    if (seen.length === 0) return undefined
    /** After everything that had been accepted when it was answered. */
    const isAfter = (use: Exchange, all: readonly Exchange[]): boolean =>
      all.every((one) => one.answeredAt > use.answeredAt || one.end < use.inv)
    const last = Math.max(-Infinity, ...opening.map(({ answeredAt }) => answeredAt))
    const stops = certain.filter((use) => isAfter(use, accepted) && use.answeredAt > last)
    const lastCounted = Math.max(-Infinity, ...counted.map(({ answeredAt }) => answeredAt))
    return {
      low: Math.max(0, ...counted.map((use) => use.inv - change.end)),
      high: Math.min(Infinity, ...stops.map((use) => use.end)) - change.inv,
      isLate: counted.some((use) => use.inv > change.end),
      isRefused: refused.some(
        (use) =>
          !silent.includes(use.meaning) && isAfter(use, accepted) && use.answeredAt > lastCounted,
      ),
    }
  }

  /** Accepted while an enabling was under way that was refused, or never answered. */
  #staysTrue(change: Exchange, use: Exchange): boolean {
    const overAt = this.#overAt(change)
    if (overAt === Infinity) return true
    return this.#enables().some(
      (one) =>
        one.type === 'fail' &&
        one.answeredAt > use.answeredAt &&
        one.answeredAt < overAt &&
        !this.inDoubt(one),
    )
  }

  refusedBefore(taken: Taken, use: Exchange): Sure {
    const before = this.uses.filter(
      (one) =>
        one.node === use.node &&
        one.answeredAt < use.answeredAt &&
        one.end < use.inv &&
        this.#forbids(taken, one) &&
        this.accepts(taken, one) === false &&
        !(taken.kind === 'disable' && this.inDoubt(one)),
    )
    const owed = before.map((one) => this.owed(taken, one))
    if (owed.includes('certainly')) return 'certainly'
    return owed.includes('perhaps') ? 'perhaps' : 'no'
  }

  owed(taken: Taken, use: Exchange): Sure {
    const sure = this.#owedByMeaning(taken, use)
    return sure === 'certainly' && !this.#isClear(taken) ? 'perhaps' : sure
  }

  #owedByMeaning({ kind, change }: Taken, use: Exchange): Sure {
    const { meaning, node } = use
    const kinds = new Set(this.forbidding(use).map((taken) => taken.kind))
    const isSession = this.#isSession(use)
    if (kind === 'mfa')
      return use.type === 'ok' || meaning === 'factor-required' ? 'certainly' : 'no'
    if (kind === 'disable' && meaning === 'disabled') return 'certainly'
    if (kind === 'disable' && !isSession) return 'no'
    if (kind === 'revocation' && meaning === 'revoked')
      return kinds.size > 1 ? 'perhaps' : 'certainly'
    if (kind !== 'password') {
      if (meaning !== 'revoked' && meaning !== 'token-refused') return 'no'
      return kinds.size === 1 && this.#knewSession(use) ? 'certainly' : 'perhaps'
    }
    if (meaning !== 'wrong-credentials') return 'no'
    const own = this.#label(use)
    if (own === undefined) return 'perhaps'
    const others = this.#passwords(use.answeredAt).filter(
      ({ operation }) => operation !== use.invoke.arguments.password,
    )
    const isNext = others.every(
      (one) =>
        one.end < own.inv || one.operation === change.invoke.operation || one.inv > change.end,
    )
    const had = node === change.node || this.#hadLabel(use, own)
    return isNext && had ? 'certainly' : 'perhaps'
  }

  #isSession({ invoke }: Exchange): boolean {
    return invoke.function !== 'sign-in'
  }

  #hadLabel(use: Exchange, own: { inv: number; end: number }): boolean {
    if (arrivedBy(this.#history, own.end, use)) return true
    const accepted = this.uses.filter(
      (one) =>
        one.node === use.node &&
        one.type === 'ok' &&
        one.invoke.arguments.password !== undefined &&
        one.answeredAt < use.answeredAt,
    )
    const label = accepted.at(-1)?.invoke.arguments.password
    const other = accepted.findLastIndex((one) => one.invoke.arguments.password !== label)
    const since = accepted[other + 1]?.end ?? Infinity
    if (label === undefined || since >= use.inv) return false
    const shown = this.#passwords(use.answeredAt).find(({ operation }) => operation === label)
    return label === use.invoke.arguments.password || (shown !== undefined && own.end < shown.inv)
  }

  #knewSession(use: Exchange): boolean {
    const accepted = this.uses.filter(
      (one) =>
        one.node === use.node &&
        one.type === 'ok' &&
        this.#source(one) !== undefined &&
        one.answeredAt < use.answeredAt,
    )
    const last = accepted.at(-1)
    if (last === undefined || this.#rootOfUse(last) !== this.#rootOfUse(use)) return false
    const other = accepted.findLastIndex((one) => this.#rootOfUse(one) !== this.#rootOfUse(use))
    return (accepted[other + 1]?.end ?? Infinity) < use.inv
  }

  /** Passwords that were sent and not refused by then; `end` is ∞ until it is known. */
  #passwords(
    at: number,
  ): readonly { readonly operation: string; readonly inv: number; readonly end: number }[] {
    return this.all
      .filter(
        ({ invoke, inv, type, answeredAt }) =>
          inv < at &&
          (type !== 'fail' || answeredAt > at) &&
          invoke.writes?.some(({ register }) => register === 'u1/password'),
      )
      .map(({ invoke, inv, end, type, answeredAt }) => ({
        operation: invoke.operation,
        inv,
        end: type === 'ok' && answeredAt < at ? end : Infinity,
      }))
  }

  #label({ invoke, answeredAt }: Exchange): { inv: number; end: number } | undefined {
    if (invoke.function !== 'sign-in') return undefined
    return this.#passwords(answeredAt).find(
      ({ operation }) => operation === invoke.arguments.password,
    )
  }

  #source({ invoke }: Exchange): string | undefined {
    if (invoke.function === 'sign-in') return undefined
    const argument = invoke.arguments.refreshToken ?? invoke.arguments.accessToken
    if (typeof argument !== 'object' || argument === null || !('from' in argument)) return undefined
    return typeof argument.from === 'string' ? argument.from : undefined
  }

  #rootOfUse(use: Exchange): string {
    return this.rootOf(this.#source(use) ?? '')
  }

  rootOf(operation: string): string {
    const one = this.all.find(
      ({ invoke, type }) =>
        invoke.operation === operation && type === 'ok' && invoke.function === 'refresh',
    )
    const source = one === undefined ? undefined : this.#source(one)
    return source === undefined ? operation : this.rootOf(source)
  }
}
