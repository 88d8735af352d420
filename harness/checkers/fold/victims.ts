import type { RegionName } from '../../history/operation.ts'
import type { Micros } from '../../kernel/time.ts'
import type { Attempt } from './history-fold.ts'

interface Count {
  low: number
  high: number
}

interface LastGuess {
  readonly region: RegionName
  readonly at: Micros
  readonly operation: string
}

/** Guesses at one user, by Region. */
interface Victim extends Count {
  readonly user: string
  readonly byRegion: Map<RegionName, Count>
  /** Regions that did not refuse to hear of such guesses in their role. */
  readonly open: Set<RegionName>
  last: LastGuess
}

/** What was admitted at the users of one side. */
export interface Admitted {
  readonly all: Count
  /** Of one user over all Regions, and of one user in one Region: the most. */
  readonly most: Count
  readonly perRegion: Count
}

/** Users that were guessed at: those of the attacker, and control users. */
export class Victims {
  readonly #attacked = new Map<string, Victim>()
  readonly #controlled = new Map<string, Victim>()
  guesses = 0
  controlGuesses = 0

  guess(
    { invoke, inv, completion }: Attempt,
    node: RegionName,
    side: 'attacker' | 'control',
    { low, high }: Readonly<Count>,
  ): void {
    if (side === 'control') this.controlGuesses += 1
    else this.guesses += 1
    const victims = side === 'control' ? this.#controlled : this.#attacked
    const { user, operation } = invoke
    const last = { region: node, at: inv, operation }
    const victim = victims.get(user) ?? {
      user,
      low: 0,
      high: 0,
      byRegion: new Map(),
      open: new Set(),
      last,
    }
    victims.set(user, victim)
    if (completion.error?.meaning !== 'gated') victim.open.add(node)
    const there = victim.byRegion.get(node) ?? { low: 0, high: 0 }
    victim.byRegion.set(node, there)
    add(victim, { low, high })
    add(there, { low, high })
    if (low > 0) victim.last = last
  }

  has(user: string): boolean {
    return this.#attacked.has(user)
  }

  /** Regions open to guesses at one user, the most: a factor of one Region is no news. */
  get regionsAttacked(): number {
    return Math.max(0, ...[...this.#attacked.values()].map(({ open }) => open.size))
  }

  get attacker(): Admitted {
    return admittedOf(this.#attacked)
  }

  get control(): Admitted {
    return admittedOf(this.#controlled)
  }

  /** Users of the attacker who were certainly guessed at more often than that. */
  over(most: number): readonly (Victim & { readonly regions: number })[] {
    if (this.#controlled.size === 0) return []
    return [...this.#attacked.values()]
      .filter(({ low }) => low > most)
      .map((victim) => ({ ...victim, regions: victim.byRegion.size }))
  }
}

function admittedOf(victims: ReadonlyMap<string, Victim>): Admitted {
  const all = { low: 0, high: 0 }
  const most = { low: 0, high: 0 }
  const perRegion = { low: 0, high: 0 }
  for (const victim of victims.values()) {
    add(all, victim)
    widen(most, victim)
    for (const there of victim.byRegion.values()) widen(perRegion, there)
  }
  return { all, most, perRegion }
}

function add(total: Count, { low, high }: Readonly<Count>): void {
  total.low += low
  total.high += high
}

function widen(most: Count, { low, high }: Readonly<Count>): void {
  most.low = Math.max(most.low, low)
  most.high = Math.max(most.high, high)
}
