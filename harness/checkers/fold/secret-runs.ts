import type { OperationId } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import { NumberColumn } from './columns.ts'
import type { Attempt } from './history-fold.ts'
import type { RegisterHistory } from './register-history.ts'
import { firstSecret } from './uses.ts'

/** When a secret came and went: acknowledged at `end`, perhaps effective from `inv` on. */
export interface SecretLife {
  readonly added: { readonly inv: Micros; readonly end: Micros }
  readonly deleted: { readonly inv: Micros; readonly end: Micros }
}

/** The last answer of a run. */
export interface LastAnswer {
  readonly operation: OperationId
  readonly at: Micros
}

/** Answers of one kind in a row that one Region gave to one secret. */
export interface SecretRun {
  readonly accepted: boolean
  /** The earliest sending; answers come in the order of their ends. */
  readonly firstInv: Micros
  readonly firstEnd: Micros
  readonly lastInv: Micros
  readonly lastEnd: Micros
  readonly last: LastAnswer
}

/** Runs by the label of the secret. */
export type RunsByLabel = ReadonlyMap<string, readonly SecretRun[]>

const noRuns: readonly SecretRun[] = []

/** The lives of the secrets of all clients, in columns of numbers. */
export class SecretLives {
  readonly #registers: RegisterHistory
  /** By client and key of the label: the place of its life. */
  readonly #clients = new Map<string, Map<number, number>>()
  readonly #addedInv = new NumberColumn()
  readonly #addedEnd = new NumberColumn()
  readonly #deletedInv = new NumberColumn()
  readonly #deletedEnd = new NumberColumn()

  constructor(registers: RegisterHistory) {
    this.#registers = registers
  }

  add(client: string, label: string, inv: Micros, end: Micros): void {
    const place = this.#placeOf(this.#livesOf(client), label)
    this.#addedInv.set(place, inv)
    this.#addedEnd.set(place, end)
  }

  delete(client: string, label: string, inv: Micros, end: Micros): void {
    const place = this.#placeOf(this.#livesOf(client), label)
    this.#deletedInv.set(place, inv)
    this.#deletedEnd.set(place, end)
  }

  /** Clients of whose secrets something is known. */
  get clients(): Iterable<string> {
    return this.#clients.keys()
  }

  /** By label; that which the client has from the beginning is one of them. */
  of(client: string): ReadonlyMap<string, SecretLife> {
    const lives = new Map<string, SecretLife>()
    for (const [key, place] of this.#livesOf(client)) {
      lives.set(this.#registers.operationId(key), {
        added: { inv: this.#addedInv.at(place), end: this.#addedEnd.at(place) },
        deleted: { inv: this.#deletedInv.at(place), end: this.#deletedEnd.at(place) },
      })
    }
    return lives
  }

  #livesOf(client: string): Map<number, number> {
    const known = this.#clients.get(client)
    if (known !== undefined) return known
    const lives = new Map<number, number>()
    this.#clients.set(client, lives)
    this.#placeOf(lives, firstSecret)
    return lives
  }

  /** One of which nothing is known was always there and is never deleted. */
  #placeOf(lives: Map<number, number>, label: string): number {
    const key = this.#registers.operationKey(label)
    const known = lives.get(key)
    if (known !== undefined) return known
    const place = this.#addedInv.length
    this.#addedInv.push(-Infinity)
    this.#addedEnd.push(-Infinity)
    this.#deletedInv.push(Infinity)
    this.#deletedEnd.push(Infinity)
    lives.set(key, place)
    return place
  }
}

/** What Regions answered to the secrets of machine clients, in columns of numbers. */
export class SecretRuns {
  readonly #registers: RegisterHistory
  /** By Region, then by key of the label: the place of the last run. */
  readonly #newest: Map<number, number>[] = []
  readonly #accepted = new NumberColumn()
  readonly #firstInv = new NumberColumn()
  readonly #firstEnd = new NumberColumn()
  readonly #lastInv = new NumberColumn()
  readonly #lastEnd = new NumberColumn()
  readonly #operation = new NumberColumn()
  readonly #answeredAt = new NumberColumn()
  /** Distance to the run before it of the same secret; 0 for the first. */
  readonly #distance = new NumberColumn()

  constructor(registers: RegisterHistory) {
    this.#registers = registers
  }

  /** A number for a client at a Region. */
  begin(): number {
    return this.#newest.push(new Map()) - 1
  }

  take(client: number, label: string, { invoke, completion, inv, end }: Attempt): void {
    const newest = this.#newest[client]
    const key = this.#registers.operationKey(label)
    const last = newest?.get(key)
    const accepted = completion.type === 'ok' ? 1 : 0
    const operation = this.#registers.operationKey(invoke.operation)
    if (last === undefined || this.#accepted.at(last) !== accepted) {
      const place = this.#accepted.length
      this.#accepted.push(accepted)
      this.#firstInv.push(inv)
      this.#firstEnd.push(end)
      this.#lastInv.push(inv)
      this.#lastEnd.push(end)
      this.#operation.push(operation)
      this.#answeredAt.push(completion.at)
      this.#distance.push(last === undefined ? 0 : place - last)
      newest?.set(key, place)
      return
    }
    if (inv >= this.#lastInv.at(last)) {
      this.#operation.set(last, operation)
      this.#answeredAt.set(last, completion.at)
    }
    this.#firstInv.set(last, Math.min(this.#firstInv.at(last), inv))
    this.#lastInv.set(last, Math.max(this.#lastInv.at(last), inv))
    this.#lastEnd.set(last, Math.max(this.#lastEnd.at(last), end))
  }

  of(client: number): RunsByLabel {
    const runs = new Map<string, readonly SecretRun[]>()
    for (const [key, last] of this.#newest[client] ?? []) {
      const own: SecretRun[] = []
      for (let place = last; place >= 0; ) {
        own.push(this.#at(place))
        const distance = this.#distance.at(place)
        place = distance === 0 ? -1 : place - distance
      }
      runs.set(this.#registers.operationId(key), own.reverse())
    }
    return runs
  }

  #at(place: number): SecretRun {
    return {
      accepted: this.#accepted.at(place) === 1,
      firstInv: this.#firstInv.at(place),
      firstEnd: this.#firstEnd.at(place),
      lastInv: this.#lastInv.at(place),
      lastEnd: this.#lastEnd.at(place),
      last: {
        operation: this.#registers.operationId(this.#operation.at(place)),
        at: this.#answeredAt.at(place),
      },
    }
  }
}

/** The longest time in which no secret worked, as an interval in microseconds. */
export interface Gap {
  readonly low: Micros
  readonly high: Micros
  /** The last refusal of the longest certain gap. */
  readonly refusal: LastAnswer | undefined
}

/**
 * low: the longest time in which every secret that may have existed was refused before and after.
 * high: the longest time since the first try in which none that certainly existed is known to have
 * worked, whether it was refused or nobody tried. It has no end where one was refused and none
 * worked since, or where nobody looked after the secrets were changed.
 */
export function longestGap(runs: RunsByLabel, lives: ReadonlyMap<string, SecretLife>): Gap {
  const { length, refusal } = certainGap(runs, lives)
  return { low: length, high: Math.max(length, possibleGap(runs, lives)), refusal }
}

interface Stretch {
  readonly length: Micros
  readonly refusal: LastAnswer | undefined
}

function certainGap(runs: RunsByLabel, lives: ReadonlyMap<string, SecretLife>): Stretch {
  const refused = [...lives.keys()].flatMap((label) => runsOf(runs, label).filter(isRefused))
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
function nextRefusal(refused: readonly SecretRun[], at: Micros): LastAnswer | undefined {
  const after = refused.filter(({ lastInv }) => lastInv >= at)
  return after.sort((a, b) => a.lastInv - b.lastInv)[0]?.last
}

/** Every secret that may exist was refused before and after, and one does exist. */
function isRefusedAll(
  runs: RunsByLabel,
  lives: ReadonlyMap<string, SecretLife>,
  from: Micros,
  to: Micros,
): boolean {
  let exists = false
  for (const [label, { added, deleted }] of lives) {
    if (added.inv >= to || deleted.end <= from) continue
    if (added.end <= from && deleted.inv >= to) exists = true
    const isCovered = runsOf(runs, label).some(
      (run) => isRefused(run) && run.firstEnd <= from && run.lastInv >= to,
    )
    if (!isCovered) return false
  }
  return exists
}

function possibleGap(runs: RunsByLabel, lives: ReadonlyMap<string, SecretLife>): Micros {
  const worked: { readonly sent: Micros; readonly from: Micros; readonly to: Micros }[] = []
  let began = Infinity
  let changed = -Infinity
  for (const [label, { added, deleted }] of lives) {
    for (const at of [added.inv, deleted.inv]) if (at < Infinity) changed = Math.max(changed, at)
    for (const { accepted, firstInv, firstEnd, lastInv } of runsOf(runs, label)) {
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
  runs: RunsByLabel,
  lives: ReadonlyMap<string, SecretLife>,
  from: Micros,
  to: Micros,
): boolean {
  return [...lives].some(([label, { added, deleted }]) => {
    const since = Math.max(from, added.end)
    const until = Math.min(to, deleted.inv)
    return (
      since < until &&
      runsOf(runs, label).some(
        (run) => isRefused(run) && run.firstInv < until && run.lastEnd > since,
      )
    )
  })
}

function runsOf(runs: RunsByLabel, label: string): readonly SecretRun[] {
  return runs.get(label) ?? noRuns
}

function isRefused({ accepted }: SecretRun): boolean {
  return !accepted
}
