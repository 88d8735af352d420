import type { Scheduler } from './scheduler.ts'

/** Who owns clocks, streams and requests: one life of a Region, or the harness. */
export interface Owner {
  /** Appears in the trace, such as `us-east-1/1`. */
  readonly label: string
  readonly alive: boolean
  /** Called in order when the owner dies. Entries take themselves out when they are done. */
  readonly atDeath: Set<() => void>
  /** Runs the callback now, when the owner goes on after a pause, or never if it is dead. */
  enter(callback: () => void): void
}

/** The owner of what belongs to no Region: always there. */
export function harnessOwner(): Owner {
  return { label: 'harness', alive: true, atDeath: new Set(), enter: (callback) => callback() }
}

/**
 * One life of a Region, from its start to its crash. Everything that the world does to the Region
 * goes through {@link enter}: a pause defers it in order, death drops it.
 */
export class Generation implements Owner {
  readonly label: string
  readonly atDeath = new Set<() => void>()
  readonly #scheduler: Scheduler
  #alive = true
  #paused = false
  #deferred: (() => void)[] = []
  #next = 0

  constructor(scheduler: Scheduler, label: string) {
    this.#scheduler = scheduler
    this.label = label
  }

  get alive(): boolean {
    return this.#alive
  }

  get paused(): boolean {
    return this.#paused
  }

  enter(callback: () => void): void {
    if (!this.#alive) return
    // Behind what is still deferred, or a stream could overtake itself.
    if (this.#paused || this.#deferred.length > 0) this.#deferred.push(callback)
    else callback()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#drain()
  }

  die(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#deferred = []
    for (const callback of [...this.atDeath]) callback()
    this.atDeath.clear()
  }

  #drain(): void {
    if (this.#deferred.length === 0) return
    this.#scheduler.after(0, `deferred ${this.label}`, () => {
      if (this.#paused || !this.#alive) return
      const callback = this.#deferred[this.#next]
      this.#next += 1
      if (this.#next >= this.#deferred.length) {
        this.#deferred = []
        this.#next = 0
      }
      callback?.()
      this.#drain()
    })
  }
}
