import fc from 'fast-check'
import { expect } from 'vitest'
import type { EventLine, HeaderLine } from '../../history/line.ts'
import type { Checker } from '../checker.ts'
import { check, disagreements } from './agreement.ts'
import type { BruteForce } from './brute-force.ts'
import { type Choices, choiceTapes } from './choices.ts'
import { type PlainHistory, plainHistory } from './plain-history.ts'

/** A checker against its definition by enumeration. */
export interface Duel {
  readonly checker: Checker
  readonly oracle: (history: PlainHistory) => BruteForce
  readonly generate: (choices: Choices) => readonly EventLine[]
  /** Kinds of findings that the histories must show, sorted. */
  readonly kinds: readonly string[]
  readonly header?: Partial<HeaderLine>
}

/**
 * Judges random histories both ways: every interval and every finding must be the same, and the
 * histories must be wild enough to show each kind of finding.
 */
export function fight({ checker, oracle, generate, kinds, header }: Duel, runs: number): void {
  const seen = new Set<string>()
  fc.assert(
    fc.property(choiceTapes(600), (choices) => {
      const lines = generate(choices)
      const result = check(checker, lines, header)
      for (const { kind } of result.findings) seen.add(kind)
      const differences = disagreements(result, oracle(plainHistory(lines)))
      expect(differences, lines.map((line) => JSON.stringify(line)).join('\n')).toEqual([])
    }),
    { numRuns: runs, seed: 2 },
  )
  expect([...seen].sort()).toEqual(kinds)
}
