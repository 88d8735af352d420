import { accountMeanings, failuresInARow } from '../checkers/fold/outages.ts'
import type { Completion } from '../workload/executor.ts'
import type { Canary } from './ready-canaries.ts'

/** What people hear of clients while a watch goes on. */
export class CanaryNews {
  readonly #say: (sentence: string) => void
  readonly #refusals = new Map<Canary, number>()
  readonly #leftOut = new Set<Canary>()
  #failures = 0
  #failing = false
  /** The canary that was served last. */
  #served: Canary | undefined

  constructor(say: (sentence: string) => void) {
    this.#say = say
  }

  /**
   * Takes the sign-in of a canary where clients are.
   *
   * @returns True where it should be asked no more: it is refused for its account, and others are
   *   served.
   */
  take(canary: Canary, done: Completion): boolean {
    this.#tell(done)
    const { type, meaning, error } = done
    const isRefused = meaning !== undefined && accountMeanings.has(meaning)
    const refusals = isRefused ? (this.#refusals.get(canary) ?? 0) + 1 : 0
    this.#refusals.set(canary, refusals)
    if (type === 'ok') this.#served = canary
    const othersAreServed = this.#served !== undefined && this.#served !== canary && !this.#failing
    if (refusals < failuresInARow || !othersAreServed || this.#leftOut.has(canary)) return false
    this.#leftOut.add(canary)
    this.#say(`${canary.name} is refused for its account (${error}): it is left out`)
    return true
  }

  /** An outage begins with so many failures in a row. */
  #tell({ type, error }: Completion): void {
    this.#failures = type === 'ok' ? 0 : this.#failures + 1
    const failing = this.#failing ? type !== 'ok' : this.#failures >= failuresInARow
    if (failing === this.#failing) return
    this.#failing = failing
    this.#say(failing ? `clients cannot sign in: ${error}` : 'clients sign in')
  }
}
