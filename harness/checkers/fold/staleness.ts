import { type Micros, toSeconds } from '../../kernel/time.ts'
import { type Place, type Places, places } from './places.ts'
import type { RefusedStop } from './refused-stops.ts'
import type { Figure } from './results.ts'
import type { Tally, Withdrawal, WithdrawalKind } from './withdrawal.ts'

/** The largest staleness of some changes at some nodes: an interval, and what it rests on. */
class Staleness {
  samples = 0
  #low: Micros = 0
  #high: Micros = 0
  #from: Micros = Infinity
  #to: Micros = -Infinity

  add(
    { inv, end }: Pick<Withdrawal, 'inv' | 'end'>,
    {
      acceptedFrom,
      acceptedUntil,
      stoppedAt,
    }: Pick<Tally, 'acceptedFrom' | 'acceptedUntil' | 'stoppedAt'>,
  ): void {
    this.samples += 1
    this.#low = Math.max(this.#low, acceptedFrom - end)
    this.#high = Math.max(this.#high, stoppedAt - inv)
    this.#from = Math.min(this.#from, inv)
    this.#to = Math.max(this.#to, stoppedAt === Infinity ? acceptedUntil : stoppedAt)
  }

  figure(name: string, unseen: string): Figure {
    const isSeen = this.samples > 0
    return {
      name,
      low: toSeconds(this.#low),
      high: isSeen ? toSeconds(this.#high) : Infinity,
      samples: this.samples,
      inconclusive: isSeen ? undefined : unseen,
      timed: { from: this.#from, to: this.#to },
    }
  }
}

/** How long accounts went on that somebody tried to stop while the primary was unavailable. */
export function accessWentOn(stops: readonly RefusedStop[]): Figure {
  const staleness = new Staleness()
  for (const stop of stops) {
    staleness.add(stop, { ...stop, acceptedUntil: stop.acceptedFrom })
  }
  return staleness.figure('accessWentOnSeconds', 'nobody was refused to stop an account in use')
}

/** A change that nobody stopped at one node. */
export interface NeverStopped {
  readonly user: string
  readonly withdrawal: Withdrawal
  readonly tally: Tally
}

/** Staleness of changes by kind and place, by place, and of those made without the primary. */
export class StalenessTable {
  readonly #places: Places
  readonly #primary: string
  readonly #byKind = new Map<WithdrawalKind, Map<Place, Staleness>>()
  readonly #byPlace: ReadonlyMap<Place, Staleness>
  readonly #stopAccount = new Staleness()
  readonly #neverStopped = { low: 0, high: 0, samples: 0 }
  readonly #ongoing: (NeverStopped & { readonly rank: number })[] = []
  /** The first change of each kind, by rank. */
  readonly #first = new Map<WithdrawalKind, number>()

  constructor(nodes: Places, primary: string) {
    this.#places = nodes
    this.#primary = primary
    this.#byPlace = new Map(places.map((place) => [place, new Staleness()]))
  }

  /** Takes what one change came to; in the end changes count as if they came by their ranks. */
  settle(user: string, withdrawal: Withdrawal, rank: number): void {
    for (const tally of withdrawal.tallies) {
      if (this.#add(withdrawal, tally, rank)) this.#ongoing.push({ user, withdrawal, tally, rank })
    }
  }

  /** Changes after which forbidden uses went on and no refusal came, of whatever kind. */
  get neverStopped(): readonly NeverStopped[] {
    return this.#ongoing.toSorted((a, b) => a.rank - b.rank)
  }

  #add(withdrawal: Withdrawal, tally: Tally, rank: number): boolean {
    const place = this.#places.of(tally.node, withdrawal.region)
    if (place === undefined) return false
    const { kind } = withdrawal
    const byPlace = this.#ofKind(kind)
    this.#first.set(kind, Math.min(rank, this.#first.get(kind) ?? Infinity))
    // Without a use after the acknowledgement nothing was seen.
    if (tally.uses === 0) return false
    byPlace.get(place)?.add(withdrawal, tally)
    this.#byPlace.get(place)?.add(withdrawal, tally)
    const survives = this.#places.isRegion(tally.node) && tally.node !== this.#primary
    if (withdrawal.withoutPrimary && survives) this.#stopAccount.add(withdrawal, tally)
    this.#neverStopped.samples += 1
    if (tally.late === 0 || tally.stoppedAt !== Infinity) return false
    this.#neverStopped.high += 1
    if (tally.refused) return false
    this.#neverStopped.low += 1
    return true
  }

  /** @param kinds - The kinds of change that were acknowledged. */
  figures(kinds: Iterable<WithdrawalKind>): readonly Figure[] {
    const inOrder = [...this.#first].sort(([, a], [, b]) => a - b).map(([kind]) => kind)
    const all = [...new Set([...inOrder, ...kinds])].map(
      (kind) => [kind, this.#ofKind(kind)] as const,
    )
    const unseen = 'nothing that was taken away was tried afterwards'
    const known = places.filter((place) => this.#places.known.includes(place))
    return [
      ...known.flatMap(
        (place) => this.#byPlace.get(place)?.figure(`${place}Seconds`, unseen) ?? [],
      ),
      ...all.flatMap(([kind, byPlace]) =>
        known.flatMap(
          (place) => byPlace.get(place)?.figure(`${kind}.${place}Seconds`, unseen) ?? [],
        ),
      ),
      this.#stopAccount.figure('stopAccountSeconds', 'nothing was taken away without the primary'),
      {
        name: 'neverStopped',
        ...this.#neverStopped,
        inconclusive: this.#neverStopped.samples === 0 ? unseen : undefined,
        grows: true,
      },
    ]
  }

  #ofKind(kind: WithdrawalKind): Map<Place, Staleness> {
    const known = this.#byKind.get(kind)
    if (known !== undefined) return known
    const byPlace = new Map(places.map((place) => [place, new Staleness()]))
    this.#byKind.set(kind, byPlace)
    return byPlace
  }
}
