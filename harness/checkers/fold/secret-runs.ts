import type { Micros } from '../../kernel/time.ts'
import type { Attempt } from './history-fold.ts'

/** When a secret came and went: acknowledged at `end`, perhaps effective from `inv` on. */
export interface SecretLife {
  added: { readonly inv: Micros; readonly end: Micros }
  deleted: { readonly inv: Micros; readonly end: Micros }
}

/** Answers of one kind in a row that one Region gave to one secret. */
export interface SecretRun {
  readonly accepted: boolean
  /** The earliest sending; answers come in the order of their ends. */
  firstInv: Micros
  readonly firstEnd: Micros
  lastInv: Micros
  lastEnd: Micros
  last: Attempt
}

/** What one Region answered to the secrets of one machine client. */
export class SecretRuns {
  readonly #runs = new Map<string, SecretRun[]>()
  count = 0

  take(label: string, attempt: Attempt): void {
    const accepted = attempt.completion.type === 'ok'
    const { inv, end } = attempt
    this.count += 1
    const runs = this.#runs.get(label) ?? []
    this.#runs.set(label, runs)
    const last = runs.at(-1)
    if (last === undefined || last.accepted !== accepted) {
      const run = {
        accepted,
        firstInv: inv,
        firstEnd: end,
        lastInv: inv,
        lastEnd: end,
        last: attempt,
      }
      runs.push(run)
      return
    }
    if (inv >= last.lastInv) last.last = attempt
    last.firstInv = Math.min(last.firstInv, inv)
    last.lastInv = Math.max(last.lastInv, inv)
    last.lastEnd = Math.max(last.lastEnd, end)
  }

  of(label: string): readonly SecretRun[] {
    return this.#runs.get(label) ?? []
  }

  get labels(): readonly string[] {
    return [...this.#runs.keys()]
  }
}

/** The longest time in which no secret worked, as an interval in microseconds. */
export interface Gap {
  readonly low: Micros
  readonly high: Micros
  /** The last refusal of the longest certain gap, or of a possible one. */
  readonly refusal: Attempt | undefined
}

/**
 * low: the longest time in which every secret that may have existed was refused before and after.
 * high: the longest time in which none that certainly existed is known to have worked, if one of
 * them was refused in it.
 */
export function longestGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Gap {
  const low = certainGap(runs, lives)
  const high = possibleGap(runs, lives)
  return {
    low: low.length,
    high: Math.max(low.length, high.length),
    refusal: low.refusal ?? high.refusal,
  }
}

interface Stretch {
  readonly length: Micros
  readonly refusal: Attempt | undefined
}

const noStretch: Stretch = { length: 0, refusal: undefined }

function certainGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Stretch {
  const refused = [...lives.keys()].flatMap((label) => runs.of(label).filter(isRefused))
  const bounds = refused.flatMap(({ firstEnd, lastInv }) => [firstEnd, lastInv])
  for (const { added, deleted } of lives.values()) {
    bounds.push(added.inv, added.end, deleted.inv, deleted.end)
  }
  const points = [...new Set(bounds)].filter(Number.isFinite).sort((a, b) => a - b)
  let longest = noStretch
  let start: Micros | undefined
  for (const [index, from] of points.entries()) {
    const to = points[index + 1]
    if (to === undefined || !isRefusedAll(runs, lives, from, to)) {
      start = undefined
      continue
    }
    start ??= from
    if (to - start <= longest.length) continue
    longest = { length: to - start, refusal: nextRefusal(refused, to) }
  }
  return longest
}

/** The last refusal of the run that is the first to end at or after a moment. */
function nextRefusal(refused: readonly SecretRun[], at: Micros): Attempt | undefined {
  const after = refused.filter(({ lastInv }) => lastInv >= at)
  return after.sort((a, b) => a.lastInv - b.lastInv)[0]?.last
}

/** Every secret that may exist was refused before and after, and one does exist. */
function isRefusedAll(
  runs: SecretRuns,
  lives: ReadonlyMap<string, SecretLife>,
  from: Micros,
  to: Micros,
): boolean {
  let exists = false
  for (const [label, { added, deleted }] of lives) {
    if (added.inv >= to || deleted.end <= from) continue
    if (added.end <= from && deleted.inv >= to) exists = true
    const isCovered = runs
      .of(label)
      .some((run) => isRefused(run) && run.firstEnd <= from && run.lastInv >= to)
    if (!isCovered) return false
  }
  return exists
}

function possibleGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Stretch {
  const worked: { from: Micros; to: Micros }[] = []
  let began = Infinity
  for (const [label, { deleted }] of lives) {
    for (const { accepted, firstInv, firstEnd, lastInv } of runs.of(label)) {
      began = Math.min(began, firstInv)
      const isCounted = accepted && firstEnd <= deleted.inv
      if (isCounted) worked.push({ from: firstEnd, to: Math.min(lastInv, deleted.inv) })
    }
  }
  worked.sort((a, b) => a.from - b.from)
  let longest = noStretch
  let since = began
  for (const { from, to } of [...worked, { from: Infinity, to: Infinity }]) {
    const length = from - since
    const refusal = length > longest.length ? refusalIn(runs, lives, since, from) : undefined
    if (refusal !== undefined) longest = { length, refusal }
    since = Math.max(since, to)
  }
  return longest
}

/** A refusal, in between, of a secret that certainly existed for a part of it. */
function refusalIn(
  runs: SecretRuns,
  lives: ReadonlyMap<string, SecretLife>,
  from: Micros,
  to: Micros,
): Attempt | undefined {
  for (const [label, { added, deleted }] of lives) {
    const since = Math.max(from, added.end)
    const until = Math.min(to, deleted.inv)
    if (since >= until) continue
    const found = runs
      .of(label)
      .find((run) => isRefused(run) && run.firstInv < until && run.lastEnd > since)
    if (found !== undefined) return found.last
  }
  return undefined
}

function isRefused({ accepted }: SecretRun): boolean {
  return !accepted
}
