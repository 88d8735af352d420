import type { FaultLine, RouteLine } from '../../history/line.ts'
import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'

/** The step after which the primary could not acknowledge, and the switch that answered it. */
export interface Disaster {
  readonly fault: string
  readonly region: RegionName
  /** The fault began to be applied. */
  readonly start: Micros
  /** The Region was observed unable to acknowledge. */
  readonly end: Micros
  readonly cutover: Cutover
}

/** A switch of the clients' route to another Region. */
export interface Cutover {
  readonly at: Micros
  readonly region: RegionName
}

interface Outage {
  readonly region: RegionName
  readonly start: Micros
  verifiedAt: Micros | undefined
}

/**
 * Finds the disaster: the first fault that makes the Region unavailable which clients are routed
 * to, that was verified, and that is in force while the route is switched away. A crash that was
 * healed before an orderly switch is none.
 */
export class DisasterFold {
  #disaster: Disaster | undefined
  #firstCutover: Cutover | undefined
  readonly #inForce = new Map<string, Outage>()
  #route: RegionName
  #attempted = false

  constructor(primary: RegionName) {
    this.#route = primary
  }

  /** The Region that clients are routed to. */
  get route(): RegionName {
    return this.#route
  }

  get disaster(): Disaster | undefined {
    return this.#disaster
  }

  /** The switch after the disaster; without one, the first switch. */
  get cutover(): Cutover | undefined {
    return this.#disaster?.cutover ?? this.#firstCutover
  }

  /** True if some fault was meant to take away the Region of the clients. */
  get attempted(): boolean {
    return this.#attempted
  }

  onFault(line: FaultLine): void {
    switch (line.phase) {
      case 'apply':
        if (takesAway(line, this.#route)) {
          this.#attempted = true
          const outage = { region: this.#route, start: line.at, verifiedAt: undefined }
          this.#inForce.set(line.fault, outage)
        }
        return
      case 'verified': {
        const outage = this.#inForce.get(line.fault)
        if (outage !== undefined) outage.verifiedAt ??= line.at
        return
      }
      case 'heal':
        this.#inForce.delete(line.fault)
        return
      case 'applied':
      case 'not-verified':
      case 'healed':
      case 'heal-verified':
      case 'heal-not-verified':
        return
    }
  }

  onRoute(line: RouteLine): void {
    const previous = this.#route
    this.#route = line.region
    if (line.region === previous) return
    const cutover = { at: line.at, region: line.region }
    this.#firstCutover ??= cutover
    if (this.#disaster !== undefined) return
    for (const [fault, { region, start, verifiedAt }] of this.#inForce) {
      if (region !== previous || verifiedAt === undefined) continue
      this.#disaster = { fault, region, start, end: verifiedAt, cutover }
      return
    }
  }
}

/** True if the fault makes this Region unavailable. */
export function takesAway(line: FaultLine, region: RegionName): boolean {
  return line.effects.some(
    (entry) => entry.effect === 'region-unavailable' && entry.region === region,
  )
}
