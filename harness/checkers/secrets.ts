import type { EventLine, HeaderLine } from '../history/line.ts'
import { type OperationFunction, parseRegister } from '../history/operation.ts'
import { toMillis, toSeconds } from '../kernel/time.ts'
import type { Attention, Checker, CheckerResult, CheckerRun } from './checker.ts'
import { type Attempt, foldOf, type HistoryFold } from './fold/history-fold.ts'
import { type Figure, Findings, resultOf } from './fold/results.ts'
import {
  type LastAnswer,
  longestGap,
  type RunsByLabel,
  SecretLives,
  SecretRuns,
} from './fold/secret-runs.ts'
import { firstSecret } from './fold/uses.ts'

const name = 'secrets'

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
  /** The number of its runs. */
  readonly number: number
  /** Answers that say something. */
  count: number
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
  readonly #runs: SecretRuns
  readonly #lives: SecretLives

  constructor(fold: HistoryFold) {
    this.#fold = fold
    this.#runs = new SecretRuns(fold.registers)
    this.#lives = new SecretLives(fold.registers)
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
    const known = this.#clients.get(key)
    const at = known ?? { client, region, number: this.#runs.begin(), count: 0 }
    if (known === undefined) this.#clients.set(key, at)
    const { secret = firstSecret } = invoke.arguments
    at.count += 1
    this.#runs.take(at.number, String(secret), attempt)
  }

  /** @param attempt - `info` may take effect at any time, or never. */
  #change({ invoke, completion, inv, end }: Attempt): void {
    if (completion.type === 'fail') return
    for (const { register, value } of invoke.writes ?? []) {
      const { user, kind, detail = firstSecret } = parseRegister(register)
      if (kind !== 'secret') continue
      if (value === 'deleted') this.#lives.delete(user, detail, inv, end)
      else this.#lives.add(user, detail, inv, end)
    }
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
      const runs = this.#runs.of(client.number)
      this.#gapOf(client, runs, gap)
      this.#oldOf(client, runs, old)
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
    return [...this.#lives.clients].some((client) =>
      regions.some(({ name: region }) => !this.#clients.has(keyOf(client, region))),
    )
  }

  #gapOf({ client, region, count }: ClientAt, runs: RunsByLabel, bounds: Bounds): void {
    const gap = longestGap(runs, this.#lives.of(client))
    bounds.low = Math.max(bounds.low, gap.low)
    bounds.high = Math.max(bounds.high, gap.high)
    bounds.samples += count
    if (gap.low === 0 || gap.refusal === undefined) return
    this.#report(
      'no-secret-works',
      'gapSeconds',
      client,
      region,
      gap.refusal,
      `machine client ${client} could not get tokens in ${region} with any of its secrets for at least ${toMillis(gap.low)} ms`,
    )
  }

  #report(
    kind: string,
    figure: string,
    user: string,
    region: string,
    { operation, at }: LastAnswer,
    message: string,
  ): void {
    const measurement = `${name}.${figure}`
    this.#findings.add({ kind, measurement, user, region, at, operation, message })
  }

  #oldOf({ client, region }: ClientAt, runs: RunsByLabel, bounds: Bounds): void {
    for (const [label, { deleted }] of this.#lives.of(client)) {
      if (deleted.end === Infinity) continue
      const after = (runs.get(label) ?? []).filter(({ lastInv }) => lastInv > deleted.end)
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
      this.#report(
        'old-secret',
        'oldAcceptedSeconds',
        client,
        region,
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
