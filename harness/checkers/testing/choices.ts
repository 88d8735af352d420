import fc from 'fast-check'

/** A tape of choices: what a random history is made of, and what shrinks to a small one. */
export class Choices {
  readonly #tape: readonly number[]
  #at = 0

  constructor(tape: readonly number[]) {
    this.#tape = tape
  }

  /** A whole number from 0 to `count` − 1; 0 once the tape has run out. */
  below(count: number): number {
    const value = this.#tape[this.#at] ?? 0
    this.#at += 1
    return value % count
  }

  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent
  }

  pick<T>(options: readonly T[]): T {
    return options[this.below(options.length)] as T
  }
}

/** Tapes of at most `length` choices. */
export function choiceTapes(length: number): fc.Arbitrary<Choices> {
  const values = fc.noBias(fc.nat(999_999))
  const bounds = { minLength: Math.floor(length / 3), maxLength: length, size: 'max' } as const
  return fc.array(values, bounds).map((tape) => new Choices(tape))
}
