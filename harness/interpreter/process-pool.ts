/**
 * Logical processes: each runs one operation at a time. A process dies when the outcome of its
 * operation is unknown, and whoever it stood for returns under a new number (Jepsen's rule: an
 * operation that may still take effect stays concurrent with everything after it).
 */
export class ProcessPool {
  readonly #free: number[] = []
  readonly #lanes = new Map<string, number>()
  #next = 0

  /** The process of a lane, or any free one. */
  acquire(lane: string | undefined): number {
    if (lane === undefined) return this.#free.pop() ?? this.#number()
    const known = this.#lanes.get(lane)
    if (known !== undefined) return known
    const number = this.#number()
    this.#lanes.set(lane, number)
    return number
  }

  /** Gives a process back; `alive` is false after `info`. */
  release(process: number, lane: string | undefined, alive: boolean): void {
    if (!alive) {
      if (lane !== undefined) this.#lanes.delete(lane)
      return
    }
    if (lane === undefined) this.#free.push(process)
  }

  #number(): number {
    this.#next += 1
    return this.#next - 1
  }
}
