/**
 * Keeps requests below a number. How many an operation takes is the system's affair, so that the
 * costliest one that was seen by itself stands for each that is under way or about to begin.
 */
export class CallBudget {
  readonly #max: number
  readonly #sent: () => number
  #underWay = 0
  #begun = 0
  #costMax = 1

  /** @param sent - Requests that were sent so far. */
  constructor(max: number, sent: () => number) {
    this.#max = max
    this.#sent = sent
  }

  /** Whether so many more operations can begin. */
  allows(operations: number): boolean {
    return this.#sent() + (this.#underWay + operations) * this.#costMax <= this.#max
  }

  /** Performs an operation, beside others or by itself. */
  async spend<T>(perform: () => Promise<T>): Promise<T> {
    const sentBefore = this.#sent()
    const ordinal = this.#begun
    const isFirst = this.#underWay === 0
    this.#begun += 1
    this.#underWay += 1
    try {
      return await perform()
    } finally {
      this.#underWay -= 1
      // Beside others nobody can say whose requests they were.
      if (isFirst && this.#begun === ordinal + 1) {
        this.#costMax = Math.max(this.#costMax, this.#sent() - sentBefore)
      }
    }
  }
}
