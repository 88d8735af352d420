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
  /** The last refusal of the longest certain gap. */
  readonly refusal: Attempt | undefined
}

/**
 * low: the longest time in which every secret that may have existed was refused before and after.
 * high: the longest time since the first try in which none that certainly existed is known to have
 * worked, whether it was refused or nobody tried. It has no end where one was refused and none
 * worked since, or where nobody looked after the secrets were changed.
 */
export function longestGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Gap {
  const { length, refusal } = certainGap(runs, lives)
  return { low: length, high: Math.max(length, possibleGap(runs, lives)), refusal }
}

interface Stretch {
  readonly length: Micros
  readonly refusal: Attempt | undefined
}

function certainGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Stretch {
  const refused = [...lives.keys()].flatMap((label) => runs.of(label).filter(isRefused))
  const bounds = refused.flatMap(({ firstEnd, lastInv }) => [firstEnd, lastInv])
  for (const { added, deleted } of lives.values()) {
    bounds.push(added.inv, added.end, deleted.inv, deleted.end)
  }
  const points = [...new Set(bounds)].filter(Number.isFinite).sort((a, b) => a - b)
  let longest: Stretch = { length: 0, refusal: undefined }
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

function possibleGap(runs: SecretRuns, lives: ReadonlyMap<string, SecretLife>): Micros {
  const worked: { readonly sent: Micros; readonly from: Micros; readonly to: Micros }[] = []
  let began = Infinity
  let changed = -Infinity
  for (const [label, { added, deleted }] of lives) {
    for (const at of [added.inv, deleted.inv]) if (at < Infinity) changed = Math.max(changed, at)
    for (const { accepted, firstInv, firstEnd, lastInv } of runs.of(label)) {
      began = Math.min(began, firstInv)
      if (!accepted || firstEnd > deleted.inv) continue
      worked.push({ sent: firstInv, from: firstEnd, to: Math.min(lastInv, deleted.inv) })
    }
  }
  worked.sort((a, b) => a.from - b.from || a.sent - b.sent)
  const { sent = Infinity, from: opened = Infinity } = worked[0] ?? {}
  // Before the first success nothing is open if it was the first try of all.
  const isOpen = sent > began || isRefusedIn(runs, lives, began, opened)
  let longest = 0
  let since = began
  for (const { from, to } of worked) {
    if (from > opened || isOpen) longest = Math.max(longest, from - since)
    since = Math.max(since, to)
  }
  const isUnseen = since < changed || isRefusedIn(runs, lives, since, Infinity)
  return isUnseen ? Infinity : longest
}

/** Whether a secret was refused in between that certainly existed for a part of it. */
function isRefusedIn(
  runs: SecretRuns,
  lives: ReadonlyMap<string, SecretLife>,
  from: Micros,
  to: Micros,
): boolean {
  return [...lives].some(([label, { added, deleted }]) => {
    const since = Math.max(from, added.end)
    const until = Math.min(to, deleted.inv)
    return (
      since < until &&
      runs.of(label).some((run) => isRefused(run) && run.firstInv < until && run.lastEnd > since)
    )
  })
}

function isRefused({ accepted }: SecretRun): boolean {
  return !accepted
}
