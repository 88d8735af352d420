import type { HeaderLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Attempt } from './history-fold.ts'

/** Where a use was made, as seen from the Region that acknowledged a change. */
export const places = ['sameRegion', 'otherRegion', 'relyingParty', 'offline'] as const

export type Place = (typeof places)[number]

/** The node that answered: behind a router the Region that it names, if it names one. */
export function nodeOf({ invoke, completion }: Attempt): RegionName {
  return completion.servedBy ?? invoke.region
}

/** What a history says of the nodes that requests are sent to. */
export class Places {
  readonly #regions: ReadonlySet<RegionName>
  readonly #parties: ReadonlyMap<RegionName, Place>
  /** Places that a use can have in this history. */
  readonly known: readonly Place[]

  constructor(header: HeaderLine) {
    this.#regions = new Set(header.regions.map(({ name }) => name))
    const parties = header.relyingParties ?? []
    this.#parties = new Map(
      parties.map(({ name, offline }) => [name, offline ? 'offline' : 'relyingParty']),
    )
    const seen = new Set(this.#parties.values())
    this.known = places.filter((place) => place.endsWith('Region') || seen.has(place))
  }

  isRegion(node: RegionName): boolean {
    return this.#regions.has(node)
  }

  /** Undefined for a router: nobody knows which Region answered. */
  of(node: RegionName, region: RegionName): Place | undefined {
    if (this.#regions.has(node)) return node === region ? 'sameRegion' : 'otherRegion'
    return this.#parties.get(node)
  }
}
