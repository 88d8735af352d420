import type { EventLine, HeaderLine } from '../history/line.ts'
import { type OperationFunction, parseRegister } from '../history/operation.ts'
import { toMillis, toSeconds } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import { longestGap, type SecretLife, SecretRuns } from './fold/secret-runs.ts'

const name = 'secrets'

/** The label of the secret that a machine client begins with. */
const firstLabel = 'first'

const functions: ReadonlySet<OperationFunction> = new Set([
  'machine-sign-in',
  'add-secret',
  'delete-secret',
])

/** Refusals that speak of the secret, or of a client that a Region does not know. */
const ofTheSecret: ReadonlySet<string | undefined> = new Set([
  'wrong-credentials',
  'absent',
  'revoked',
  'disabled',
])

/** One machine client in one Region. */
interface ClientAt {
  readonly client: string
  readonly region: string
  readonly runs: SecretRuns
}

interface Bounds {
  low: number
  high: number
  samples: number
}

/**
 * Whether a machine client can always get tokens while its secrets rotate, in every Region. Between
 * two answers of one kind a secret is taken to have worked, or not, all the time; where nobody
 * tried, it may have worked or not.
 */
export const secrets: Checker = {
  name,
  requires: ['token-observations'],
  description:
    'Measures the longest time in which no secret of a machine client worked in some Region, and how long a deleted one went on working.',
  begin: (header: HeaderLine): CheckerRun => new SecretsRun(foldOf(header, name)),
}

class SecretsRun implements CheckerRun {
  readonly attention: Attention
  readonly #fold: HistoryFold
  readonly #findings = new Findings(name)
  readonly #clients = new Map<string, ClientAt>()
  /** By client and label. */
  readonly #lives = new Map<string, Map<string, SecretLife>>()

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.attention = { fold, functions }
  }

  step(line: EventLine, index: number): void {
    this.#fold.step(line, index)
    const { attempt } = this.#fold
    if (attempt === undefined) return
    const { function: fn } = attempt.invoke
    if (fn === 'machine-sign-in') this.#signIn(attempt)
    else if (fn === 'add-secret' || fn === 'delete-secret') this.#change(attempt)
  }

  #signIn(attempt: Attempt): void {
    const { invoke, completion } = attempt
    const isRefused = completion.type === 'fail' && ofTheSecret.has(completion.error?.meaning)
    if (completion.type !== 'ok' && !isRefused) return
    const { user: client, region } = invoke
    const key = keyOf(client, region)
    const at = this.#clients.get(key) ?? { client, region, runs: new SecretRuns() }
    this.#clients.set(key, at)
    const { secret = firstLabel } = invoke.arguments
    at.runs.take(String(secret), attempt)
  }

  /** @param attempt - `info` may take effect at any time, or never. */
  #change({ invoke, completion, inv, end }: Attempt): void {
    if (completion.type === 'fail') return
    for (const { register, value } of invoke.writes ?? []) {
      const { user, kind, detail = firstLabel } = parseRegister(register)
      if (kind !== 'secret') continue
      const life = this.#life(user, detail)
      if (value === 'deleted') life.deleted = { inv, end }
      else life.added = { inv, end }
    }
  }

  #livesOf(client: string): Map<string, SecretLife> {
    const known = this.#lives.get(client)
    if (known !== undefined) return known
    const lives = new Map<string, SecretLife>()
    this.#lives.set(client, lives)
    this.#life(client, firstLabel)
    return lives
  }

  #life(client: string, label: string): SecretLife {
    const lives = this.#livesOf(client)
    const known = lives.get(label)
    if (known !== undefined) return known
    const always = { inv: -Infinity, end: -Infinity }
    const life = { added: always, deleted: { inv: Infinity, end: Infinity } }
    lives.set(label, life)
    return life
  }

  finish(): CheckerResult {
    const fold = this.#fold
    fold.finish()
    for (const invoke of fold.unanswered()) {
      const { function: fn, at: inv } = invoke
      if (fn !== 'add-secret' && fn !== 'delete-secret') continue
      const completion = { type: 'info', at: inv, process: 0, operation: invoke.operation } as const
      this.#change({ invoke, completion, inv, end: Infinity, routed: false })
    }
    const gap: Bounds = { low: 0, high: 0, samples: 0 }
    const old: Bounds = { low: 0, high: 0, samples: 0 }
    if (this.#isUntried()) gap.high = Infinity
    for (const client of this.#clients.values()) {
      this.#gapOf(client, gap)
      this.#oldOf(client, old)
    }
    return resultOf(name, fold, {
      figures: [
        timeFigure('gapSeconds', gap, 'no machine client signed in'),
        timeFigure('oldAcceptedSeconds', old, 'no secret was used after it had been deleted'),
      ],
      findings: this.#findings,
      evidence: { signIns: gap.samples, clientsAtRegions: this.#clients.size },
    })
  }

  /** Whether there is a Region in which a client whose secrets changed never signed in. */
  #isUntried(): boolean {
    const { regions } = this.#fold.header
    return [...this.#lives.keys()].some((client) =>
      regions.some(({ name: region }) => !this.#clients.has(keyOf(client, region))),
    )
  }

  #gapOf({ client, region, runs }: ClientAt, bounds: Bounds): void {
    const gap = longestGap(runs, this.#livesOf(client))
    bounds.low = Math.max(bounds.low, gap.low)
    bounds.high = Math.max(bounds.high, gap.high)
    bounds.samples += runs.count
    if (gap.low === 0 || gap.refusal === undefined) return
    this.#findings.addAttempt(
      'no-secret-works',
      'gapSeconds',
      gap.refusal,
      `machine client ${client} could not get tokens in ${region} with any of its secrets for at least ${toMillis(gap.low)} ms`,
    )
  }

  #oldOf({ client, region, runs }: ClientAt, bounds: Bounds): void {
    for (const [label, { deleted }] of this.#livesOf(client)) {
      if (deleted.end === Infinity) continue
      const after = runs.of(label).filter(({ lastInv }) => lastInv > deleted.end)
      if (after.length === 0) continue
      bounds.samples += 1
      const taken = after.filter(({ accepted }) => accepted)
      const last = taken.sort((a, b) => b.lastInv - a.lastInv)[0]
      const refused = after.find(
        (run) => !run.accepted && (last === undefined || run.firstEnd > last.lastInv),
      )
      const low = last === undefined ? 0 : last.lastInv - deleted.end
      const high =
        refused === undefined ? Infinity : Math.max(refused.firstEnd, deleted.end) - deleted.inv
      bounds.low = Math.max(bounds.low, low)
      bounds.high = Math.max(bounds.high, high)
      if (last === undefined) continue
      this.#findings.addAttempt(
        'old-secret',
        'oldAcceptedSeconds',
        last.last,
        `${region} still took the deleted secret of machine client ${client} ${toMillis(low)} ms after its deletion was acknowledged`,
      )
    }
  }
}

function keyOf(client: string, region: string): string {
  return `${client} ${region}`
}

function timeFigure(title: string, { low, high, samples }: Bounds, unseen: string): Figure {
  return {
    name: title,
    low: toSeconds(low),
    high: samples === 0 ? Infinity : toSeconds(high),
    samples,
    inconclusive: samples === 0 ? unseen : undefined,
    timed: { from: 0, to: Infinity },
  }
}
