import type { EventLine, HeaderLine, InvokeLine, RouteLine } from '../history/line.ts'
import type { RegionName } from '../history/operation.ts'
import type { Micros } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { inSeconds } from './fold/counts.ts'
import { foldOf, type HistoryFold, unknownAttempt } from './fold/history-fold.ts'
import { KnownAt } from './fold/known-at.ts'
import { PasswordsTogether } from './fold/passwords-together.ts'
import { type Place, Places } from './fold/places.ts'
import { isSilent, Refusals } from './fold/refusals.ts'
import { findingOf } from './fold/refused-stops.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { SpentTokens } from './fold/spent-tokens.ts'
import { accessWentOn, type NeverStopped, StalenessTable } from './fold/staleness.ts'
import { type Use, useFunctions, useOf } from './fold/uses.ts'
import {
  acceptedAgainst,
  type Tally,
  tallyOf,
  type Withdrawal,
  type WithdrawalKind,
} from './fold/withdrawal.ts'
import { Withdrawals } from './fold/withdrawals.ts'

const name = 'deauthorisation'

/** What was done to a user, as a person would say it. */
const deeds: Readonly<Record<WithdrawalKind, string>> = {
  disable: 'was disabled',
  delete: 'was deleted',
  group: 'was removed from a group',
  secret: 'lost a secret',
  password: 'had the password replaced',
  mfa: 'enrolled a second factor',
  revocation: 'had a session revoked',
  signOut: 'was signed out everywhere',
  device: 'had a device forgotten',
}

/** Measurements that a repetition drives, and how it is told. */
const again = {
  revived: ['revived', 'had refused what was taken away and accepted it again, of'],
  'old-password': [
    'oldPasswordAfterAcknowledgement',
    'had acknowledged a newer password and took the older one of',
  ],
  'passwords-together': [
    'passwordsWorkingTogether',
    'had taken the newer password and took the older one again of',
  ],
  'spent-twice': ['spentTwice', 'took a refresh token that had been replaced and used since, of'],
} as const

/** [low, high] of a count, and what it rests on. */
interface Count {
  low: number
  high: number
  samples: number
}

/** What one use came to over all changes that forbid it. */
interface Weighed {
  issued: 'no' | 'perhaps' | 'certainly'
  revived: 'no' | 'perhaps' | 'certainly'
  mayRevive: boolean
  late: boolean
  answered: boolean
  oldPassword: boolean
  /** The change that had been acknowledged for the longest time. */
  worst: Withdrawal | undefined
}

/**
 * How long what was taken away could still be used. Of each acknowledged change and each Region or
 * relying party: low from its acknowledgement to the last forbidden use that was accepted, high
 * from its sending to the first refusal after that one. A use that overlaps what gives it back
 * counts for nothing; a refusal counts where it is certainly owed to the change.
 */
export const deauthorisation: Checker = {
  name,
  requires: ['acknowledged-writes'],
  description:
    'Measures how long disabled, deleted, removed, revoked and replaced access was still accepted, in which Region and by which relying party, and what was handed out meanwhile.',
  begin: (header: HeaderLine): CheckerRun => new DeauthorisationRun(foldOf(header, name)),
}

class DeauthorisationRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #places: Places
  readonly #table: StalenessTable
  readonly #withdrawals: Withdrawals
  readonly #known = new KnownAt()
  readonly #refusals: Refusals
  readonly #together: PasswordsTogether
  readonly #spent = new SpentTokens()
  readonly #issued: Count = { low: 0, high: 0, samples: 0 }
  readonly #revived: Count = { low: 0, high: 0, samples: 0 }
  readonly #oldPasswords: Count = { low: 0, high: 0, samples: 0 }
  /** Regions that the route has left, and its return to one of them. */
  readonly #left = new Set<RegionName>()
  #failback: { readonly region: RegionName; readonly at: Micros } | undefined
  #uses = 0

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = {
      fold,
      lines: ['route', 'fault'],
      sent: ['writes'],
      functions: useFunctions,
      answered: ['writes'],
    }
    this.#places = new Places(fold.header)
    this.#table = new StalenessTable(this.#places, fold.primary)
    this.#withdrawals = new Withdrawals(fold, this.#places, (...change) =>
      this.#table.settle(...change),
    )
    this.#refusals = new Refusals(fold, this.#known)
    this.#together = new PasswordsTogether(fold)
  }

  step(line: EventLine, index: number): void {
    const fold = this.#fold
    fold.step(line, index)
    if (line.type === 'route') this.#onRoute(line)
    this.#withdrawals.step(line)
    const { attempt } = fold
    if (attempt === undefined) return
    const { use } = fold
    if (use === undefined) return
    const { sessionUse } = fold
    if (sessionUse !== undefined && this.#spent.take(sessionUse)) {
      this.#reportAgain('spent-twice', use)
    }
    this.#withdrawals.refused.take(use)
    const forbidding = this.#withdrawals.forbidding(use)
    if (forbidding.length > 0) this.#weigh(use, forbidding)
    if (this.#together.take(use)) this.#reportAgain('passwords-together', use)
    if (use.accepted === true) this.#known.take(use)
  }

  #onRoute(line: RouteLine): void {
    const { at, region, previous } = line
    this.#together.onRoute(line)
    if (previous === null || previous === region) return
    this.#left.add(previous)
    if (this.#left.has(region)) this.#failback = { region, at }
  }

  #weigh(use: Use, forbidding: readonly Withdrawal[]): void {
    const weighed: Weighed = {
      issued: 'no',
      revived: 'no',
      mayRevive: false,
      late: false,
      answered: use.attempt.completion.type === 'ok' || isRefused(use),
      oldPassword: false,
      worst: undefined,
    }
    const kind = forbidding[0]?.kind
    const alone = forbidding.every((withdrawal) => withdrawal.kind === kind)
    let weighedAny = false
    for (const withdrawal of forbidding) {
      const place = this.#places.of(use.node, withdrawal.region)
      if (place === undefined) continue
      weighedAny = true
      this.#weighAgainst(use, withdrawal, place, alone, weighed)
    }
    if (weighedAny) this.#count(use, weighed)
  }

  #weighAgainst(
    use: Use,
    withdrawal: Withdrawal,
    place: Place,
    alone: boolean,
    weighed: Weighed,
  ): void {
    const { invoke, completion, inv } = use.attempt
    const accepted = acceptedAgainst(withdrawal, use)
    const isLate = inv > withdrawal.end
    weighed.late ||= isLate
    if (accepted === undefined) {
      if (completion.type === 'info' && use.mints && weighed.issued === 'no') {
        weighed.issued = 'perhaps'
      }
      return
    }
    const tally = tallyOf(withdrawal, use.node)
    const inDoubt = this.#withdrawals.inDoubt(invoke.user, withdrawal)
    const isOld = withdrawal.kind === 'password' && place === 'sameRegion'
    weighed.oldPassword ||= isOld && isLate && !inDoubt
    if (!accepted) {
      if (!inDoubt) this.#refuse(use, withdrawal, tally, alone, weighed)
      return
    }
    if (use.minted.length > 0) {
      const certain = isLate && !inDoubt
      weighed.issued = certain || weighed.issued === 'certainly' ? 'certainly' : 'perhaps'
    }
    if (inDoubt) acceptInDoubt(tally, use.attempt.end)
    else this.#accept(use, withdrawal, tally, weighed)
  }

  #accept(use: Use, withdrawal: Withdrawal, tally: Tally, weighed: Weighed): void {
    const { inv, end } = use.attempt
    this.#noteRevival(use, withdrawal, tally, weighed)
    tally.acceptedFrom = Math.max(tally.acceptedFrom, inv)
    tally.acceptedUntil = Math.max(tally.acceptedUntil, end)
    tally.stoppedAt = Infinity
    tally.refused = false
    if (inv <= withdrawal.end) return
    tally.uses += 1
    tally.late += 1
    const { worst } = weighed
    if (worst === undefined || withdrawal.end < worst.end) weighed.worst = withdrawal
  }

  #refuse(use: Use, withdrawal: Withdrawal, tally: Tally, alone: boolean, weighed: Weighed): void {
    const { inv, end } = use.attempt
    weighed.mayRevive ||= this.#before(use, withdrawal, tally).some(
      ({ firstRefusal }) => firstRefusal < inv,
    )
    const isAfter = inv > tally.acceptedUntil
    if (isAfter && !isSilent(use.meaning)) tally.refused = true
    const owed = this.#refusals.owedTo(withdrawal, use, alone)
    if (owed === 'no') return
    tally.firstRefusal = Math.min(tally.firstRefusal, end)
    if (owed === 'perhaps') return
    tally.firstStop = Math.min(tally.firstStop, end)
    if (isAfter) tally.stoppedAt = Math.min(tally.stoppedAt, end)
    if (inv > withdrawal.end) tally.uses += 1
  }

  #noteRevival(use: Use, withdrawal: Withdrawal, tally: Tally, weighed: Weighed): void {
    const { inv } = use.attempt
    for (const { firstStop, firstRefusal } of this.#before(use, withdrawal, tally)) {
      if (firstStop < inv) weighed.revived = 'certainly'
      else if (firstRefusal < inv && weighed.revived === 'no') weighed.revived = 'perhaps'
    }
    weighed.mayRevive ||= weighed.revived !== 'no'
  }

  /** Where an earlier refusal counts: the same place, and every Region after a failback to it. */
  #before({ attempt, node }: Use, { tallies }: Withdrawal, tally: Tally): readonly Tally[] {
    if (this.#failback?.region !== node || this.#failback.at >= attempt.inv) return [tally]
    return tallies.filter((entry) => entry === tally || this.#places.isRegion(entry.node))
  }

  #count(use: Use, weighed: Weighed): void {
    const { late, answered } = weighed
    this.#uses += 1
    if (use.mints && late) this.#issued.samples += 1
    count(this.#issued, weighed.issued)
    if (weighed.mayRevive && answered) this.#revived.samples += 1
    count(this.#revived, weighed.revived)
    if (weighed.oldPassword && answered) {
      this.#oldPasswords.samples += 1
      if (use.accepted === true) {
        count(this.#oldPasswords, 'certainly')
        this.#reportAgain('old-password', use)
      }
    }
    if (weighed.worst !== undefined) this.#reportLate(use, weighed.worst)
    if (weighed.revived === 'certainly') this.#reportAgain('revived', use)
  }

  #reportLate(use: Use, { kind, region, end }: Withdrawal): void {
    const { node, attempt, minted } = use
    const { invoke, inv } = attempt
    const got = this.#places.isRegion(node)
      ? `${minted.length > 0 ? 'still got tokens' : 'was still accepted'} in`
      : 'was still admitted by'
    const [since, at, later] = [inSeconds(end), inSeconds(inv), inSeconds(inv - end)]
    this.#report(
      'still-accepted',
      `${kind}.${this.#places.of(node, region)}Seconds`,
      use,
      `${invoke.user} ${deeds[kind]} at ${since} s and ${got} ${node} at ${at} s: ${later} s later`,
    )
  }

  #reportAgain(kind: keyof typeof again, use: Use): void {
    const [measurement, sentence] = again[kind]
    const { user } = use.attempt.invoke
    const at = inSeconds(use.attempt.inv)
    this.#report(kind, measurement, use, `${use.node} ${sentence} ${user} at ${at} s`)
  }

  #report(kind: string, measurement: string, use: Use, message: string): void {
    const { user, operation } = use.attempt.invoke
    const { inv: at } = use.attempt
    const region = use.node
    const found = { kind, measurement: `${name}.${measurement}`, user, region, at, operation }
    this.#findings.add({ ...found, message })
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) this.#takeUnanswered(invoke)
    this.#withdrawals.finish()
    for (const one of this.#table.neverStopped) this.#reportNeverStopped(one)
    const { inVain } = this.#withdrawals.refused
    for (const stop of inVain) this.#findings.add(findingOf(stop, name))
    return resultOf(name, fold, {
      figures: [
        ...this.#table.figures(this.#withdrawals.kinds),
        accessWentOn(inVain),
        ...this.#counts(),
      ],
      findings: this.#findings,
      evidence: {
        withdrawals: this.#withdrawals.acknowledged,
        forbiddenUses: this.#uses,
      },
    })
  }

  /** Nobody knows what became of it: tokens may have been handed out. */
  #takeUnanswered(invoke: InvokeLine): void {
    const use = useOf(unknownAttempt(invoke), this.#fold.sessions)
    const forbidding = use === undefined ? [] : this.#withdrawals.forbidding(use)
    if (use !== undefined && forbidding.length > 0) this.#weigh(use, forbidding)
  }

  #reportNeverStopped({ user, withdrawal, tally }: NeverStopped): void {
    const { kind, operation, end } = withdrawal
    const { node, acceptedFrom } = tally
    const [since, last] = [inSeconds(end), inSeconds(acceptedFrom)]
    this.#findings.add({
      kind: 'never-stopped',
      measurement: `${name}.neverStopped`,
      user,
      region: node,
      at: acceptedFrom,
      operation: this.#fold.registers.operationId(operation),
      message: `${user} ${deeds[kind]} at ${since} s and was never refused by ${node}, the last time at ${last} s`,
    })
  }

  #counts(): readonly Figure[] {
    const { tried, acknowledged, unknown } = this.#withdrawals.withoutPrimary
    const possible = {
      low: acknowledged > 0 ? 1 : 0,
      high: acknowledged + unknown > 0 ? 1 : 0,
      samples: tried,
    }
    const exact = (total: number, samples: number): Count => ({ low: total, high: total, samples })
    const figure = (title: string, counted: Count, unseen: string): Figure => ({
      name: title,
      ...counted,
      inconclusive: counted.samples === 0 ? unseen : undefined,
      grows: true,
    })
    const { count: moments, samples } = this.#together
    return [
      figure('tokensIssuedMeanwhile', this.#issued, 'no tokens were asked for meanwhile'),
      figure('revived', this.#revived, 'nothing was tried again after it was refused'),
      {
        ...figure(
          'stopAccountPossible',
          possible,
          'nobody tried to stop an account while the primary was unavailable',
        ),
        grows: false,
      },
      figure(
        'oldPasswordAfterAcknowledgement',
        this.#oldPasswords,
        'no older password was tried where a newer one was acknowledged',
      ),
      figure('spentTwice', this.#spent.families, 'no spent refresh token was presented again'),
      figure(
        'passwordsWorkingTogether',
        exact(moments, samples),
        'no older password was tried where a newer one had worked after the switch',
      ),
    ]
  }
}

function isRefused({ accepted, meaning }: Use): boolean {
  return accepted === false && !isSilent(meaning)
}

function acceptInDoubt(tally: Tally, end: Micros): void {
  if (Number.isNaN(tally.heldStop)) tally.heldStop = tally.stoppedAt
  tally.stoppedAt = Infinity
  tally.acceptedUntil = Math.max(tally.acceptedUntil, end)
}

function count(total: Count, one: 'no' | 'perhaps' | 'certainly'): void {
  if (one === 'no') return
  total.high += 1
  if (one === 'certainly') total.low += 1
}
